import { expect, test } from './desktop.ts';

test('Chromium finds nothing in the way of installing it', async ({ desktop, page, stack }) => {
  const cdp = await page.context().newCDPSession(page);
  await desktop.page.evaluate(() => navigator.serviceWorker.ready);
  const manifest = await cdp.send('Page.getAppManifest');
  expect(manifest.errors).toEqual([]);
  expect(JSON.parse(manifest.data ?? '{}')).toMatchObject({ name: 'Porthole', display: 'standalone' });
  expect(manifest.url).toBe(`${stack.origin}/manifest.webmanifest`);
  const { installabilityErrors } = await cdp.send('Page.getInstallabilityErrors');
  // A test's browser context is an incognito one, which no page can be installed from.
  expect(installabilityErrors.filter((one) => one.errorId !== 'in-incognito')).toEqual([]);
});

test('with the gateway stopped a reload shows the desktop and says that it is offline; it comes back by itself', async ({
  desktop,
  page,
  stack,
}) => {
  await desktop.open('Files');
  await page.evaluate(() => navigator.serviceWorker.ready);
  const opened = await desktop.windows.count();
  await stack.down();
  await expect(page.getByText(/offline/i).first()).toBeVisible();

  await page.reload();
  await expect(desktop.taskbar).toBeVisible();
  await expect(desktop.windows).toHaveCount(opened);
  await expect(page.getByText(/offline/i).first()).toBeVisible();
  await desktop.openLauncher();
  await expect(page.getByRole('option', { name: 'Terminal', exact: true })).toBeVisible();
  await expect(page.getByRole('option', { name: 'Prometheus', exact: true })).toBeVisible();
  await page.keyboard.press('Escape');

  await stack.up();
  await expect(page.getByText(/offline/i)).toHaveCount(0, { timeout: 20_000 });
  const terminal = await desktop.openTerminal();
  await terminal.run('echo back-$((2+2))', 'back-4');
});
