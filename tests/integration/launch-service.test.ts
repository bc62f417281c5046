import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Ready, Service } from '../../server/launch/service.ts';
import { announcer } from '../../server/launch/start.ts';
import { isAlive, type ProcessIdentity, signal } from '../../server/process/identity.ts';

let folder: string;
let service: Service;
let processes: ProcessIdentity[];
let readies: Ready[];
const said: string[] = [];

/** A server that says that it is ready, and at which of its starts. */
const counting = `
  const fs = require('node:fs');
  fs.appendFileSync('starts', 'x');
  const url = 'http://box/#token=' + fs.statSync('starts').size;
  console.log(JSON.stringify({ ready: true, url }));
  setInterval(() => {}, 1e6);
`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-service-'));
  processes = [];
  readies = [];
  service = new Service({
    name: 'counter',
    command: process.execPath,
    args: ['-e', counting],
    environment: {},
    cwd: folder,
    say: (line) => said.push(line),
    onProcess: (identity) => processes.push(identity),
    onReady: (ready) => readies.push(ready),
  });
});
afterEach(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});

test('what was stopped is not started any more', async () => {
  await service.stop();
  await expect(service.start()).rejects.toThrow(/abort/i);
  expect(processes).toEqual([]);
});

test('stopped while it starts nothing of it is left', async () => {
  const started = service.start().catch((error: Error) => error.message);
  await vi.waitFor(() => expect(processes).toHaveLength(1), { interval: 1 });
  await service.stop();
  // Undefined where it was ready in that same moment.
  expect([undefined, 'The counter ended before it was ready.']).toContain(await started);
  expect(processes.filter(isAlive)).toEqual([]);
});

test('started again it says anew what it says when it is ready', async () => {
  await service.start();
  expect(readies).toEqual([{ ready: true, url: 'http://box/#token=1' }]);
  for (const one of processes) signal(one, 'SIGKILL');
  await vi.waitFor(() => expect(readies.at(-1)).toEqual({ ready: true, url: 'http://box/#token=2' }), 10_000);
  expect(processes).toHaveLength(2);
});

test.each([
  [['/'], ['/']],
  [['/#token=a', '/#token=a'], ['/#token=a']],
  [
    ['/#token=a', '/#token=b', '/#token=b'],
    ['/#token=a', '/#token=b'],
  ],
  [['/#token=a', '/', '/'], ['/#token=a']],
  [
    ['/', '/#token=a'],
    ['/', '/#token=a'],
  ],
])('of the addresses %j these are printed: %j', (urls, printed) => {
  const lines: string[] = [];
  const announce = announcer((line) => lines.push(line));
  for (const url of urls) announce({ ready: true, url });
  expect(lines).toEqual(printed.map((url) => `Porthole is ready: ${url}\n`));
});
