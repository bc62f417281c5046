import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isAlive } from '../../server/process/identity.ts';
import { noPerson, person } from '../person.ts';
import { freePort } from '../stack.ts';
import { checkout, clean, lockOf, orchestrator, Porthole, processesOf, run } from './launch-process.ts';

const isRoot = process.getuid?.() === 0;
let state: string;
let settings: string[];
beforeEach(async () => {
  state = mkdtempSync(join(tmpdir(), 'porthole-launch-'));
  chmodSync(state, 0o711);
  settings = ['--port', `${await freePort()}`, '--orchestrator-port', '0', '--state', state];
});
afterEach(() => clean(state));

/** Without a stack, and without a word on stdout: that is for the one line. */
function plainly({ code, stdout, stderr }: { code: number | null; stdout: string; stderr: string }): string {
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).not.toMatch(/^\s+at /m);
  return stderr;
}

describe('what is wrong is said plainly', () => {
  test('an unknown setting, in each place', async () => {
    expect(plainly(await run(['start', '--prot', '1', ...settings]))).toContain(
      '--prot is no setting. Did you mean --port?',
    );
    expect(plainly(await run(['start', ...settings], { env: { PORTHOLE_PROT: '1' } }))).toContain('PORTHOLE_PROT');
    writeFileSync(join(state, 'porthole.config.json'), '{"prot": 1}');
    expect(plainly(await run(['start', ...settings]))).toContain(`"prot" in ${state}/porthole.config.json`);
  });

  test('a command that there is not', async () => {
    expect(plainly(await run(['strat']))).toContain('"strat" is not understood');
  });

  test('a state folder that cannot be written', async () => {
    writeFileSync(join(state, 'file'), '');
    const below = join(state, 'file/state');
    expect(plainly(await run(['start', ...settings, '--state', below]))).toContain(
      `The state folder ${below} cannot be written: part of the path is a file. Choose another with --state.`,
    );
  });

  test("a taken port, the gateway's and the orchestrator's", async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    try {
      for (const flag of ['--port', '--orchestrator-port']) {
        const said = plainly(await run(['start', ...settings, flag, `${port}`]));
        expect(said).toMatch(new RegExp(`${port}\\b.*taken|${port}\\b.*in use`));
        expect(said).toContain(flag);
      }
      expect(existsSync(join(state, 'lock'))).toBe(false);
    } finally {
      taken.close();
    }
  });
});

test('help and version, from anywhere', async () => {
  const cwd = tmpdir();
  expect(await run(['help'], { cwd })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('--orchestrator-port'),
  });
  expect((await run(['--version'], { cwd })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe('a start', () => {
  test('one line on stdout; a second one on the same state folder is refused; Ctrl-C ends all of it', async () => {
    const first = new Porthole(['start', ...settings], { cwd: tmpdir() });
    const url = await first.ready();
    expect(url).toMatch(/^http:\/\/localhost:\d+\/#token=\S+$/);
    expect(first.stdout).toBe(`Porthole is ready: ${url}\n`);
    const { holder, children } = lockOf(state);
    expect(children.filter(isAlive)).toHaveLength(2);
    if (isRoot) {
      // Who runs what: the orchestrator is root, the gateway is not.
      expect(children.map(({ pid }) => statSync(`/proc/${pid}`).uid === 0)).toEqual([true, false]);
    }
    const second = plainly(await run(['start', ...settings, '--port', `${await freePort()}`]));
    expect(second).toContain(`Porthole already runs on the state folder ${state} (process ${holder.pid})`);
    expect(await first.stop('SIGINT')).toBe(0);
    expect(children.filter(isAlive)).toEqual([]);
    expect(existsSync(join(state, 'lock'))).toBe(false);
  });

  test('a signal to npm alone reaches it too: nothing is left behind', async () => {
    const npm = new Porthole(settings, { cwd: checkout, command: ['npm', 'start', '--'] });
    await npm.ready();
    const { holder, children } = lockOf(state);
    await npm.stop('SIGTERM');
    await vi.waitFor(() => expect([holder, ...children].filter(isAlive)).toEqual([]), { timeout: 10_000 });
    expect(existsSync(join(state, 'lock'))).toBe(false);
  });

  test('settings from the file, and users while it runs and while it does not', async () => {
    const [, port] = settings;
    writeFileSync(join(state, 'porthole.config.json'), JSON.stringify({ port: Number(port), orchestratorPort: 0 }));
    const only = ['--state', state];
    const added = await run(['user', 'add', 'ada@example.org', ...only], { cwd: tmpdir() });
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining(`http://localhost:${port}/#token=`) });
    const porthole = new Porthole(['start', ...only]);
    expect(await porthole.ready()).toContain(`http://localhost:${port}/`);
    const listed = await run(['user', ...only, 'list', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject([{ email: 'ada@example.org' }]);
    expect((await run(['user', 'link', 'nobody@example.org', ...only])).code).not.toBe(0);
    if (isRoot) expect(statSync(join(state, 'gateway')).uid).not.toBe(0);
    expect(await porthole.stop('SIGTERM')).toBe(0);
  });

  test('a launcher that was killed is no obstacle: what it left is ended', async () => {
    const first = new Porthole(['start', ...settings]);
    await first.ready();
    const { children } = lockOf(state);
    first.process.kill('SIGKILL');
    // What it left holds its stderr: that it ended is all there is to wait for.
    await once(first.process, 'exit');
    expect(children.filter(isAlive)).toHaveLength(2);
    const second = new Porthole(['start', ...settings]);
    await second.ready();
    expect(children.filter(isAlive)).toEqual([]);
    expect(await second.stop()).toBe(0);
  });

  test('a server that is killed is started again, and it is said', async () => {
    const porthole = new Porthole(['start', ...settings]);
    const url = new URL(await porthole.ready());
    for (const which of [0, 1]) {
      const killed = lockOf(state).children[which];
      if (!killed) throw new Error('the lock names no such child');
      process.kill(killed.pid, 'SIGKILL');
      const name = ['orchestrator', 'gateway'][which];
      await vi.waitFor(() => expect(porthole.stderr).toContain(`The ${name} runs again.`), 5000);
      expect(porthole.stderr).toContain(`The ${name} ended (SIGKILL); starting it again.`);
    }
    expect((await fetch(new URL('/healthz', url))).status).toBe(200);
    // Where it has another link that signs in, that one is printed: the last of them is good.
    const printed = [...porthole.stdout.matchAll(/^Porthole is ready: (\S+)$/gm)].map(([, address]) => address ?? '');
    expect(new Set(printed).size).toBe(printed.length);
    const last = new URL(printed.at(-1) ?? '');
    const signedIn = await fetch(new URL('/api/session', last), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: last.origin },
      body: JSON.stringify({ token: last.hash.slice('#token='.length) }),
    });
    expect(signedIn.status).toBeLessThan(300);
    expect(await porthole.stop()).toBe(0);
  });
});

if (!isRoot) console.warn('launch-start: containers skipped: they need root.');
if (!person) console.warn(`launch-start: ${noPerson}`);

describe.runIf(isRoot)('containers', () => {
  test('live on when the orchestrator is killed and when all is stopped; --stop-containers ends them', async () => {
    let porthole = new Porthole(['start', ...settings]);
    await porthole.ready();
    await run(['user', 'add', 'ada@example.org', ...settings]);
    const [{ id }] = JSON.parse((await run(['user', 'list', '--json', ...settings])).stdout);
    const made = await orchestrator(state, 'POST', `${id}/ensure`, { login: 'ada' });
    expect(made).toMatchObject({ state: 'running', isolation: 'nspawn', home: join(state, 'homes', id) });
    const processes = processesOf(state, id);

    process.kill(lockOf(state).children[0]?.pid ?? 0, 'SIGKILL');
    await vi.waitFor(() => expect(porthole.stderr).toContain('The orchestrator runs again.'), 5000);
    expect(await orchestrator(state, 'GET', id)).toEqual(made);

    expect(await porthole.stop()).toBe(0);
    expect(processes.every(isAlive)).toBe(true);

    porthole = new Porthole(['start', ...settings, '--stop-containers']);
    await porthole.ready();
    expect(await orchestrator(state, 'GET', id)).toEqual(made);
    expect(await porthole.stop()).toBe(0);
    expect(porthole.stderr).toContain('Stopped 1 container.');
    expect(processes.filter(isAlive)).toEqual([]);
  });
});

describe.runIf(person)('without root', () => {
  const { uid = 0, gid = 0 } = person ?? {};

  test('it says what is lost, and runs as the person on loopback', async () => {
    // Short: sockets have short paths.
    const home = mkdtempSync(join(tmpdir(), 'ph-'));
    chownSync(home, uid, gid);
    const env = { HOME: home, PATH: process.env['PATH'] };
    const own = settings.slice(0, 4);
    const refused = plainly(await run(['start', ...own, '--host', '0.0.0.0'], { uid, gid, env }));
    expect(refused).toContain('--host 0.0.0.0: without containers Porthole listens on loopback only');
    expect(plainly(await run(['start', ...own, '--isolation', 'nspawn'], { uid, gid, env }))).toContain('need root');

    const porthole = new Porthole(['start', ...own], { uid, gid, env });
    try {
      await porthole.ready();
      expect(porthole.stderr).toContain('Without root there are no containers: shells and files are your own');
      const theirs = join(home, '.local/share/porthole');
      const me = await orchestrator(theirs, 'POST', 'u1/ensure', { login: 'me' });
      expect(me).toMatchObject({ state: 'running', isolation: 'none', uid, home });
      await orchestrator(theirs, 'POST', 'u1/stop');
    } finally {
      await porthole.stop();
      await clean(join(home, '.local/share/porthole'));
      rmSync(home, { recursive: true });
    }
  });

  test('with sudo it says why, and goes on as root with the same settings', async () => {
    const tools = join(state, 'tools');
    mkdirSync(tools);
    // Says yes to `sudo -n true`, and otherwise what it was asked.
    writeFileSync(join(tools, 'sudo'), '#!/bin/sh\n[ "$1" = -n ] && exit 0\nprintf "%s\\n" "$@"\nexit 7\n', {
      mode: 0o755,
    });
    const env = { HOME: state, PATH: `${tools}:${process.env['PATH']}`, PORTHOLE_DOMAIN: 'desk.test' };
    const { code, stdout, stderr } = await run(['start', ...settings], { uid, gid, env });
    expect(stderr).toContain('a container of their own, which needs root: going on with sudo');
    expect(code).toBe(7);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 2)).toEqual(['--', 'env']);
    expect(lines).toContain('PORTHOLE_DOMAIN=desk.test');
    expect(lines.slice(lines.indexOf('start')).slice(0, -1)).toEqual(['start', ...settings]);
  });

  test.each([
    ['refuses', 'exit 1', 'without containers Porthole listens on loopback only'],
    ['lets them', 'exit 0', 'as root: start --host 0.0.0.0'],
  ])('a sudo that asks, and then %s', async (_, answer, outcome) => {
    const tools = join(state, 'tools');
    mkdirSync(tools);
    const asked = `[ "$1" = -n ] && exit 1\n[ "$1" = -v ] && { echo sudo asks; ${answer}; }\n`;
    const sudo = `#!/bin/sh\n${asked}echo "as root: $(echo "$*" | sed 's/.* start/start/')"\n`;
    writeFileSync(join(tools, 'sudo'), sudo, { mode: 0o755 });
    // With a terminal, so that there is someone to ask.
    const command = `sh ${checkout}/bin/porthole start --host 0.0.0.0 --state ${state}/own`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      uid,
      gid,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, HOME: state, PATH: `${tools}:${process.env['PATH']}` },
    });
    let said = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
    });
    await once(child, 'close');
    expect(said).toMatch(/a container of their own, which needs root: asking sudo\.\s+sudo asks/);
    expect(said).toContain(outcome);
  });
});
