/** The arrows between rooms, as biome.json holds them: each that must not be drawn is refused, each that may is not. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const forbidden = [
  ['protocol', '../shell/app.ts'],
  ['protocol', 'node:fs'],
  ['manifests', '../shell/app.ts'],
  ['workers/window-manager', '../../shell/app.ts'],
  ['workers', '../manifests/index.ts'],
  ['shell', '../server/gateway/app.ts'],
  ['shell/apps/files', '../../../manifests/index.ts'],
  ['server/gateway', '../agent/pty.ts'],
  ['server/gateway', '../orchestrator/main.ts'],
  ['server/orchestrator', '../gateway/store.ts'],
  ['server/agent/files', '../../gateway/store.ts'],
  ['server/launch', '../gateway/store.ts'],
  ['server/agent', '../../shell/gateway.ts'],
  ['server/gateway', '../../tests/stack.ts'],
  ['server/gateway', '../process/identity.ts'],
  ['server/agent', '../process/identity.ts'],
  ['server/process', '../launch/lock.ts'],
] as const;

const allowed = [
  ['manifests', '../protocol/manifest.ts'],
  ['workers', '../protocol/api.ts'],
  ['shell/apps/files', '../../../workers/window-manager/types.ts'],
  ['shell/windows', '../apps/a.ts'],
  ['server/gateway', '../../protocol/api.ts'],
  ['server/gateway', '../../manifests/index.ts'],
  ['server/gateway/routes', '../store.ts'],
  ['server/launch', '../process/identity.ts'],
  ['server/orchestrator', '../process/identity.ts'],
] as const;

/** A folder with the project's rules and, for each arrow, a file that draws it; linted at once. */
const folder = mkdtempSync(join(tmpdir(), 'porthole-arrows-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = ([room, specifier]: readonly [string, string]) => `${room}/${specifier.replaceAll(/[^a-z]/g, '-')}.ts`;
cpSync('biome.json', join(folder, 'biome.json'));
for (const arrow of [...forbidden, ...allowed]) {
  const file = join(folder, fileOf(arrow));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `import { x } from '${arrow[1]}';\nexport const y = x;\n`);
}
const { stdout, stderr } = spawnSync(
  process.execPath,
  [
    join(process.cwd(), 'node_modules/@biomejs/biome/bin/biome'),
    ...['lint', '--vcs-enabled=false', '--only=style/noRestrictedImports', '--max-diagnostics=none', '.'],
  ],
  { cwd: folder, encoding: 'utf8' },
);
const said = stdout + stderr;
const refused = (arrow: readonly [string, string]) => said.includes(`${fileOf(arrow)}:1:`);

test.each(forbidden)('%s may not import %s', (...arrow) => {
  expect(refused(arrow), said).toBe(true);
});

test.each(allowed)('%s may import %s', (...arrow) => {
  expect(refused(arrow), said).toBe(false);
});
