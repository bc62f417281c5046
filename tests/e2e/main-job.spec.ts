import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Directory } from '../../protocol/agent.ts';
import { Client } from '../client.ts';
import { isRoot } from '../stack.ts';
import { administrator, expect, test } from './desktop.ts';

test('the printed address signs in; what a shell writes is in Files, on disk in that home, and nowhere else', async ({
  desktop,
  stack,
  page,
}) => {
  expect(page.url(), 'the token leaves the address bar').toBe(`${stack.origin}/`);

  const terminal = await desktop.openTerminal();
  await terminal.run('printf "hello from %s\\n" "the terminal" > written-by-hand.txt && echo kept-$((6*7))', 'kept-42');

  const files = await desktop.open('Files');
  const row = files.getByRole('row', { name: /written-by-hand\.txt/ });
  await expect(row).toBeVisible();
  await expect(row).toContainText(/24\s*B/);

  const home = await stack.home(administrator(stack));
  expect(await readFile(join(home, 'written-by-hand.txt'), 'utf8')).toBe('hello from the terminal\n');

  // Another person, in a container of their own, sees nothing of it: where there are containers.
  if (isRoot) {
    await stack.user('add', 'ada@example.org', '--role', 'member');
    const ada = await Client.signIn(await stack.link('ada@example.org'));
    await ada.send('POST', '/api/container');
    const names = async (path: string) =>
      (await ada.send<Directory>('GET', `/agent/files?path=${path}`)).entries.map((entry) => entry.name);
    expect(await names('/home')).toEqual(['ada']);
    expect(await names('/home/ada')).not.toContain('written-by-hand.txt');
    expect(await readdir(await stack.home('ada@example.org'))).not.toContain('written-by-hand.txt');
    expect(await readdir(homedir())).not.toContain('written-by-hand.txt');
  }

  await row.dblclick();
  const viewer = desktop.window(/written-by-hand\.txt/);
  await expect(viewer).toContainText('hello from the terminal');
});

test('a file is downloaded byte for byte', async ({ desktop, page }) => {
  const terminal = await desktop.openTerminal();
  await terminal.run('head -c 300000 /dev/urandom > random.bin; sha256sum random.bin | cut -c1-16', /[0-9a-f]{16}/);
  const wanted = (await terminal.screen.innerText()).match(/^[0-9a-f]{16}$/m)?.[0];
  const files = await desktop.open('Files');
  await files.getByRole('row', { name: /random\.bin/ }).click({ button: 'right' });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('random.bin');
  const { createHash } = await import('node:crypto');
  const digest = createHash('sha256')
    .update(await readFile(await download.path()))
    .digest('hex');
  expect(digest.slice(0, 16)).toBe(wanted);
});

test('Files enters folders, goes back, and shows hidden files when asked', async ({ desktop, page }) => {
  const terminal = await desktop.openTerminal();
  await terminal.run('mkdir -p outer/inner && touch outer/inner/leaf outer/.hidden && echo made-$((1+1))', 'made-2');
  const files = await desktop.open('Files');
  await files.getByRole('row', { name: /outer/ }).dblclick();
  await expect(files.getByRole('row', { name: /inner/ })).toBeVisible();
  await expect(files.getByRole('row', { name: /\.hidden/ })).toHaveCount(0);
  await page.keyboard.press('Control+h');
  await expect(files.getByRole('row', { name: /\.hidden/ })).toBeVisible();
  await files.getByRole('row', { name: /inner/ }).dblclick();
  await expect(files.getByRole('row', { name: /leaf/ })).toBeVisible();
  await files.getByRole('button', { name: 'Back' }).click();
  await expect(files.getByRole('row', { name: /inner/ })).toBeVisible();
});

test('Prometheus opens in its window at its own origin, and answers there', async ({ desktop, stack, page }) => {
  const window = await desktop.open('Prometheus');
  const frame = window.frameLocator('iframe');
  await expect(frame.getByText('Enable query history')).toBeVisible();
  const origin = stack.originOf('prometheus');
  expect(page.frames().some((one) => one.url().startsWith(`${origin}/`))).toBe(true);
  const inFrame = page.frames().find((one) => one.url().startsWith(origin));
  const answer = await inFrame?.evaluate(async () => (await fetch('/api/v1/query?query=vector(41%2B1)')).json());
  expect(answer.data.result[0].value[1]).toBe('42');
  expect(await inFrame?.evaluate(() => document.cookie)).toBe('');
});
