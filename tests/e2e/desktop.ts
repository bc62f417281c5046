/** The fixtures of the browser tests: one running stack a file, one signed-in desktop a test, and the words to use it with. */
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { type Prometheus, startPrometheus } from '../prometheus.ts';
import { Stack } from '../stack.ts';

export { expect };

type WorkerFixtures = { domain: string; prometheus: Prometheus; stack: Stack };
type TestFixtures = { desktop: Desktop };

export const test = base.extend<TestFixtures, WorkerFixtures>({
  // Below `localhost` apps are other sites to the shell, as a browser sees it; below `porthole.localhost` the same site.
  domain: ['localhost', { scope: 'worker', option: true }],
  prometheus: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that one needs from this pattern.
    async ({}, use) => {
      const prometheus = await startPrometheus();
      await use(prometheus);
      await prometheus.close();
    },
    { scope: 'worker' },
  ],
  stack: [
    async ({ prometheus, domain }, use) => {
      const stack = await Stack.start(['--apps', `prometheus=${prometheus.address}`], domain);
      await use(stack);
      await stack.close();
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  desktop: async ({ page, stack }, use) => {
    const errors: Error[] = [];
    // What an app in its frame throws is its own.
    page.on('pageerror', (error) => {
      if (error.stack?.includes(`${stack.origin}/`)) errors.push(error);
    });
    const desktop = new Desktop(page);
    await desktop.signIn(await signInAddress(stack));
    await use(desktop);
    expect(errors, 'errors that the page threw').toEqual([]);
  },
});

/** Of the administrator that the first sign-in makes. */
export const administrator = (stack: Stack) => `admin@${stack.domain}`;

/** An address that signs the administrator in: the printed one, or a new one. */
export async function signInAddress(stack: Stack): Promise<string> {
  return (await stack.users()).length === 0 ? stack.url : stack.link(administrator(stack));
}

/** A person at the desktop. */
export class Desktop {
  readonly page: Page;
  readonly taskbar: Locator;
  constructor(page: Page) {
    this.page = page;
    this.taskbar = page.getByRole('toolbar', { name: 'Taskbar' });
  }

  async signIn(url: string): Promise<void> {
    await this.page.goto(url);
    await expect(this.taskbar).toBeVisible();
  }

  /** All windows, those too that are minimised or covered. */
  get windows(): Locator {
    return this.page.locator('[role=dialog][data-window]');
  }

  /** The window with this in its title. */
  window(title: string | RegExp): Locator {
    return this.page.getByRole('dialog', { name: title });
  }

  /** The window that was opened last, and no other when more are opened. */
  async lastWindow(): Promise<Locator> {
    const id = await this.windows.last().getAttribute('data-window');
    return this.page.locator(`[data-window="${id}"]`);
  }

  async openLauncher(): Promise<void> {
    await this.taskbar.getByRole('button', { name: 'Applications' }).click();
    await expect(this.page.getByRole('searchbox')).toBeFocused();
  }

  /** Opens an app by typing its name into the launcher; gives its window. */
  async open(app: string): Promise<Locator> {
    const before = await this.windows.count();
    await this.openLauncher();
    await this.page.getByRole('searchbox').fill(app);
    await this.page.getByRole('option', { name: app, exact: true }).click();
    await expect(this.windows).toHaveCount(before + 1);
    return this.lastWindow();
  }

  /** Opens a Terminal and waits for its prompt. */
  async openTerminal(): Promise<Terminal> {
    const terminal = new Terminal(await this.open('Terminal'));
    await terminal.prompt();
    return terminal;
  }
}

export class Terminal {
  readonly window: Locator;
  constructor(window: Locator) {
    this.window = window;
  }

  get screen(): Locator {
    return this.window.locator('.xterm-rows');
  }

  async prompt(): Promise<void> {
    await expect(this.screen).toContainText(/[$#] *$/m);
  }

  /** Types a line as a person does, with the keys. */
  async type(line: string): Promise<void> {
    await this.window.locator('.xterm-helper-textarea').focus();
    await this.window.page().keyboard.type(`${line}\n`);
  }

  /** Types a command and waits for what it says. */
  async run(line: string, says: string | RegExp): Promise<void> {
    await this.type(line);
    await expect(this.screen).toContainText(says);
  }
}
