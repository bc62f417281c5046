/**
 * At an address of the LAN over plain http a browser has no service worker, no clipboard and no secure cookie: the
 * desktop works without them.
 */
import { test as base, chromium as driver, expect } from '@playwright/test';
import { Stack } from '../stack.ts';
import { Desktop } from './desktop.ts';
import { chromium } from './playwright.config.ts';

base('over plain http from another name than localhost: shells, files, and a reload', async () => {
  base.setTimeout(120_000);
  const domain = 'box.test';
  const stack = await Stack.start(['--apps', 'prometheus=off'], domain);
  const browser = await driver.launch({
    ...chromium,
    args: [...chromium.args, `--host-resolver-rules=MAP ${domain} 127.0.0.1`],
  });
  try {
    const page = await browser.newPage();
    const desktop = new Desktop(page);
    await desktop.signIn(stack.url);
    expect(await page.evaluate(() => [isSecureContext, 'serviceWorker' in navigator])).toEqual([false, false]);
    const terminal = await desktop.openTerminal();
    await terminal.run('touch over-http; echo made-$((1+1))', 'made-2');
    const files = await desktop.open('Files');
    await expect(files.getByRole('row', { name: /over-http/ })).toBeVisible();
    await page.reload();
    await expect(desktop.windows).toHaveCount(2);
  } finally {
    await browser.close();
    await stack.close();
  }
});
