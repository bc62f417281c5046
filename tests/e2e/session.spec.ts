/** Signing in and out, and what of a session a page must notice that nobody tells it. */
import { administrator, Desktop, expect, signInAddress, Terminal, test } from './desktop.ts';

const heading = { name: 'Porthole', exact: true };

test('a used link leaves whoever is signed in at their desktop, and says why', async ({ browser, stack }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const link = (await stack.users()).length === 0 ? stack.url : await stack.link(administrator(stack));
  const desktop = new Desktop(page);
  await desktop.signIn(link);
  await page.goto(link);
  await expect(page.getByText('You were signed in already.')).toBeVisible();
  await expect(desktop.taskbar).toBeVisible();
  expect(page.url()).not.toContain('token');
  await context.close();
});

test('a link opened while the box does not answer is good for another try', async ({ browser, stack }) => {
  if ((await stack.users()).length === 0) {
    const first = await browser.newContext();
    await new Desktop(await first.newPage()).signIn(stack.url);
    await first.close();
  }
  const link = await stack.link(administrator(stack));
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route('**/api/**', (route) => route.abort());
  await page.goto(link);
  await expect(page.getByRole('alert')).toContainText('does not answer');
  await page.unroute('**/api/**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(new Desktop(page).taskbar).toBeVisible();
  await context.close();
});

test('signing out leaves nothing in the browser', async ({ desktop, page }) => {
  await desktop.open('Files');
  const kept = () =>
    page.evaluate(async () => {
      const found = [...Object.keys(localStorage), ...Object.keys(sessionStorage)];
      const answer = <T>(asked: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          asked.onsuccess = () => resolve(asked.result);
          asked.onerror = () => reject(asked.error);
        });
      for (const { name = '' } of await indexedDB.databases()) {
        const database = await answer(indexedDB.open(name));
        for (const store of database.objectStoreNames) {
          const keys = await answer(database.transaction(store).objectStore(store).getAllKeys());
          found.push(...keys.map((key) => `${name}/${store}/${key}`));
        }
        database.close();
      }
      return found;
    });
  await expect.poll(kept).not.toEqual([]);
  await desktop.openLauncher();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', heading)).toBeVisible();
  await expect.poll(kept).toEqual([]);
});

test('a session that ended while the line was down leads to the sign-in page', async ({ desktop, page, stack }) => {
  await stack.down();
  await expect(page.getByText(/offline/i).first()).toBeVisible();
  await page.context().clearCookies();
  await stack.up();
  await expect(page.getByRole('heading', heading)).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole('alert')).toContainText('ended');
  await expect(desktop.taskbar).toHaveCount(0);
});

test('signing out while the box does not answer holds when it does again', async ({ desktop, page, stack }) => {
  await page.evaluate(() => navigator.serviceWorker.ready);
  await stack.down();
  await expect(page.getByText(/offline/i).first()).toBeVisible();
  await desktop.openLauncher();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('alert')).toContainText('not heard of it');
  await page.reload();
  await expect(page.getByRole('alert')).toContainText('not heard of it');
  await stack.up();
  // Told by itself; from then on the browser has no session.
  await expect(page.getByRole('alert')).toHaveCount(0, { timeout: 20_000 });
  await page.reload();
  await expect(page.getByRole('heading', heading)).toBeVisible();
  expect(await page.evaluate(async () => (await fetch('/api/session')).status)).toBe(401);
});

test('a sign-in address put into the tab of the sign-in page signs in', async ({ browser, stack }) => {
  const link = await signInAddress(stack);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(stack.origin);
  await expect(page.getByRole('heading', heading)).toBeVisible();
  await page.goto(link);
  await expect(new Desktop(page).taskbar).toBeVisible();
  expect(page.url()).not.toContain('token');
  await context.close();
});

test('shells whose windows went with a sign-out are found again', async ({ desktop, page, stack }) => {
  const terminal = await desktop.openTerminal();
  await terminal.run('export MARK=still-$((40+2)); echo made-$((1+1))', 'made-2');
  await desktop.openLauncher();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', heading)).toBeVisible();
  await desktop.signIn(await stack.link(administrator(stack)));
  const other = await desktop.openTerminal();
  await other.window.getByRole('button', { name: /Show (it|them)/ }).click();
  await expect.poll(() => desktop.windows.count()).toBeGreaterThan(1);
  const found = new Terminal(await desktop.lastWindow());
  await found.run('echo "[$MARK]"', '[still-42]');
});

test('pop-ups close, and the keys go where one presses, in an iframe too', async ({ desktop, page }) => {
  const prometheus = await desktop.open('Prometheus');
  await expect(prometheus.frameLocator('iframe').getByText('Enable query history')).toBeVisible();
  const files = await desktop.open('Files');
  const press = async () => {
    const box = await prometheus.locator('iframe').boundingBox();
    if (!box) throw new Error('no frame');
    await page.mouse.click(box.x + 10, box.y + box.height - 10);
  };
  await desktop.taskbar.locator('.clock').click();
  const calendar = page.getByRole('region', { name: 'Calendar' });
  await expect(calendar).toBeVisible();
  await press();
  await expect(calendar).toBeHidden();

  // The press has brought its window to the front.
  await desktop.taskbar.getByRole('button', { name: 'Home' }).click();
  await files.locator('.title').click({ button: 'right' });
  await expect(page.getByRole('menu')).toBeVisible();
  await press();
  await expect(page.getByRole('menu')).toHaveCount(0);
  await expect(prometheus).toHaveAttribute('data-active', 'true');
});

test('the taskbar is one Tab stop, and arrows walk all of it', async ({ desktop, page }) => {
  await desktop.open('Files');
  const stops = desktop.taskbar.locator('button:not([popover] button)');
  await expect(desktop.taskbar.locator('button:not([popover] button):not([tabindex="-1"])')).toHaveCount(1);
  await desktop.taskbar.getByRole('button', { name: 'Applications' }).focus();
  const count = await stops.count();
  for (let at = 1; at < count; at++) {
    await page.keyboard.press('ArrowRight');
    await expect(stops.nth(at)).toBeFocused();
  }
  await page.keyboard.press('ArrowRight');
  await expect(stops.first()).toBeFocused();
});
