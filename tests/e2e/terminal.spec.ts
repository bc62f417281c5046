import { expect, Terminal, test } from './desktop.ts';

test('the exit code is shown, and a new shell is offered', async ({ desktop }) => {
  const terminal = await desktop.openTerminal();
  await terminal.type('exit 7');
  await expect(terminal.window).toContainText(/code 7/);
  await terminal.window.getByRole('button', { name: /new shell/i }).click();
  await terminal.run('echo again-$((20+3))', 'again-23');
});

test('the shell is told of a new size', async ({ desktop, page }) => {
  const terminal = await desktop.openTerminal();
  const size = async () => {
    await terminal.run('clear; stty size; echo size-$((3*3))', 'size-9');
    return (await terminal.screen.innerText())
      .match(/^(\d+) (\d+)$/m)
      ?.slice(1)
      .map(Number);
  };
  const before = await size();
  await terminal.window.getByRole('button', { name: 'Maximize' }).click();
  await expect(terminal.window.getByRole('button', { name: 'Restore' })).toBeVisible();
  await expect.poll(async () => (await size())?.[1]).toBeGreaterThan((before?.[1] ?? 0) + 20);
  await page.getByRole('button', { name: 'Restore' }).first().click();
});

test('a reload finds the same shell with what it said', async ({ desktop, page }) => {
  const terminal = await desktop.openTerminal();
  await terminal.run('export MARK=kept-$((40+2)); echo said-$((50+5))', 'said-55');
  const opened = await desktop.windows.count();
  await page.reload();
  await expect(desktop.windows).toHaveCount(opened);
  const again = new Terminal(await desktop.lastWindow());
  await expect(again.screen).toContainText('said-55');
  await again.run('echo "[$MARK]"', '[kept-42]');
});

test('a restart of the gateway loses no shell and no byte', async ({ desktop, stack }) => {
  const terminal = await desktop.openTerminal();
  await terminal.run('echo before-$((1+1))', 'before-2');
  await terminal.type('for i in $(seq 1 40); do echo line-$i; sleep 0.1; done; echo all-$((9*9))');
  await expect(terminal.screen).toContainText('line-3');
  await stack.down();
  await stack.up();
  await expect(terminal.screen).toContainText('all-81', { timeout: 30_000 });
  const shown = (await terminal.screen.innerText()).match(/line-\d+/g) ?? [];
  const last = Number(shown.at(-1)?.slice(5));
  const numbers = shown.filter((one) => /line-\d+$/.test(one)).map((one) => Number(one.slice(5)));
  expect(last).toBe(40);
  for (const [at, number] of numbers.entries()) expect(number).toBe((numbers[0] ?? 0) + at);
  await terminal.run('echo after-$((1+2))', 'after-3');
});

test('closing the window ends its shell', async ({ desktop }) => {
  const kept = await desktop.openTerminal();
  const closed = await desktop.openTerminal();
  await closed.run('exec -a doomed-shell sleep 1000 & echo pid-$!', /pid-\d+/);
  await closed.window.getByRole('button', { name: 'Close' }).click();
  await expect(desktop.windows).toHaveCount(1);
  await kept.type('clear');
  await expect
    .poll(async () => {
      await kept.run('clear; pgrep -fc doomed-shell; echo counted-$((2*2))', 'counted-4');
      return (await kept.screen.innerText()).match(/^(\d+)$/m)?.[1];
    })
    .toBe('0');
});

test('what is pasted is never more than pasted: an escape in it cannot end the paste', async ({ desktop, page }) => {
  const terminal = await desktop.openTerminal();
  await terminal.window.locator('.xterm-helper-textarea').focus();
  await terminal.window.locator('.xterm-helper-textarea').evaluate((area) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'echo first\r\n\x1b[201~echo ran-$((6*7))\n');
    area.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await expect(terminal.screen).toContainText('[201~echo ran-');
  await expect(terminal.screen).not.toContainText('ran-42');
  await page.keyboard.press('Control+c');
});
