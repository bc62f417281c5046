import { startPrometheus } from '../prometheus.ts';
import { Desktop, expect, signInAddress, test } from './desktop.ts';

test('a wrong token is refused in words, and no stack trace', async ({ page, stack }) => {
  await page.goto(`${stack.origin}/#token=not-a-token`);
  await expect(page.getByRole('alert')).toContainText(/link|address/i);
  await expect(page.locator('code', { hasText: 'porthole user link' })).toBeVisible();
  await expect(page.locator('body')).not.toContainText(/at .*\.(ts|js):\d+/);
});

test('a link works once', async ({ browser, stack }) => {
  const link = await signInAddress(stack);
  const first = await browser.newContext();
  await new Desktop(await first.newPage()).signIn(link);
  const second = await browser.newContext();
  const page = await second.newPage();
  await page.goto(link);
  await expect(page.getByRole('alert')).toContainText(/used/i);
  await Promise.all([first.close(), second.close()]);
});

test('an unknown host is refused before anything else', async ({ request, stack }) => {
  for (const host of ['evil.test', `unknown-app.localhost:${stack.port}`, '127.0.0.1.nip.example']) {
    const answer = await request.get(stack.origin, { headers: { host } });
    expect(answer.status(), host).toBe(421);
  }
});

test('an upstream that is down says so in its window, and opens by itself when it is back', async ({
  desktop,
  prometheus,
}) => {
  const port = Number(new URL(prometheus.address).port);
  await prometheus.close();
  const window = await desktop.open('Prometheus');
  const frame = window.frameLocator('iframe');
  await expect(frame.getByText(/does not answer/)).toBeVisible();
  const again = await startPrometheus(port);
  await expect(frame.getByText('Enable query history')).toBeVisible({ timeout: 30_000 });
  prometheus.close = again.close;
});

test('an agent that died: the window says so and starts it again', async ({ desktop }) => {
  const terminal = await desktop.openTerminal();
  // The agent is the shell's parent, and the person's own process: they can end it.
  await terminal.type('kill -9 $PPID');
  await expect(terminal.window).toContainText(/stopped/i);
  await terminal.window.getByRole('button', { name: 'Start again' }).click();
  await expect(terminal.screen).not.toContainText('kill');
  await terminal.prompt();
  await terminal.run('echo alive-$((5*5))', 'alive-25');
});
