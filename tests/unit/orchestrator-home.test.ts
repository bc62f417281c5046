import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeHome, makeSocketFolder } from '../../server/orchestrator/home.ts';

const self = process.getuid?.() ?? 0;
/** Root can give files away: then it shows whose they became. */
const uid = self === 0 ? 23_456 : self;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'porthole-home-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('links in the skeleton stay as they are, and what they name stays whose it was', async () => {
  const skel = join(folder, 'skel');
  const outside = join(folder, 'outside');
  mkdirSync(join(skel, 'sub'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(outside, 'file'), 'of the box');
  for (const name of ['.bashrc', '.profile', 'sub/file']) writeFileSync(join(skel, name), name);
  const links = {
    '.bash_profile': '.profile',
    'sub/up': '../.profile',
    absolute: join(outside, 'file'),
    folder: outside,
    dangling: 'nowhere',
  };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(skel, name));

  const home = join(folder, 'home');
  await makeHome(home, uid, skel);
  for (const [name, target] of Object.entries(links)) expect(readlinkSync(join(home, name)), name).toBe(target);
  expect(readFileSync(join(home, 'sub/file'), 'utf8')).toBe('sub/file');
  const names = ['.', ...readdirSync(skel), 'sub/up', 'sub/file'];
  for (const name of names) expect(lstatSync(join(home, name)).uid, name).toBe(uid);
  expect(lstatSync(home).mode & 0o777).toBe(0o700);
  for (const path of [outside, join(outside, 'file'), skel, join(skel, '.profile'), join(skel, 'sub/file')])
    expect(lstatSync(path).uid, path).toBe(self);
});

test('a home that is there is not touched', async () => {
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o750 });
  await makeHome(home, uid);
  expect(lstatSync(home)).toMatchObject({ uid: self });
  expect(readdirSync(home)).toEqual([]);
});

test("nothing that was laid at the socket's name is in the way, and no link there is followed", async () => {
  const sockets = join(folder, 'sockets');
  const socket = join(sockets, 'agent.sock');
  const kept = join(folder, 'kept');
  mkdirSync(kept);
  writeFileSync(join(kept, 'file'), '');
  const lay = [
    () => {},
    () => writeFileSync(socket, ''),
    () => symlinkSync(kept, socket),
    () => {
      mkdirSync(join(socket, 'deep'), { recursive: true });
      symlinkSync(kept, join(socket, 'deep/link'));
    },
  ];
  await makeSocketFolder(sockets, uid, uid);
  for (const one of lay) {
    one();
    await makeSocketFolder(sockets, uid, uid);
    expect(readdirSync(sockets)).toEqual([]);
    expect(lstatSync(sockets)).toMatchObject({
      uid,
      mode: expect.toSatisfy((mode: number) => (mode & 0o777) === 0o710),
    });
  }
  expect(existsSync(join(kept, 'file'))).toBe(true);
});
