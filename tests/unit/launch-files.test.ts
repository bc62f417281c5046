import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { giveToOwner } from '../../server/launch/build.ts';
import { sentenceOf } from '../../server/launch/failures.ts';
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
  expect(() => prepareState('/proc/nothing/here', undefined)).toThrow('/proc/nothing/here cannot be written');
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

test('what was laid in the place of the token is no obstacle, and no link in it is followed', () => {
  prepareState(folder, undefined);
  const path = join(folder, 'gateway/orchestrator-token');
  const kept = join(folder, 'kept');
  mkdirSync(kept);
  writeFileSync(join(kept, 'file'), '');
  mkdirSync(join(path, 'deep'), { recursive: true });
  symlinkSync(kept, join(path, 'deep/link'));
  const { token } = orchestratorToken(folder, undefined);
  expect(readFileSync(path, 'utf8')).toBe(`${token}\n`);
  expect(existsSync(join(kept, 'file'))).toBe(true);
});

test('a release can be read by everyone, whoever built it', () => {
  const state = join(folder, 'state');
  prepareState(state, undefined);
  const dist = join(folder, 'dist');
  mkdirSync(join(dist, 'server/node_modules/koffi'), { recursive: true, mode: 0o700 });
  mkdirSync(join(dist, 'shell/assets'), { recursive: true, mode: 0o700 });
  const files = ['server/agent.mjs', 'server/node_modules/koffi/koffi.node', 'shell/assets/main.js'];
  for (const file of files) writeFileSync(join(dist, file), '', { mode: file.endsWith('.node') ? 0o700 : 0o600 });
  const release = publish({ hash: 'a', folder: dist }, state);
  const modes = ['.', 'node_modules/koffi', 'node_modules/koffi/koffi.node', 'node', 'shell/assets'];
  for (const path of modes) expect(mode(join(release, path)) & 0o055, path).toBe(0o055);
  for (const path of ['agent.mjs', 'shell/assets/main.js']) expect(mode(join(release, path)), path).toBe(0o644);
  // What it was made of stays as private as it was.
  expect(mode(join(dist, 'server/agent.mjs'))).toBe(0o600);
});

test("what root built in a person's checkout is that person's, folders too", () => {
  if (process.getuid?.() !== 0) return console.warn('skipped: giving files away needs root.');
  mkdirSync(join(folder, 'dist/server'), { recursive: true });
  writeFileSync(join(folder, 'dist/server/agent.mjs'), '');
  symlinkSync(process.execPath, join(folder, 'dist/link'));
  const before = lstatSync(process.execPath).uid;
  giveToOwner(join(folder, 'dist'), { uid: 23_456, gid: 23_456 });
  for (const path of ['', 'server', 'server/agent.mjs', 'link'])
    expect(lstatSync(join(folder, 'dist', path)), path).toMatchObject({ uid: 23_456, gid: 23_456 });
  expect(lstatSync(process.execPath).uid).toBe(before);
});

test('a release that is being made is left alone; what one that was killed left is not', () => {
  const releases = join(folder, 'releases');
  const gone = spawnSync('true').pid;
  for (const name of [`.new-${process.pid}`, `.new-${gone}`, 'a', 'b', 'c'])
    mkdirSync(join(releases, name), { recursive: true });
  for (const name of readdirSync(releases)) utimesSync(join(releases, name), 1000, name.startsWith('.') ? 1 : 1000);
  // As one looks that vanishes between being seen and being looked at.
  symlinkSync('nowhere', join(releases, '.new-x'));
  prune(folder, join(releases, 'a'));
  expect(readdirSync(releases)).toEqual(['.new-x', `.new-${process.pid}`, 'a', 'b', 'c'].sort());
});

test('what the system refuses is a sentence; a mistake of ours keeps its stack', () => {
  const refusal = (path: string) => {
    try {
      writeFileSync(path, 'x');
    } catch (error) {
      return sentenceOf(error);
    }
    return undefined;
  };
  // A device that is always full.
  expect(refusal('/dev/full')).toBe('A file cannot be written or read: the disk is full.');
  writeFileSync(join(folder, 'file'), '');
  expect(refusal(join(folder, 'file/x'))).toBe(
    `${folder}/file/x cannot be written or read: part of the path is a file.`,
  );
  expect(refusal(join(folder, 'nowhere/x'))).toMatch(/^The system refused: ENOENT: .*nowhere\/x'\.$/);
  expect(sentenceOf(new TypeError('of ours'))).toBeUndefined();
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
