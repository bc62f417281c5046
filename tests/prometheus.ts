/** Debian's Prometheus on a free port of 127.0.0.1, watching itself. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, lineOf } from './stack.ts';

export type Prometheus = { address: string; close(): Promise<void> };

export async function startPrometheus(port?: number): Promise<Prometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'porthole-prometheus-'));
  const listen = `127.0.0.1:${port ?? (await freePort())}`;
  const config = join(folder, 'prometheus.yml');
  await writeFile(
    config,
    `global: {scrape_interval: 1s}\nscrape_configs: [{job_name: prometheus, static_configs: [{targets: ["${listen}"]}]}]\n`,
  );
  const child = spawn(
    'prometheus',
    [`--web.listen-address=${listen}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--config.file=${config}`],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  await lineOf(child, /Server is ready to receive web requests/);
  return {
    address: `http://${listen}`,
    async close() {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
