/** `npm run check`: types in each world, then format, lint and the arrows between rooms (biome.json). */
import { spawnSync } from 'node:child_process';

const worlds = ['protocol', 'manifests', 'workers', 'shell', 'server', 'tests'];
const commands = [
  ...worlds.map((world) => ['node_modules/typescript/bin/tsc', '-p', world]),
  ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
];

const failed = commands.filter(
  (args) => spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0,
);
for (const args of failed) console.error(`check: failed: ${args.slice(0).join(' ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
