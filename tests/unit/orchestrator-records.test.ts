import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { containerHostname, nspawnArguments, tellingLine } from '../../server/orchestrator/nspawn.ts';
import { allocateOwner, type ContainerRecord, Records, ranges } from '../../server/orchestrator/records.ts';
import { ownFiles } from '../../server/orchestrator/root-tree.ts';
import { identify, isAlive, parseStat } from '../../server/process/identity.ts';

test('owners never share a uid or a range, and never take a uid of the box', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 19_990, max: 20_060 })),
      fc.integer({ min: 1, max: 60 }),
      (foreign, count) => {
        const records: Pick<ContainerRecord, 'owner'>[] = [];
        for (let n = 0; n < count; n++) records.push({ owner: allocateOwner(records, new Set(foreign)) });
        const uids = records.map(({ owner }) => owner?.uid ?? 0);
        expect(new Set(uids).size).toBe(count);
        expect(uids.filter((uid) => foreign.includes(uid) || uid < 20_000 || uid > 59_999)).toEqual([]);
        const starts = records.map(({ owner }) => owner?.range ?? 0);
        expect(new Set(starts).size).toBe(count);
        expect(starts.filter((start) => start % ranges.size !== 0 || start < ranges.first)).toEqual([]);
      },
    ),
    { numRuns: 50 },
  );
});

test('records are on disk when they are put, and a broken one stops the start by its name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'porthole-records-'));
  try {
    const records = await Records.open(folder);
    const record: ContainerRecord = {
      userId: 'u1',
      login: 'ada',
      isolation: 'nspawn',
      owner: { uid: 20_000, range: ranges.first },
      token: 't',
      wanted: 'running',
      processes: [],
    };
    await records.put(record);
    expect(await readdir(folder)).toEqual(['u1.json']);
    expect((await Records.open(folder)).all()).toEqual([record]);
    await writeFile(join(folder, 'u2.json'), '{"userId": "u2"');
    await expect(Records.open(folder)).rejects.toThrow(`${folder}/u2.json cannot be read`);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the container has no flag that the box could be reached by, and no secret on its command line', () => {
  const args = nspawnArguments({
    machine: 'porthole-u1-0',
    login: 'ada',
    range: ranges.first,
    hostname: 'box',
    root: '/state/roots/u1',
    home: '/sta:te/homes/u1',
    sockets: '/state/run/agents/u1',
    release: '/state/releases/abc',
  });
  expect(args).toEqual(
    expect.arrayContaining(['--drop-capability=all', '--no-new-privileges=yes', '--private-network', '--read-only']),
  );
  expect(args.filter((arg) => arg.startsWith('--bind='))).toEqual([
    '--bind=/sta\\:te/homes/u1:/home/ada:idmap',
    '--bind=/state/run/agents/u1:/run/porthole:idmap',
  ]);
  expect(args.filter((arg) => /^--setenv/.test(arg))).toEqual(['--setenv=PORTHOLE_AGENT']);
});

test('the files of /etc name the person and root, and no one else', () => {
  const files = ownFiles({ login: 'ada', uid: 20_000, hostname: 'box' });
  expect(files['passwd']?.trim().split('\n')).toEqual([
    'root:x:0:0:root:/root:/usr/sbin/nologin',
    'ada:x:20000:20000:ada:/home/ada:/bin/bash',
  ]);
});

test.each([
  ['homelab.example.org', 'homelab'],
  ['Box_1', 'box1'],
  ['--', 'box'],
  ['', 'box'],
])('the host name of %j is %j inside', (box, inside) => {
  expect(containerHostname(box)).toBe(inside);
});

test.each([
  ['', undefined],
  [
    'Failed to allocate user namespace: No space left\nContainer porthole-u1-00ff failed with error code 1.\n',
    /^Failed to all/,
  ],
  ['file:///x.mjs:3\n\nError: no koffi\n    at run (x.mjs:3)\n\nNode.js v24.1.0\n', /^Error: no koffi$/],
  ['Attempted to remove disk file system under "/x", and we can\'t allow that.\nall said\n', /^all said$/],
])('the telling line of %j', (log, line) => {
  if (line === undefined) expect(tellingLine(log)).toBeUndefined();
  else expect(tellingLine(log)).toMatch(line);
});

test('a process is known by its start too', () => {
  expect(parseStat(`1 (a) b) c) S ${'0 '.repeat(18)}4711 0`)).toEqual({ state: 'S', start: 4711 });
  const me = identify(process.pid);
  if (!me) throw new Error('this process is not in /proc');
  expect(isAlive(me)).toBe(true);
  expect(isAlive({ ...me, start: me.start + 1 })).toBe(false);
  expect(isAlive({ ...me, boot: 'another' })).toBe(false);
});
