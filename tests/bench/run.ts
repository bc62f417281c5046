/** `npm run bench [NAME ...]`: prints a table and writes bench/results/NAME.json. A figure, never a verdict of `npm test`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, totalmem } from 'node:os';
import { installTools, needRoot } from '../setup.ts';
import { container } from './container.ts';
import { echo } from './echo.ts';
import { page } from './page.ts';
import { type Row, table } from './report.ts';

process.chdir(new URL('../..', import.meta.url).pathname);
process.umask(0o022);
if (!needRoot('tests/bench/run.ts') || !installTools()) process.exit(1);

const benches = [page, container, echo];
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(
    `bench: there is no ${unknown.join(', ')}; there are ${benches.map((bench) => bench.name).join(', ')}.`,
  );
  process.exit(2);
}

const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memory: totalmem(),
  arch: arch(),
  node: process.version,
};
mkdirSync('bench/results', { recursive: true });
const all: Row[] = [];
for (const bench of benches) {
  if (asked.length > 0 && !asked.includes(bench.name)) continue;
  console.error(`bench: ${bench.name} ...`);
  const result = await bench.run();
  all.push(...result.rows);
  const record = { name: bench.name, date: new Date().toISOString(), machine, ...result };
  writeFileSync(`bench/results/${bench.name}.json`, `${JSON.stringify(record, null, 2)}\n`);
}
console.log(table(all));
