/** A real gateway on loopback with real counterparts: an orchestrator and agents on unix sockets, upstreams on TCP. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import http, { type IncomingHttpHeaders, type IncomingMessage, type RequestListener } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { WebSocket, WebSocketServer } from 'ws';
import { Manifest, type ManifestInput, type Role } from '../../../protocol/manifest.ts';
import type { Container } from '../../../protocol/orchestrator.ts';
import type { Settings } from '../../../protocol/settings.ts';
import { type Gateway, startGateway } from '../../../server/gateway/gateway.ts';
import { newUserId } from '../../../server/gateway/sessions/secrets.ts';
import { signInLink } from '../../../server/gateway/sessions/sessions.ts';

export const roles: readonly Role[] = ['admin', 'member', 'demo'];

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'gateway-'));
}

export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  text: string;
  json: () => unknown;
}

export interface Ask {
  port: number;
  host: string;
  method?: string;
  path: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

/** One request with exactly these headers. */
export async function ask({ port, host, method = 'GET', path, headers = {}, body }: Ask): Promise<Reply> {
  const answer = await open({ port, host, method, path, headers, ...(body === undefined ? {} : { body }) });
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    rawHeaders: answer.rawHeaders,
    text,
    json: () => JSON.parse(text) as unknown,
  };
}

/** As `ask`, but its body is yet to be read. */
export function open({ port, host, method = 'GET', path, headers = {}, body }: Ask): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent: false,
      headers: { host, ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
    });
    request.once('response', resolve);
    request.once('error', reject);
    request.end(body);
  });
}

/** Tries an upgrade: the socket, or the status of the refusal. */
export function upgrade(
  port: number,
  host: string,
  path: string,
  headers: Record<string, string> = {},
  /** Before anything was received. */
  prepare: (socket: WebSocket) => void = () => {},
): Promise<{ socket: WebSocket; headers: IncomingHttpHeaders } | { status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
      headers: { host, ...headers },
      perMessageDeflate: false,
    });
    prepare(socket);
    let answer: IncomingHttpHeaders = {};
    socket.once('upgrade', (response) => {
      answer = response.headers;
    });
    socket.once('open', () => resolve({ socket, headers: answer }));
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    socket.once('error', reject);
  });
}

export interface Server {
  port: number;
  server: http.Server;
  sockets: WebSocketServer;
  close(): Promise<void>;
}

/** A server with WebSockets (echoing), on a free port or a unix socket. */
export async function serve(handler: RequestListener, socketPath?: string): Promise<Server> {
  const server = http.createServer(handler);
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (data, binary) => socket.send(data, { binary }));
  });
  await new Promise<void>((resolve) =>
    socketPath === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(socketPath, resolve),
  );
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    server,
    sockets,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The orchestrator's side of protocol/orchestrator.ts. */
export class TestOrchestrator {
  readonly containers = new Map<string, Container>();
  readonly ensured: { userId: string; login: string }[] = [];
  readonly asked: string[] = [];
  readonly stopped: string[] = [];
  readonly token = 'orchestrator-token';
  readonly #streams = new Set<http.ServerResponse>();
  #server: Server | undefined;
  /** What POST ensure makes. */
  make: (userId: string, login: string) => Container | { status: number; problem: unknown } = () => ({
    status: 503,
    problem: null,
  });

  async listen(socket: string): Promise<void> {
    this.#server = await serve((request, response) => this.#answer(request, response), socket);
  }

  set(container: Container): void {
    this.containers.set(container.userId, container);
    for (const stream of this.#streams) stream.write(`data: ${JSON.stringify(container)}\n\n`);
  }

  get listeners(): number {
    return this.#streams.size;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  #answer(request: IncomingMessage, response: http.ServerResponse): void {
    const json = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    this.asked.push(`${request.method} ${request.url}`);
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      json(401, {});
      return;
    }
    const [, id = '', verb] = /^\/v1\/containers\/(\w+)(?:\/(\w+))?$/.exec(request.url ?? '') ?? [];
    if (request.url === '/v1/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      this.#streams.add(response);
      response.once('close', () => this.#streams.delete(response));
      return;
    }
    if (request.url === '/v1/containers') {
      json(200, [...this.containers.values()]);
      return;
    }
    if (verb === 'stop') {
      this.stopped.push(id);
      json(200, this.containers.get(id));
      return;
    }
    if (verb === 'ensure') {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        const { login } = JSON.parse(text) as { login: string };
        this.ensured.push({ userId: id, login });
        const made = this.make(id, login);
        if ('problem' in made) json(made.status, made.problem);
        else {
          this.set(made);
          json(200, made);
        }
      });
      return;
    }
    const container = this.containers.get(id);
    json(container ? 200 : 404, container ?? {});
  }
}

const manifest = (of: Partial<ManifestInput> & Pick<ManifestInput, 'id' | 'roles' | 'opens'>): Manifest =>
  v.parse(Manifest, {
    name: of.id.replace(/^./, (letter) => letter.toUpperCase()),
    summary: 'An app',
    category: 'System',
    ...of,
  });

/** `alpha` is for residents, `beta` for administrators, `gamma` for all, `off` is left out by the settings. */
export const testManifests: readonly Manifest[] = [
  manifest({ id: 'terminal', roles: ['admin', 'member'], opens: { kind: 'component', component: 'terminal' } }),
  ...(['alpha', 'beta', 'gamma', 'off'] as const).map((id) =>
    manifest({
      id,
      roles: id === 'beta' ? ['admin'] : id === 'gamma' ? ['admin', 'member', 'demo'] : ['admin', 'member'],
      opens: { kind: 'frame', port: 1, health: '/', path: id === 'gamma' ? '/start?x=1' : '/' },
    }),
  ),
];

export interface Rig {
  gateway: Gateway;
  orchestrator: TestOrchestrator;
  folder: string;
  port: number;
  /** Host header and origin of the shell. */
  host: string;
  origin: string;
  shell(path: string, of?: Omit<Ask, 'port' | 'host' | 'path'>): Promise<Reply>;
  app(id: string, path: string, of?: Omit<Ask, 'port' | 'host' | 'path'>): Promise<Reply>;
  /** A user of that role with their cookie. */
  person(role: Role, email?: string): Promise<{ id: string; cookie: string; email: string }>;
  signIn(userId: string): Promise<string>;
  /** The app's cookie for the one with this session cookie. */
  enter(cookie: string, id: string): Promise<string>;
  close(): Promise<void>;
}

export const cookieOf = (reply: Reply): string => reply.headers['set-cookie']?.[0]?.split(';')[0] ?? '';

export async function rig({
  settings = {},
  manifests = testManifests,
  listenOrchestrator = true,
}: {
  settings?: Partial<Settings>;
  manifests?: readonly Manifest[];
  listenOrchestrator?: boolean;
} = {}): Promise<Rig> {
  const folder = await temporaryFolder();
  const page = join(folder, 'page');
  await mkdir(join(page, 'assets'), { recursive: true });
  await mkdir(join(folder, 'state'), { mode: 0o700 });
  await writeFile(join(page, 'index.html'), '<!doctype html><title>Porthole</title>');
  await writeFile(join(page, 'sw.js'), '// worker');
  await writeFile(join(page, 'manifest.webmanifest'), '{}');
  await writeFile(join(page, 'assets', 'main-Dz3kQ9_a.js'), 'plain');
  await writeFile(join(page, 'assets', 'main-Dz3kQ9_a.js.br'), 'packed');
  const orchestrator = new TestOrchestrator();
  const socket = join(folder, 'orchestrator.sock');
  if (listenOrchestrator) await orchestrator.listen(socket);
  const port = await freePort();
  const gateway = await startGateway(
    {
      settings: {
        port,
        host: '127.0.0.1',
        domain: 'localhost',
        orchestratorPort: 0,
        ...settings,
        isolation: settings.isolation ?? 'nspawn',
        state: folder,
        apps: { ...(manifests === testManifests ? { off: false } : {}), ...settings.apps },
      },
      state: join(folder, 'state'),
      shell: page,
      build: 'build-1',
      orchestrator: { socket, token: orchestrator.token },
    },
    manifests,
  );
  const origin = settings.publicUrl ?? `http://localhost:${port}`;
  const host = new URL(origin).host;
  const shell: Rig['shell'] = (path, of = {}) => ask({ port, host, path, ...of });
  const app: Rig['app'] = (id, path, of = {}) => ask({ port, host: `${id}.${host}`, path, ...of });
  const post = (path: string, body: unknown, cookie?: string) =>
    shell(path, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
      body: JSON.stringify(body),
    });
  const signIn = async (userId: string) => {
    const token = (await signInLink(gateway.store, origin, userId)).split('#token=')[1];
    return cookieOf(await post('/api/session', { token }));
  };
  return {
    gateway,
    orchestrator,
    folder,
    port,
    host,
    origin,
    shell,
    app,
    signIn,
    async person(role, email = `${role}-${newUserId()}@example.org`) {
      const id = newUserId();
      await gateway.store.addUser({ id, email, name: role, role, created: Date.now() });
      return { id, email, cookie: await signIn(id) };
    },
    async enter(cookie, id) {
      const { url } = (await post(`/api/apps/${id}/ticket`, {}, cookie)).json() as { url: string };
      const { pathname, search } = new URL(url);
      return cookieOf(await app(id, pathname + search));
    },
    async close() {
      await gateway.close();
      await orchestrator.close();
      await rm(folder, { recursive: true });
    },
  };
}
