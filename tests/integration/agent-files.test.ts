import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { agentTokenHeader, Directory, type DirectoryEntry } from '../../protocol/agent.ts';
import { startAgent } from '../../server/agent/server.ts';
import { type AgentProcess, agentClient, startAgentProcess, token } from './agent-process.ts';

let agent: AgentProcess;
let home: string;
beforeAll(async () => {
  agent = await startAgentProcess();
  home = agent.config.home;
});
afterAll(() => agent.stop());

const at = (path: string) => encodeURIComponent(path);
const content = (path: string, headers: Record<string, string> = {}) =>
  agent.http('GET', `/files/content?path=${at(path)}`, { headers });
const kindOf = (answer: { json(): unknown }) => (answer.json() as { type: string }).type.replace('urn:porthole:', '');

async function list(path: string): Promise<Map<string, DirectoryEntry>> {
  const answer = await agent.http('GET', `/files?path=${at(path)}`);
  expect(answer.status).toBe(200);
  return new Map(v.parse(Directory, answer.json()).entries.map((entry) => [entry.name, entry]));
}

describe('a folder', () => {
  test('without a path is the home, and says where it is', async () => {
    const answer = await agent.http('GET', '/files');
    expect(answer.json()).toMatchObject({ path: home, home });
    const dotted = await agent.http('GET', `/files?path=${at(`${home}/../home//./`)}`);
    expect(dotted.json()).toMatchObject({ path: home });
  });

  test('says of each entry what it is', async () => {
    const folder = await mkdtemp(join(home, 'kinds-'));
    const inside = (name: string) => join(folder, name);
    await mkdir(inside('sub'));
    await writeFile(inside('text.md'), 'hello');
    await utimes(inside('text.md'), 1_700_000_000, 1_700_000_000.25);
    await writeFile(inside('.hidden'), '');
    await writeFile(inside('ünï "quoted" \n 🚪.png'), 'x');
    await symlink('text.md', inside('to-file'));
    await symlink('sub', inside('to-folder'));
    await symlink('/nowhere/at/all', inside('to-nothing'));
    await symlink('to-self', inside('to-self'));
    execFileSync('mkfifo', [inside('fifo')]);
    const server = createServer().listen(inside('socket'));
    await once(server, 'listening');
    const entries = await list(folder);
    server.close();
    expect(entries.get('text.md')).toEqual({
      name: 'text.md',
      kind: 'file',
      size: 5,
      modified: 1_700_000_000_250,
      mime: 'text/markdown',
    });
    expect(entries.get('sub')).toMatchObject({ kind: 'directory', size: 0, mime: 'inode/directory' });
    expect(entries.get('.hidden')).toMatchObject({ kind: 'file', size: 0 });
    expect(entries.get('ünï "quoted" \n 🚪.png')).toMatchObject({ kind: 'file', size: 1, mime: 'image/png' });
    expect(entries.get('to-file')).toMatchObject({ kind: 'file', size: 5, link: 'text.md' });
    expect(entries.get('to-folder')).toMatchObject({ kind: 'directory', link: 'sub', mime: 'inode/directory' });
    expect(entries.get('to-nothing')).toMatchObject({ kind: 'other', link: '/nowhere/at/all', broken: true });
    expect(entries.get('to-self')).toMatchObject({ kind: 'other', broken: true });
    expect(entries.get('fifo')).toMatchObject({ kind: 'other', size: 0 });
    expect(entries.get('socket')).toMatchObject({ kind: 'other', size: 0 });
    expect(entries.size).toBe(10);
  });

  test('with names that are not UTF-8 is listed all the same', async () => {
    const folder = await mkdtemp(join(home, 'bytes-'));
    const name = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.of(0xe9), Buffer.from('.txt')]);
    await writeFile(name, 'latin');
    await symlink(Buffer.of(0xff, 0xfe), `${folder}/link`);
    const entries = await list(folder);
    expect(entries.get('caf\ufffd.txt')).toMatchObject({ kind: 'file', size: 5, mime: 'text/plain' });
    expect(entries.get('link')).toMatchObject({ link: '\ufffd\ufffd', broken: true });
  });

  test('of 10,000 files is listed, and other requests go on meanwhile', async () => {
    const folder = await mkdtemp(join(home, 'many-'));
    for (let index = 0; index < 10_000; index += 1) {
      closeSync(openSync(join(folder, `file ${index}.txt`), constants.O_CREAT | constants.O_WRONLY));
    }
    const listing = list(folder);
    let done = false;
    listing.finally(() => {
      done = true;
    });
    expect((await agent.http('GET', '/health')).status).toBe(204);
    expect(done).toBe(false);
    expect((await listing).size).toBe(10_000);
  });

  test('that is none is a problem', async () => {
    await writeFile(join(home, 'a file'), '');
    for (const [path, status, kind] of [
      [`${home}/missing`, 404, 'not-found'],
      [`${home}/a file`, 409, 'not-a-folder'],
      [`${home}/a file/sub`, 404, 'not-found'],
      [`/${'x'.repeat(300)}`, 400, 'bad-path'],
      ['relative', 400, 'bad-path'],
      ['', 400, 'bad-path'],
      ['/home\0', 400, 'bad-path'],
    ] as const) {
      const answer = await agent.http('GET', `/files?path=${at(path)}`);
      expect([answer.status, kindOf(answer)], path).toEqual([status, kind]);
    }
    for (const raw of ['%c0%af', '/%c0%ae%c0%ae/etc', '/%ff', '/%', '%00']) {
      expect((await agent.http('GET', `/files?path=${raw}`)).status).toBe(400);
    }
  });
});

test('whatever path is asked for, the answer is a folder, a file, or a problem', async () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('..', '.', '', 'etc', 'passwd', 'proc', 'self', 'root', '%2f', '%2e%2e', '\0', '\u202e', '\\'),
    fc.webQueryParameters({ size: 'small' }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.boolean(), async (pieces, encoded) => {
      const path = `/${pieces.join('/')}`;
      const raw = encoded ? at(path.toWellFormed()) : path.replace(/[^\x21-\x7e]|#/g, '');
      for (const route of ['/files', '/files/content']) {
        const answer = await agent.http(route === '/files' ? 'GET' : 'HEAD', `${route}?path=${raw}`);
        expect([200, 400, 403, 404, 409]).toContain(answer.status);
      }
    }),
    { numRuns: 150 },
  );
});

describe('content', () => {
  const text = 'The quick brown fox jumps over the lazy dog.\n';
  let file: string;
  let large: string;
  const largeBytes = Buffer.alloc(3_000_000);
  for (let index = 0; index < largeBytes.length; index += 1) largeBytes[index] = (index * 13) >> 4;
  beforeAll(async () => {
    file = join(home, 'fox.txt');
    large = join(home, 'large.bin');
    await writeFile(file, text);
    await writeFile(large, largeBytes);
  });

  test('comes whole, with what a browser should know of it', async () => {
    const answer = await content(file);
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe(text);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(text.length),
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
      'last-modified': expect.stringMatching(/GMT$/),
      etag: expect.stringMatching(/^"[\w-]+"$/),
    });
    expect(answer.headers).not.toHaveProperty('content-disposition');
    expect((await content(large)).body.equals(largeBytes)).toBe(true);
  });

  test('as a download has its name, whatever that is', async () => {
    const name = join(home, 'Übung "1"; x=%41.txt');
    await writeFile(name, text);
    const answer = await agent.http('GET', `/files/content?path=${at(name)}&download`);
    expect(answer.headers['content-disposition']).toBe(
      `attachment; filename="_bung _1_; x=_41.txt"; filename*=UTF-8''%C3%9Cbung%20%221%22%3B%20x%3D%2541.txt`,
    );
  });

  test('HEAD says the same, and sends nothing', async () => {
    for (const path of [file, large]) {
      const { headers } = await content(path);
      const head = await agent.http('HEAD', `/files/content?path=${at(path)}`);
      expect(head.status).toBe(200);
      expect(head.body.length).toBe(0);
      expect({ ...head.headers, date: '' }).toEqual({ ...headers, date: '' });
    }
  });

  test('in ranges', async () => {
    for (const [path, bytes] of [
      [file, Buffer.from(text)],
      [large, largeBytes],
    ] as const) {
      const size = bytes.length;
      for (const [range, start, end] of [
        ['bytes=0-0', 0, 0],
        ['bytes=4-8', 4, 8],
        ['bytes=10-', 10, size - 1],
        ['bytes=-5', size - 5, size - 1],
        [`bytes=5-${size * 2}`, 5, size - 1],
      ] as const) {
        const answer = await content(path, { range });
        expect(answer.status).toBe(206);
        expect(answer.headers['content-range']).toBe(`bytes ${start}-${end}/${size}`);
        expect(answer.headers['content-length']).toBe(String(end - start + 1));
        expect(answer.body.equals(bytes.subarray(start, end + 1))).toBe(true);
      }
      const beyond = await content(path, { range: `bytes=${size}-` });
      expect(beyond.status).toBe(416);
      expect(beyond.headers['content-range']).toBe(`bytes */${size}`);
      const { headers } = await content(path, { range: 'bytes=0-1' });
      expect((await content(path, { range: 'bytes=0-1', 'if-range': headers.etag ?? '' })).status).toBe(206);
      expect((await content(path, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
    }
  });

  test('is not sent again to who has it, and is when it changed', async () => {
    const path = join(home, 'changes.txt');
    await writeFile(path, 'one');
    const { headers } = await content(path);
    const conditions = {
      tag: { 'if-none-match': headers.etag ?? '' },
      date: { 'if-modified-since': headers['last-modified'] ?? '' },
    };
    for (const condition of Object.values(conditions)) {
      const answer = await content(path, condition);
      expect([answer.status, answer.body.length]).toEqual([304, 0]);
      expect(answer.headers.etag).toBe(headers.etag);
    }
    await writeFile(path, 'two');
    expect((await content(path, conditions.tag)).status).toBe(200);
    await utimes(path, Date.now() / 1000 + 10, Date.now() / 1000 + 10);
    expect((await content(path, conditions.date)).status).toBe(200);
  });

  test('of nothing, and of what says that it is nothing', async () => {
    await writeFile(join(home, 'empty'), '');
    const empty = await content(join(home, 'empty'));
    expect([empty.status, empty.headers['content-length']]).toEqual([200, '0']);
    expect((await content(join(home, 'empty'), { range: 'bytes=0-' })).status).toBe(416);
    expect((await content('/proc/version')).body.toString()).toContain('Linux version');
    expect((await content('/sys/kernel/mm/transparent_hugepage/enabled')).body.toString()).toMatch(/^.+\n$/);
    expect((await content('/proc/version')).headers).not.toHaveProperty('etag');
  });

  test('of what is no file is a problem at once: folders, devices, a FIFO with nobody at its other end', async () => {
    const fifo = join(home, 'a fifo');
    execFileSync('mkfifo', [fifo]);
    await symlink(fifo, join(home, 'to a fifo'));
    await symlink('/nowhere', join(home, 'broken'));
    for (const [path, status, kind] of [
      [home, 409, 'is-folder'],
      ['/', 409, 'is-folder'],
      ['/dev/null', 409, 'not-a-file'],
      ['/dev/tty', 409, 'not-a-file'],
      [fifo, 409, 'not-a-file'],
      [join(home, 'to a fifo'), 409, 'not-a-file'],
      [agent.config.socket, 409, 'not-a-file'],
      [join(home, 'broken'), 404, 'not-found'],
      [join(home, 'fox.txt/x'), 404, 'not-found'],
    ] as const) {
      const answer = await content(path);
      expect([answer.status, kindOf(answer)], path).toEqual([status, kind]);
    }
    expect((await agent.http('GET', '/files/content')).status).toBe(400);
  });

  const descriptors = () =>
    execFileSync('ls', [`/proc/${agent.process.pid}/fd`])
      .toString()
      .trim()
      .split('\n').length;

  function begin(path: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      request({
        socketPath: agent.config.socket,
        path: `/files/content?path=${at(path)}`,
        // Kept open afterwards, as the gateway's are.
        headers: { [agentTokenHeader]: token, connection: 'keep-alive' },
        agent: false,
      })
        .once('error', reject)
        .once('response', resolve)
        .end();
    });
  }

  test('is read no further than it is taken, and is closed when who asked for it leaves', async () => {
    const huge = join(home, 'huge.bin');
    await writeFile(huge, '');
    await truncate(huge, 2 ** 34);
    const before = descriptors();
    const readSoFar = () =>
      Number(/rchar: (\d+)/.exec(execFileSync('cat', [`/proc/${agent.process.pid}/io`]).toString())?.[1]);
    const read = readSoFar();
    const response = await begin(huge);
    response.on('error', () => {});
    expect(response.headers['content-length']).toBe(String(2 ** 34));
    await once(response, 'readable');
    await vi.waitFor(() => {
      const now = readSoFar();
      expect(descriptors()).toBeGreaterThan(before);
      expect(now - read).toBeLessThan(8 * 1024 * 1024);
    });
    response.destroy();
    await vi.waitFor(() => expect(descriptors()).toBe(before));
    for (let round = 0; round < 10; round += 1) await content(file);
    await vi.waitFor(() => expect(descriptors()).toBe(before));
    expect((await agent.http('GET', '/health')).status).toBe(204);
  });

  test('that became shorter meanwhile does not look whole', async () => {
    const path = join(home, 'shrinks.bin');
    await writeFile(path, Buffer.alloc(50_000_000));
    const response = await begin(path);
    await once(response, 'readable');
    await truncate(path, 1000);
    const { promise, resolve } = Promise.withResolvers<void>();
    response.on('error', () => {}).once('close', resolve);
    response.resume();
    const began = performance.now();
    await promise;
    // At once: an idle connection would be closed after 5 s anyway.
    expect(performance.now() - began).toBeLessThan(4000);
    expect(response.complete).toBe(false);
  });

  test('that one may not read is a 403, and so is such a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'porthole-agent-'));
    const socket = join(folder, 'agent.sock');
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'closed'), { mode: 0 });
    await mkdir(join(folder, 'seen'));
    await mkdir(join(folder, 'seen', 'sub'));
    await chmod(join(folder, 'seen'), 0o444);
    await (await open(join(folder, 'secret'), 'w', 0)).close();
    const local = await startAgent({ ...agent.config, socket }, (error) => expect.fail(String(error)));
    const { http } = agentClient(socket);
    const root = process.geteuid?.() === 0;
    try {
      if (root) process.seteuid?.(65534);
      expect((await http('GET', `/files?path=${at(join(folder, 'closed'))}`)).status).toBe(403);
      expect((await http('GET', `/files/content?path=${at(join(folder, 'secret'))}`)).status).toBe(403);
      expect((await http('GET', `/files/content?path=${at(join(folder, 'closed/x'))}`)).status).toBe(403);
      expect((await http('GET', `/files?path=${at(join(folder, 'seen'))}`)).json()).toMatchObject({
        entries: [{ name: 'sub', kind: 'directory', modified: 0 }],
      });
    } finally {
      if (root) process.seteuid?.(0);
      await chmod(join(folder, 'seen'), 0o755);
      await local.close();
      await rm(folder, { recursive: true });
    }
  });
});
