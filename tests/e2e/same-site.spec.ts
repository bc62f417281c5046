/**
 * Where the apps' hosts and the shell's are one site, as on a domain of one's own, an app in its frame has its storage
 * and its cookies, also in browsers that take them from frames of other sites (Debian's Chromium does).
 */
import type { Locator } from '@playwright/test';
import { expect, test } from './desktop.ts';

test.use({ domain: 'porthole.localhost' });

test('Prometheus draws a graph in its window, and keeps what it stores', async ({ desktop, page, stack }) => {
  const prometheus = await desktop.open('Prometheus');
  const graph = prometheus.frameLocator('iframe');
  await graph.getByPlaceholder(/Expression/).fill('vector(41+1)');
  await graph.getByRole('button', { name: 'Execute' }).click();
  await expect(graph.getByRole('cell', { name: '42' })).toBeVisible();
  const inFrame = page.frames().find((one) => one.url().startsWith(stack.originOf('prometheus')));
  expect(await inFrame?.evaluate(() => typeof localStorage.length)).toBe('number');
});

test("the README's picture", async ({ page, desktop }) => {
  // docs/desktop.png is a copy of what this takes.
  const place = async (window: Locator, keys: string) => {
    await window.locator('.title').click();
    for (const key of keys.split(' ')) await page.keyboard.press(key);
  };
  const prometheus = await desktop.open('Prometheus');
  const graph = prometheus.frameLocator('iframe');
  await graph.getByPlaceholder(/Expression/).fill('rate(prometheus_http_requests_total[1m])');
  // It has something to show once Prometheus has looked at itself twice.
  await expect(async () => {
    await graph.getByRole('button', { name: 'Execute' }).click();
    await expect(graph.getByText(/handler=/).first()).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await place(prometheus, 'Control+Alt+ArrowRight');
  const files = await desktop.open('Files');
  await place(files, 'Control+Alt+ArrowLeft Control+Alt+ArrowDown');
  const terminal = await desktop.openTerminal();
  await place(terminal.window, 'Control+Alt+ArrowLeft Control+Alt+ArrowUp');
  await terminal.run('mkdir -p Documents Music Pictures Videos; echo "# To do" > notes.md; clear', /[$] *$/m);
  await terminal.run('ls -la --color; uname -sr; nproc', /Linux/);
  await files.getByRole('button', { name: 'Reload' }).click();
  await expect(files.getByRole('row', { name: /notes\.md/ })).toBeVisible();
  await terminal.window.locator('.title').click();
  await page.screenshot({ path: 'tests/e2e/results/look/readme.png' });
});
