/** `npm test`: the checks, then the tests that need no browser, then those in a real one. */
import { spawnSync } from 'node:child_process';

const node = (...args: string[]) => {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

node('tests/check.ts');
node('node_modules/vitest/vitest.mjs', 'run');
