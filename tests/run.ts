/** `npm test`: the checks, the tests that need no browser, and those in a real one against the real stack. */
import { spawnSync } from 'node:child_process';
import { installTools, needRoot } from './setup.ts';

process.chdir(new URL('..', import.meta.url).pathname);
// Much of what tests lay out is for other users to read.
process.umask(0o022);

const node = (...args: string[]) => {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

if (!needRoot('tests/run.ts') || !installTools()) process.exit(1);
node('tests/check.ts');
node('server/launch/build.ts');
// One after the other: the processes of the one under test are not to starve in the properties of the other.
node('node_modules/vitest/vitest.mjs', 'run', '--project', 'unit');
node('node_modules/vitest/vitest.mjs', 'run', '--project', 'integration');
node('node_modules/@playwright/test/cli.js', 'test', '--config', 'tests/e2e/playwright.config.ts');
