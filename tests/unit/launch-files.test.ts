import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HeldError, Lock } from '../../server/launch/lock.ts';
import { precacheEntries } from '../../server/launch/precache.ts';
import { prune, publish } from '../../server/launch/release.ts';
import { orchestratorToken, prepareState } from '../../server/launch/state.ts';
import { identify } from '../../server/process/identity.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-launch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mode = (path: string) => lstatSync(path).mode & 0o777;

test('a lock is held by one, until it is let go', () => {
  const path = join(folder, 'lock');
  const lock = Lock.take(path);
  expect(() => Lock.take(path)).toThrow(HeldError);
  lock.release();
  Lock.take(path).release();
});

test('the lock of one who was killed is no obstacle, and names what they left behind', async () => {
  const path = join(folder, 'lock');
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  try {
    await once(child, 'spawn');
    const left = identify(child.pid ?? 0);
    const gone = { ...identify(process.pid), start: 1 };
    for (const text of ['', '{', '{}', JSON.stringify({ holder: gone, children: [left, gone] })]) {
      writeFileSync(path, text);
      const lock = Lock.take(path);
      expect(lock.leftBehind).toEqual(text.includes('children') ? [left] : []);
      lock.release();
    }
  } finally {
    child.kill('SIGKILL');
  }
});

test('the state folder: who may pass where', () => {
  prepareState(folder, undefined);
  expect(mode(folder)).toBe(0o711);
  expect(['gateway', 'orchestrator', 'homes', 'run', 'releases'].map((name) => mode(join(folder, name)))).toEqual([
    0o700, 0o700, 0o711, 0o711, 0o755,
  ]);
});

test('a state folder that cannot be is named', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => prepareState(join(folder, 'file/state'), undefined)).toThrow(
    /cannot be written: part of the path is a file/,
  );
  expect(() => prepareState(join(folder, 'file'), undefined)).toThrow(`${folder}/file cannot be written`);
  expect(() => prepareState(`/tmp/${'x'.repeat(60)}`, undefined)).toThrow(/too long a path .*--state/);
  const closed = join(folder, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  expect(() => prepareState(join(closed, 'state'), owner)).toThrow(`lies in ${closed}`);
  chmodSync(closed, 0o711);
});

test("the orchestrator's token is made once, and what was laid in its place is not believed", () => {
  prepareState(folder, undefined);
  const made = orchestratorToken(folder, undefined);
  expect(made.token).toMatch(/^[\w-]{43}$/);
  expect(orchestratorToken(folder, undefined)).toEqual(made);
  const path = join(folder, 'gateway/orchestrator-token');
  expect([mode(path), mode(join(folder, 'orchestrator/token.sha256'))]).toEqual([0o600, 0o600]);

  const secret = join(folder, 'secret');
  writeFileSync(secret, 'of another');
  rmSync(path);
  symlinkSync(secret, path);
  const after = orchestratorToken(folder, undefined);
  expect(after.token).not.toBe('of another');
  expect(after.token).not.toBe(made.token);
  expect(readFileSync(secret, 'utf8')).toBe('of another');
  expect(lstatSync(path).isFile()).toBe(true);
});

test('a release is published once; the three newest are kept, and what runs', async () => {
  const state = join(folder, 'state');
  prepareState(state, undefined);
  const dist = join(folder, 'dist');
  mkdirSync(join(dist, 'server'), { recursive: true });
  mkdirSync(join(dist, 'shell'));
  writeFileSync(join(dist, 'server/agent.mjs'), 'agent');
  writeFileSync(join(dist, 'shell/index.html'), 'page');
  const releases = ['a', 'b', 'c', 'd'].map((hash) => publish({ hash, folder: dist }, state));
  for (const [age, path] of releases.toReversed().entries()) utimesSync(path, 1000 - age, 1000 - age);
  expect(publish({ hash: 'a', folder: dist }, state)).toBe(releases[0]);
  expect(readFileSync(join(releases[3] ?? '', 'shell/index.html'), 'utf8')).toBe('page');
  expect(mode(join(releases[0] ?? '', 'node')) & 0o111).toBe(0o111);
  // Node is there once, however many releases there are.
  expect(new Set(releases.map((path) => lstatSync(join(path, 'node')).ino)).size).toBe(1);
  const there = () => releases.map((path) => existsSync(path));
  prune(state, releases[0] ?? '');
  expect(there()).toEqual([true, false, true, true]);

  for (const hash of ['e', 'f']) releases.push(publish({ hash, folder: dist }, state));
  const runs = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)', join(releases[2] ?? '', 'agent.mjs')], {
    stdio: 'ignore',
  });
  try {
    await once(runs, 'spawn');
    prune(state, releases[0] ?? '');
    expect(there()).toEqual([true, false, true, false, true, true]);
  } finally {
    runs.kill('SIGKILL');
  }
});

test('what the service worker keeps', () => {
  mkdirSync(join(folder, 'assets'));
  const names = ['index.html', 'index.html.br', 'assets/main-abc.js', 'assets/main-abc.js.map', 'service-worker.js'];
  for (const name of names) writeFileSync(join(folder, name), name);
  expect(precacheEntries(folder)).toEqual([
    { url: '/assets/main-abc.js', revision: null },
    { url: '/index.html', revision: expect.stringMatching(/^[0-9a-f]{16}$/) },
  ]);
});
