/** The gateway as it is delivered: one bundled file, started as a process, with its command line. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, cookieOf, freePort, temporaryFolder, upgrade } from './gateway/kit.ts';

let folder: string;
let bundle: string;
let port: number;
let host: string;
const started: ChildProcess[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  await build({
    configFile: false,
    root: join(import.meta.dirname, '../..'),
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: 'server/gateway/main.ts',
      outDir: join(folder, 'bundle'),
      rolldownOptions: { output: { entryFileNames: 'gateway.mjs', codeSplitting: false } },
    },
  });
  bundle = join(folder, 'bundle', 'gateway.mjs');
  port = await freePort();
  host = `localhost:${port}`;
  await mkdir(join(folder, 'state'), { mode: 0o700 });
  await mkdir(join(folder, 'page'));
  await writeFile(join(folder, 'page', 'index.html'), '<!doctype html>');
});
afterAll(async () => {
  for (const child of started)
    if (child.exitCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  await rm(folder, { recursive: true });
});

const config = (settings: Record<string, unknown> = {}) => ({
  settings: { port, state: folder, isolation: 'none', ...settings },
  state: join(folder, 'state'),
  shell: join(folder, 'page'),
  build: 'b',
  orchestrator: { socket: join(folder, 'no.sock'), token: 'x' },
});
const environment = (of: unknown) => ({
  PATH: process.env['PATH'] ?? '',
  ...(of === null ? {} : { PORTHOLE_GATEWAY: typeof of === 'string' ? of : JSON.stringify(of) }),
});
const run = (args: string[], of: unknown = config()) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundle, ...args], {
    env: environment(of),
    encoding: 'utf8',
    timeout: 10_000,
  });
  expect(stderr).not.toMatch(/^\s+at /m);
  return { status, stdout, stderr: stderr.replace(/^.*ExperimentalWarning.*\n.*\n/m, '') };
};
const user = (...args: string[]) => run(['user', ...args]);

async function serve(of: unknown = config()): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [bundle, 'serve'], {
    env: environment(of),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(child);
  if (!child.stdout) throw new Error('no stdout');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const said = JSON.parse(line) as { ready: boolean; url: string };
  expect(said.ready).toBe(true);
  return { child, url: said.url };
}
/** What keeps it from ending (a connection that is kept alive: a minute) is longer than a test may take. */
async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
}
const signIn = (url: string) =>
  ask({
    port,
    host,
    method: 'POST',
    path: '/api/session',
    headers: { origin: `http://${host}`, 'content-type': 'application/json' },
    body: JSON.stringify({ token: url.split('#token=')[1] }),
  });

test('is one file that needs nothing beside it', async () => {
  expect(await readdir(join(folder, 'bundle'))).toEqual(['gateway.mjs']);
});

describe('serve', () => {
  test('prints the way in while there is nobody, and the plain address afterwards', async () => {
    const first = await serve();
    expect(first.url).toMatch(new RegExp(`^http://localhost:${port}/#token=[\\w-]{43}$`));
    await stop(first.child);
    const second = await serve();
    expect(second.url).not.toBe(first.url);
    // What was printed first is what the person has before them: a restart does not void it.
    expect((await signIn(first.url)).status).toBe(200);
    expect((await signIn(second.url)).json()).toMatchObject({ type: 'urn:porthole:token-unknown' });
    await stop(second.child);
    const third = await serve();
    expect(third.url).toBe(`http://localhost:${port}/`);
    await stop(third.child);
    expect((await stat(join(folder, 'state', 'porthole.db'))).mode & 0o077).toBe(0);
  });

  test('keeps sessions over a restart', async () => {
    const { child } = await serve();
    const cookie = cookieOf(await signIn(/http\S+/.exec(user('add', 'keep@example.org').stdout)?.[0] ?? ''));
    await stop(child);
    const next = await serve();
    expect((await ask({ port, host, path: '/api/session', headers: { cookie } })).status).toBe(200);
    await stop(next.child);
  });

  test('says on one line why it cannot', async () => {
    const { child } = await serve();
    expect(run(['serve'])).toMatchObject({
      status: 1,
      stdout: `{"error":"Port ${port} on 127.0.0.1 is taken by another program: choose another with --port."}\n`,
    });
    await stop(child);
    const error = (of: unknown) => {
      const { status, stdout } = run(['serve'], of);
      expect(status).toBe(1);
      return (JSON.parse(stdout) as { error: string }).error;
    };
    expect(error(null)).toContain('PORTHOLE_GATEWAY is not set');
    expect(error('{')).toContain('is not JSON');
    expect(error(config({ port: 'x' }))).toContain('settings.port');
    expect(error(config({ domain: '192.168.1.2' }))).toContain('give a host name with --domain');
    expect(error(config({ host: '203.0.113.7' }))).toContain('no address of this machine');
    expect(error(config({ apps: { nope: 'http://127.0.0.1:1' } }))).toBe('apps: there is no web app named nope.');
    expect(error(config({ apps: { prometheus: 'http://127.0.0.1:1/x' } }))).toContain(
      'must end after the host and port',
    );
  });
});

describe('user', () => {
  test('add, list, link and remove', async () => {
    const added = user('add', 'Ada@example.org', '--name', 'Ada Lovelace', '--role', 'admin');
    expect(added.status).toBe(0);
    expect(added.stdout).toMatch(/Ada@example\.org +Ada Lovelace +admin/);
    expect(added.stdout).toMatch(/http:\/\/localhost:\d+\/#token=[\w-]{43}\n$/);
    const list = JSON.parse(user('list', '--json').stdout) as { email: string }[];
    expect(list.map(({ email }) => email)).toContain('Ada@example.org');
    const lines = user('list').stdout.trimEnd().split('\n');
    expect(new Set(lines.map((line) => line.search(/(?<= {2})(admin|member|demo|ROLE)/))).size).toBe(1);
    expect(user('link', 'ADA@example.org').stdout).toMatch(/#token=[\w-]{43}\n$/);
    expect(user('remove', 'ada@example.org').status).toBe(0);
  });

  test.each([
    [['add', 'keep@EXAMPLE.org'], 1, 'already a user'],
    [['remove', 'admin@localhost'], 1, 'only administrator'],
    [['remove', 'nobody@example.org'], 1, 'no user'],
    [['link', 'nobody@example.org'], 1, 'no user'],
    [['add'], 2, 'EMAIL is missing'],
    [['add', 'not-an-address'], 2, 'not an e-mail address'],
    [['add', 'a@b', '--role', 'king'], 2, 'not a role'],
    [['add', 'a@b', '--name', 'a\nb'], 2, '--name'],
    [['add', 'a@b', '--frob'], 2, '--frob'],
    [['add', 'a@b', 'c@d'], 2, 'too much'],
    [['list', 'a@b'], 2, 'too much'],
    [['remove', 'a@b', '--role', 'demo'], 2, 'does not go with'],
    [['frob'], 2, 'Unknown command'],
    [[], 2, 'missing'],
  ])('%j exits %i with one line', (args, status, text) => {
    const ran = user(...args);
    expect(ran).toMatchObject({ status, stdout: '' });
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(ran.stderr).toContain(text);
  });

  test('prints links to where Porthole was started for, unless it is told otherwise', async () => {
    expect(user('add', 'where@example.org').status).toBe(0);
    const linkTo = (settings: Record<string, unknown>) =>
      /\S+(?=#token)/.exec(
        run(['user', 'link', 'where@example.org'], config({ port: undefined, ...settings })).stdout,
      )?.[0];
    const { child } = await serve(config({ publicUrl: 'https://desk.example.org' }));
    expect(linkTo({})).toBe('https://desk.example.org/');
    expect(linkTo({ port: 9999 })).toBe('http://localhost:9999/');
    expect(linkTo({ publicUrl: 'https://other.example.org' })).toBe('https://other.example.org/');
    await stop(child);
    expect(linkTo({})).toBe('https://desk.example.org/');
    await stop((await serve()).child);
    expect(linkTo({})).toBe(`http://localhost:${port}/`);
  });

  test('removed on the command line is thrown out of the running gateway before the command ends', async () => {
    const { child } = await serve();
    const cookie = cookieOf(await signIn(/http\S+/.exec(user('add', 'gone@example.org').stdout)?.[0] ?? ''));
    const opened = await upgrade(port, host, '/api/events', { cookie, origin: `http://${host}` });
    if (!('socket' in opened)) throw new Error('refused');
    const closed = new Promise<number>((resolve) => opened.socket.once('close', resolve));
    const held = async () => (await ask({ port, host, path: '/metrics' })).text;
    expect(await held()).toMatch(/^porthole_live_streams 1$/m);
    // The command waits for the gateway.
    expect(user('remove', 'gone@example.org').status).toBe(0);
    expect(await held()).toMatch(/^porthole_live_streams 0$/m);
    expect(await closed).toBe(4401);
    expect((await ask({ port, host, path: '/api/session', headers: { cookie } })).status).toBe(401);
    await stop(child);
  });

  test('without a state folder says what to do', () => {
    const ran = run(['user', 'list'], { ...config(), state: join(folder, 'none') });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('start it once');
  });
});
