/**
 * The gateway's side of the orchestrator: asks over its unix socket, and hears of every change over server-sent
 * events, so that what a request needs to know of a container is already here.
 */
import { EventEmitter } from 'node:events';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import * as v from 'valibot';
import { Container, type EnsureRequest } from '../../protocol/orchestrator.ts';
import { Problem, problem, problemKind } from '../../protocol/problem.ts';
import { ProblemError, refuse } from './http/problems.ts';
import { log } from './log.ts';

const answerLimit = 4 * 1024 * 1024;
const quick = 5_000;
/** A first start makes a home and a root: far more than it ever took. */
const patient = 60_000;
const firstRetry = 100;
const longestRetry = 5_000;

const down = (cause?: unknown) =>
  new ProblemError(
    problem(503, 'orchestrator-down', 'The part that runs containers does not answer.', 'Restart Porthole on the box.'),
    { cause },
  );

export class Orchestrator extends EventEmitter<{ change: [Container] }> {
  readonly #socket: string;
  readonly #token: string;
  /** Filled while the events come in; empty while they do not. */
  readonly #known = new Map<string, Container>();
  #hearing = false;
  readonly #ensuring = new Map<string, Promise<Container>>();

  constructor(of: { socket: string; token: string }) {
    super();
    this.#socket = of.socket;
    this.#token = of.token;
  }

  /** Listens to changes until aborted; connects again whenever the orchestrator comes back. */
  async listen(signal: AbortSignal): Promise<void> {
    let wait = firstRetry;
    let told = false;
    while (!signal.aborted) {
      try {
        await this.#hear(signal, () => {
          if (told) log('the orchestrator answers again');
          wait = firstRetry;
          told = false;
        });
      } catch (error) {
        if (signal.aborted) return;
        if (!told) log('no events from the orchestrator, trying again', error);
        told = true;
      }
      this.#hearing = false;
      this.#known.clear();
      await pause(wait, undefined, { signal }).catch(() => {});
      wait = Math.min(wait * 2, longestRetry);
    }
  }

  /** `undefined`: there has never been one. @throws ProblemError */
  async container(userId: string): Promise<Container | undefined> {
    const known = this.#known.get(userId);
    if (known) return known;
    const { status, json } = await this.#ask('GET', `/v1/containers/${userId}`, quick);
    if (status === 404) return undefined;
    const container = this.#parsed(status, json);
    if (this.#hearing && !this.#known.has(userId)) this.#known.set(userId, container);
    return container;
  }

  /** Starts it where it does not run. @throws ProblemError */
  ensure(userId: string, login: string): Promise<Container> {
    const running = this.#ensuring.get(userId);
    if (running) return running;
    const ensuring = this.#ensure(userId, { login }).finally(() => this.#ensuring.delete(userId));
    this.#ensuring.set(userId, ensuring);
    return ensuring;
  }

  /** Ends what runs there, for a user who is no more. False: it could not be asked. */
  async stop(userId: string): Promise<boolean> {
    try {
      const answer = await this.#open('POST', `/v1/containers/${userId}/stop`, AbortSignal.timeout(patient));
      answer.resume();
      return answer.statusCode === 404 || (answer.statusCode ?? 500) < 300;
    } catch {
      return false;
    }
  }

  /** What was known of it proved wrong: the next question goes to the orchestrator. */
  forget(userId: string): void {
    this.#known.delete(userId);
  }

  async #ensure(userId: string, body: EnsureRequest): Promise<Container> {
    const { status, json } = await this.#ask('POST', `/v1/containers/${userId}/ensure`, patient, body);
    const container = this.#parsed(status, json);
    this.#learn(container);
    return container;
  }

  #learn(container: Container): void {
    const before = this.#known.get(container.userId);
    if (this.#hearing) this.#known.set(container.userId, container);
    if (JSON.stringify(before) !== JSON.stringify(container)) this.emit('change', container);
  }

  #parsed(status: number, json: unknown): Container {
    const container = v.safeParse(Container, json);
    if (status === 200 && container.success) return container.output;
    const told = v.safeParse(Problem, json);
    if (!told.success || status < 400) throw down();
    // 401 and the like are between the two servers; to the page it is the box that failed.
    throw refuse(503, problemKind(told.output), told.output.title, told.output.detail);
  }

  #open(method: string, path: string, signal: AbortSignal, body?: unknown): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const request = http.request({
        socketPath: this.#socket,
        agent: false,
        method,
        path,
        signal,
        headers: {
          host: 'orchestrator',
          authorization: `Bearer ${this.#token}`,
          ...(text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      });
      request.once('response', resolve);
      request.on('error', reject);
      request.end(text);
    });
  }

  async #ask(
    method: string,
    path: string,
    timeout: number,
    body?: unknown,
  ): Promise<{ status: number; json: unknown }> {
    try {
      const answer = await this.#open(method, path, AbortSignal.timeout(timeout), body);
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > answerLimit) throw new Error('its answer is too long');
        chunks.push(chunk);
      }
      const text = Buffer.concat(chunks).toString();
      return { status: answer.statusCode ?? 0, json: text === '' ? undefined : JSON.parse(text) };
    } catch (error) {
      log(`the orchestrator did not answer ${method} ${path}`, error);
      throw down(error);
    }
  }

  async #hear(signal: AbortSignal, connected: () => void): Promise<void> {
    const stream = await this.#open('GET', '/v1/events', signal);
    if (stream.statusCode !== 200) {
      stream.destroy();
      throw new Error(`it answered ${stream.statusCode}`);
    }
    // What comes before the list is newer than the list.
    const early = new Map<string, Container>();
    let listed = false;
    const take = (container: Container) => {
      if (listed) this.#learn(container);
      else early.set(container.userId, container);
    };
    const list = this.#list().then((all) => {
      this.#hearing = true;
      listed = true;
      for (const container of all) if (!early.has(container.userId)) this.#learn(container);
      for (const container of early.values()) this.#learn(container);
      connected();
    });
    list.catch(() => stream.destroy());
    for await (const data of eventData(stream)) {
      const container = v.safeParse(Container, JSON.parse(data));
      if (container.success) take(container.output);
    }
    await list;
    throw new Error('the connection ended');
  }

  async #list(): Promise<Container[]> {
    const { status, json } = await this.#ask('GET', '/v1/containers', quick);
    if (status !== 200) throw new Error(`it answered ${status}`);
    return v.parse(v.array(Container), json);
  }
}

/** The `data` of each server-sent event. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html */
async function* eventData(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n/);
    rest = lines.pop() ?? '';
    if (rest.length > answerLimit) throw new Error('an event is too long');
    for (const line of lines) {
      if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
      else if (line === '') {
        if (data.length > 0) yield data.join('\n');
        data = [];
      }
    }
  }
}
