import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { noPerson, person } from '../person.ts';

if (!person) console.warn(`run-as-root: ${noPerson}`);

/** Both start Porthole with containers; as someone who is not root. */
describe.runIf(person).each(['tests/run.ts', 'tests/bench/run.ts'])('%s', (script) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'porthole-run-'));
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** @param sudo a shell script */
  function run(sudo: string) {
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    writeFileSync(join(tools, 'sudo'), `#!/bin/sh\n${sudo}\n`, { mode: 0o755 });
    return spawnSync('sh', ['bin/node', script, 'page'], {
      ...person,
      // No terminal: no one to ask.
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: { HOME: folder, PATH: `${tools}:${process.env['PATH']}` },
    });
  }

  test('goes on with sudo, saying why', () => {
    const { status, stdout, stderr } = run('[ "$1" = -n ] && exit 0; echo "as root: $*"; exit 7');
    expect(stderr).toContain("The tests start people's containers, which needs root: going on with sudo.");
    expect(stdout).toMatch(/^as root: -- env PATH=\S+ /);
    expect(stdout.trim().split(' ').slice(-2)).toEqual([script, 'page']);
    expect(status).toBe(7);
  });

  test('without sudo it says what to run', () => {
    const { status, stdout, stderr } = run('exit 1');
    expect(stderr).toContain('which needs root: run this as root, or as someone with sudo.');
    expect(stderr).toContain('--project unit');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });
});
