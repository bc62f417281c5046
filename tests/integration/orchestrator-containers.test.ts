import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Container } from '../../protocol/orchestrator.ts';
import { isAlive } from '../../server/process/identity.ts';
import { Stage } from './orchestrator-stage.ts';

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('orchestrator-containers: skipped: containers need root.');

describe.runIf(isRoot)('containers', () => {
  let stage: Stage;
  let ada: Container;
  let bob: Container;

  beforeAll(async () => {
    stage = await Stage.make('nspawn');
    await stage.up();
    [ada, bob] = await Promise.all([stage.ensure('u1', 'ada'), stage.ensure('u2', 'bob')]);
  });
  afterAll(() => stage.close());

  const see = async (container: Container, script: string) => (await stage.inside(container, script)).output.trim();

  test('each is its own user, in its own home, with a uid of its own', async () => {
    expect(ada).toMatchObject({ state: 'running', isolation: 'nspawn', login: 'ada' });
    expect(bob.state).toBe('running');
    expect(ada.uid).not.toBe(bob.uid);
    expect(ada.agent.token).not.toBe(bob.agent.token);
    expect(await see(ada, 'id -un; pwd; hostname')).toBe(`ada\n/home/ada\n${hostname().split('.')[0]?.toLowerCase()}`);
    expect(await see(ada, 'echo mine > note && cat note')).toBe('mine');
    const note = await stat(join(ada.home, 'note'));
    expect(note.uid).toBe(ada.uid);
    expect((await stat(ada.home)).mode & 0o777).toBe(0o700);
    expect(await see(bob, 'ls -A /home; ls note')).toMatch(/^bob\nls: .*No such file/);
    const [first, second] = await Promise.all(['u1', 'u2'].map((id) => stage.record(id)));
    expect(Math.abs((first?.owner?.range ?? 0) - (second?.owner?.range ?? 0))).toBeGreaterThanOrEqual(65_536);
  });

  test('the home has a coloured prompt from the first day', async () => {
    expect(await see(ada, 'ls -A ~')).toContain('.bashrc');
    expect(await see(ada, 'TERM=xterm-256color bash -ic "echo \\"\\$PS1\\"" 2>/dev/null')).toContain('[01;32m');
  });

  test('no capabilities, no new privileges, no network but lo', async () => {
    const status = await see(ada, 'cat /proc/self/status');
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
      expect(status).toMatch(new RegExp(`${set}:\\s0000000000000000`));
    }
    expect(status).toMatch(/NoNewPrivs:\s1/);
    expect(await see(ada, 'tail -n +3 /proc/net/dev | cut -d: -f1')).toBe('lo');
  });

  test("the system is read-only, and the box's own folders are not there", async () => {
    for (const path of ['/x', '/etc/x', '/usr/x', '/usr/local/x', '/opt/porthole/x', '/root/x', '/proc/sys/kernel/x']) {
      expect((await stage.inside(ada, `touch ${path}`)).code, path).not.toBe(0);
    }
    expect(await see(ada, 'ls -A /usr/local /root /var /home')).toBe(
      '/home:\nada\n\n/root:\n\n/usr/local:\n\n/var:\ntmp',
    );
    expect(await see(ada, 'wc -l < /etc/passwd')).toBe('2');
    expect(await see(ada, 'ls /etc/shadow 2>&1')).toMatch(/No such file/);
    expect((await stage.inside(ada, 'mknod /tmp/null c 1 3')).code).not.toBe(0);
    expect((await stage.inside(ada, 'mount -t tmpfs none /mnt')).code).not.toBe(0);
    expect((await stage.inside(ada, `ls ${stage.state}`)).code).not.toBe(0);
  });

  test("the agent's secret is on no command line, and not in the environment of what it starts", async () => {
    expect(await see(ada, 'env')).not.toContain(ada.agent.token);
    expect(await see(bob, 'cat /proc/*/environ 2>/dev/null | tr "\\0" "\\n"')).not.toContain(ada.agent.token);
    const { processes } = await stage.record('u1');
    const { readFile } = await import('node:fs/promises');
    for (const { pid } of processes)
      expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(ada.agent.token);
  });

  test('asked for many times at once there is one container', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => stage.ensure('u3', 'cleo')));
    expect(new Set(all.map((one) => one.started)).size).toBe(1);
    expect(await see(all[0] as Container, 'ls -d /proc/[0-9]* | wc -l')).toMatch(/^\d$/);
    // Its login name stays what it was at first, whatever is wished later.
    expect((await stage.ensure('u3', 'other')).login).toBe('cleo');
  });

  test('events: first what is, then what changes', async () => {
    const stream = await stage.open('GET', '/v1/events');
    const seen: string[] = [];
    createInterface({ input: stream })
      .on('line', (line) => {
        if (!line.startsWith('data: ')) return;
        const { userId, state } = JSON.parse(line.slice(6)) as Container;
        seen.push(`${userId} ${state}`);
      })
      .on('error', () => {});
    await vi.waitFor(() => expect(seen).toContain('u2 running'));
    await stage.ensure('u4', 'dora');
    await vi.waitFor(() => expect(seen.slice(-2)).toEqual(['u4 starting', 'u4 running']));
    const dora = await stage.get('u4');
    await stage.inside(dora, 'kill -9 $PPID').catch(() => {});
    await vi.waitFor(() => expect(seen.at(-1)).toBe('u4 failed'));
    expect((await stage.get('u4')).reason).toBe("The container's agent stopped.");
    expect((await stage.record('u4')).processes.filter(isAlive)).toEqual([]);
    expect((await stage.ensure('u4', 'dora')).state).toBe('running');
    expect((await stage.ask('POST', '/v1/containers/u4/stop')).status).toBe(200);
    await vi.waitFor(() => expect(seen.at(-1)).toBe('u4 absent'));
    stream.destroy();
  });

  test('stopping leaves nothing of it, the second time too; its home and uid stay', async () => {
    const { uid, home } = await stage.ensure('u5', 'eve');
    await stage.inside(await stage.get('u5'), 'echo kept > note; setsid sleep 1000 >/dev/null 2>&1 & sleep 0.1');
    const { processes } = await stage.record('u5');
    expect(processes.filter(isAlive).length).toBe(2);
    for (const _ of [1, 2]) {
      const { status, body } = await stage.ask('POST', '/v1/containers/u5/stop');
      expect([status, JSON.parse(body).state]).toEqual([200, 'absent']);
    }
    expect(processes.filter(isAlive)).toEqual([]);
    const again = await stage.ensure('u5', 'eve');
    expect(again).toMatchObject({ uid, home, state: 'running' });
    expect(await see(again, 'cat note')).toBe('kept');
  });

  test('a systemd-nspawn that is killed leaves the person at work, and the container can still be stopped', async () => {
    const fay = await stage.ensure('u6', 'fay');
    const { processes } = await stage.record('u6');
    process.kill(processes[0]?.pid ?? 0, 'SIGKILL');
    expect(await see(fay, 'echo still here')).toBe('still here');
    expect((await stage.get('u6')).state).toBe('running');
    await stage.ask('POST', '/v1/containers/u6/stop');
    expect(processes.filter(isAlive)).toEqual([]);
    expect((await stage.ensure('u6', 'fay')).state).toBe('running');
  });

  test('an agent that does not start says why', async () => {
    const gus = await stage.ensure('u7', 'gus');
    await stage.inside(gus, 'touch no-agent');
    await stage.ask('POST', '/v1/containers/u7/stop');
    const failed = await stage.ensure('u7', 'gus');
    expect(failed.state).toBe('failed');
    expect(failed.reason).toBe("The container ended at once (exit code 3): Porthole's log says why.");
    await vi.waitFor(() => expect(stage.log).toContain('(gus) did not start: it said: the probe failed on purpose'));
  });

  test('of processes that no record names only a systemd-nspawn of root on that root tree is ended', async () => {
    const directory = `--directory=${join(stage.state, 'orchestrator/roots/u9')}`;
    const run = (argv0: string, as: { uid?: number; gid?: number }) =>
      spawn(join(stage.state, 'release/node'), ['-e', 'setInterval(() => {}, 1e6)', '--', directory], {
        argv0,
        stdio: 'ignore',
        ...as,
      });
    const stray = run('systemd-nspawn', {});
    const others = [run('systemd-nspawn', { uid: 65_534, gid: 65_534 }), run('tar', {})];
    try {
      await Promise.all([stray, ...others].map((one) => once(one, 'spawn')));
      const ended = once(stray, 'exit');
      expect((await stage.ensure('u9', 'ivy')).state).toBe('running');
      await ended;
      for (const one of others) expect([one.exitCode, one.signalCode]).toEqual([null, null]);
    } finally {
      for (const one of [stray, ...others]) one.kill('SIGKILL');
    }
  });

  test('a link in the place of the socket is not followed', async () => {
    const hal = await stage.ensure('u8', 'hal');
    await stage.inside(hal, 'cd /run/porthole && mv agent.sock kept && ln -s kept agent.sock');
    await stage.down('SIGKILL');
    await stage.up();
    expect((await stage.get('u8')).state).toBe('failed');
  });

  test('killed and started again, the orchestrator finds what runs', async () => {
    const before = await stage.ensure('u1', 'ada');
    const { processes } = await stage.record('u1');
    await see(ada, 'echo lives > /tmp/mark');
    const { processes: ended } = await stage.record('u2');
    await stage.down('SIGKILL');
    for (const { pid } of ended.slice(-1)) process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(ended.filter(isAlive)).toEqual([]));
    await stage.up();
    expect(await stage.get('u1')).toEqual(before);
    expect(await stage.get('u2')).toMatchObject({ state: 'failed', reason: expect.stringContaining('while Porthole') });
    expect((await stage.ensure('u1', 'ada')).started).toBe(before.started);
    expect(await see(ada, 'cat /tmp/mark')).toBe('lives');
    expect((await stage.record('u1')).processes).toEqual(processes);
    // Also its end is noticed again.
    await stage.inside(ada, 'kill -9 $PPID').catch(() => {});
    await vi.waitFor(async () => expect((await stage.get('u1')).state).toBe('failed'));
  });
});
