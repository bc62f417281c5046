/**
 * One orchestrator from its source on a state folder of its own, with the probe as agent. Who starts a Stage closes it:
 * that ends its containers, by what its records say, and removes its folder.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, copyFile, link, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Container } from '../../protocol/orchestrator.ts';
import { end, type ProcessIdentity } from '../../server/process/identity.ts';

const checkout = new URL('../..', import.meta.url).pathname;

export type Answer = { status: number; type: string; body: string };

export class Stage {
  readonly token = randomBytes(16).toString('hex');
  readonly state: string;
  readonly isolation: 'nspawn' | 'none';
  readonly port: number;
  readonly environment: NodeJS.ProcessEnv;
  process: ChildProcess | undefined;
  /** What it logged. */
  log = '';

  private constructor(state: string, isolation: 'nspawn' | 'none', port: number, environment: NodeJS.ProcessEnv) {
    this.state = state;
    this.isolation = isolation;
    this.port = port;
    this.environment = environment;
  }

  static async make(isolation: 'nspawn' | 'none', port = 0, environment: NodeJS.ProcessEnv = {}): Promise<Stage> {
    const state = await mkdtemp(join(tmpdir(), 'porthole-orchestrator-'));
    await chmod(state, 0o711);
    const release = join(state, 'release');
    for (const folder of ['release', 'run', 'homes']) await mkdir(join(state, folder), { mode: 0o755 });
    await copyFile(join(checkout, 'tests/integration/orchestrator-probe.mjs'), join(release, 'agent.mjs'));
    await chmod(join(release, 'agent.mjs'), 0o644);
    await link(process.execPath, join(release, 'node')).catch(() => copyFile(process.execPath, join(release, 'node')));
    return new Stage(state, isolation, port, environment);
  }

  /** Starts the orchestrator (again). @throws Error with what it says when it does not get ready */
  async up(): Promise<void> {
    const config = {
      settings: { state: this.state, isolation: this.isolation, orchestratorPort: this.port },
      state: join(this.state, 'orchestrator'),
      run: join(this.state, 'run'),
      release: join(this.state, 'release'),
      tokenHash: createHash('sha256').update(this.token).digest('hex'),
      gatewayGid: null,
    };
    const child = spawn(process.execPath, [join(checkout, 'server/orchestrator/main.ts')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.environment, PORTHOLE_ORCHESTRATOR: JSON.stringify(config) },
    });
    this.process = child;
    child.stderr.on('data', (bytes) => {
      this.log += bytes;
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const said = JSON.parse(line) as { ready?: true; error?: string };
    if (!said.ready) throw new Error(said.error);
  }

  async down(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return null;
    const exit = once(child, 'exit');
    child.kill(signal);
    const [code] = await exit;
    return code;
  }

  async ask(method: string, path: string, body?: unknown, authorization = `Bearer ${this.token}`): Promise<Answer> {
    const response = await this.open(method, path, body, authorization);
    return {
      status: response.statusCode ?? 0,
      type: response.headers['content-type'] ?? '',
      body: await text(response),
    };
  }

  /** The same, before its body has come: for streams. */
  async open(
    method: string,
    path: string,
    body?: unknown,
    authorization = `Bearer ${this.token}`,
  ): Promise<IncomingMessage> {
    const asked = request({
      socketPath: join(this.state, 'run/orchestrator.sock'),
      method,
      path,
      agent: false,
      headers: { ...(authorization && { authorization }), 'content-type': 'application/json' },
    });
    asked.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    asked.on('error', () => {});
    return response;
  }

  async ensure(userId: string, login = userId): Promise<Container> {
    const { status, body } = await this.ask('POST', `/v1/containers/${userId}/ensure`, { login });
    if (status !== 200) throw new Error(`${status}: ${body}`);
    return JSON.parse(body);
  }

  async get(userId: string): Promise<Container> {
    return JSON.parse((await this.ask('GET', `/v1/containers/${userId}`)).body);
  }

  async record(userId: string): Promise<{ processes: ProcessIdentity[]; owner?: { uid: number; range: number } }> {
    return JSON.parse(await readFile(join(this.state, 'orchestrator/containers', `${userId}.json`), 'utf8'));
  }

  /** Runs a script inside a container, by the probe. */
  async inside(container: Container, script: string): Promise<{ code: number; output: string }> {
    const asked = request({
      socketPath: container.agent.socket,
      method: 'POST',
      path: '/run',
      agent: false,
      headers: { 'x-porthole-agent-token': container.agent.token },
    });
    asked.end(script);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return JSON.parse(await text(response));
  }

  async close(): Promise<void> {
    await this.down('SIGKILL');
    const folder = join(this.state, 'orchestrator/containers');
    for (const name of await readdir(folder).catch(() => [])) {
      if (!name.endsWith('.json')) continue;
      const { processes } = await this.record(name.slice(0, -5));
      await end(processes, 2000);
    }
    await rm(this.state, { recursive: true, force: true });
  }
}

async function text(response: IncomingMessage): Promise<string> {
  let all = '';
  response.setEncoding('utf8');
  for await (const part of response) all += part;
  return all;
}
