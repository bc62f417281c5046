/**
 * The desktop with real content in its windows, in light and dark, on a laptop and a phone: what axe finds, and pictures
 * (tests/e2e/results/look/) to be looked at.
 */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, Terminal, test } from './desktop.ts';

const sizes = { laptop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

async function check(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `tests/e2e/results/look/${name}.png` });
  // An app's own page is not ours to mend; xterm's rows are drawn, their text is in its accessible tree.
  const { violations } = await new AxeBuilder({ page }).exclude('iframe').exclude('.xterm').analyze();
  expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(' | ')}`)).toEqual(
    [],
  );
}

/** Whatever one can press or read in the shell lies within the page, and no title or label is cut off at both ends. */
async function fits(page: Page): Promise<void> {
  const outside = await page.evaluate(() =>
    [...document.querySelectorAll('button, input, h1, .title, .launcher-option, .clock, .notice')]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(
        ({ box }) =>
          box.left < -0.5 || box.top < -0.5 || box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5,
      )
      .map(({ element, box }) => `${element.className || element.tagName} ${JSON.stringify(box)}`),
  );
  expect(outside).toEqual([]);
}

for (const scheme of ['light', 'dark'] as const) {
  for (const [size, viewport] of Object.entries(sizes)) {
    test.describe(`${scheme}, ${size}`, () => {
      test.use({ colorScheme: scheme, viewport });

      test('sign-in page', async ({ page, stack }) => {
        await page.goto(stack.origin);
        await expect(page.getByRole('heading')).toBeVisible();
        await fits(page);
        await check(page, `${size}-${scheme}-sign-in`);
        await page.goto(`${stack.origin}/#token=wrong`);
        await expect(page.getByRole('alert')).toBeVisible();
        await check(page, `${size}-${scheme}-sign-in-refused`);
      });

      test('desktop, launcher, windows', async ({ page, stack, desktop }) => {
        await expect(desktop.taskbar).toBeVisible();
        await check(page, `${size}-${scheme}-desktop`);
        const terminal = await desktop.openTerminal();
        await terminal.run(
          'mkdir -p Documents Pictures Music .config && echo "# Notes" > Documents/notes.md',
          /\$ *$/m,
        );
        await terminal.run(
          'printf "alpha\\nbeta\\n" > readme.txt; clear; ls -la --color; uname -sr; echo done-$((1+1))',
          'done-2',
        );
        await check(page, `${size}-${scheme}-terminal`);
        const prometheus = await desktop.open('Prometheus');
        await expect(prometheus.frameLocator('iframe').getByText('Enable query history')).toBeVisible();
        await check(page, `${size}-${scheme}-prometheus`);
        const files = await desktop.open('Files');
        await expect(files.getByRole('row', { name: /Documents/ })).toBeVisible();
        await fits(page);
        await check(page, `${size}-${scheme}-windows`);
        await desktop.openLauncher();
        await fits(page);
        await check(page, `${size}-${scheme}-launcher`);
        await page.getByRole('searchbox').fill('term');
        await check(page, `${size}-${scheme}-launcher-search`);
        await page.getByRole('searchbox').fill('nothing like it');
        await check(page, `${size}-${scheme}-launcher-empty`);
        // Once for the words, once for the launcher.
        await page.keyboard.press('Escape');
        await page.keyboard.press('Escape');
        await expect(page.getByRole('searchbox')).toBeHidden();
        await stack.down();
        await expect(page.getByText(/offline/i).first()).toBeVisible();
        await check(page, `${size}-${scheme}-offline`);
        await stack.up();
        await expect(page.getByText(/offline/i)).toHaveCount(0, { timeout: 20_000 });
      });
    });
  }
}

test('the whole desktop is used with the keyboard alone', async ({ page, desktop }) => {
  await expect(desktop.taskbar).toBeVisible();
  await page.keyboard.press('Alt+F1');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('term');
  await page.keyboard.press('Enter');
  const terminal = new Terminal(await desktop.lastWindow());
  await terminal.prompt();
  await page.keyboard.type('echo typed-$((6*6))\n');
  await expect(terminal.screen).toContainText('typed-36');
  const before = await terminal.window.boundingBox();
  await page.keyboard.press('Alt+F3');
  await expect(page.getByRole('menu')).toBeVisible();
  await page.getByRole('menuitem', { name: 'Move' }).press('Enter');
  for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await terminal.window.boundingBox())?.x).toBe((before?.x ?? 0) + 80);
  await page.keyboard.press('Alt+F4');
  await expect(terminal.window).toHaveCount(0);
});
