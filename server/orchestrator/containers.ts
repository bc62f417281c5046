/**
 * The containers and their lives. What it promises:
 *
 * - One container a user, whatever is asked at the same time: what is asked of one user happens one after the other.
 * - A container outlives the orchestrator. What runs is found again by its record and by its agent's answer; what was
 *   left over of one that does not answer is ended before another starts.
 * - No process is signalled but those that a record names by pid, start time and boot, their children, and a
 *   systemd-nspawn of root's own that runs on the container's root tree though no record names it: an orchestrator that
 *   was killed in the middle of a start leaves one.
 * - A reason that the person is told is a plain sentence; what programs and the system said goes to the log.
 * - A user's uid and login name never change, and a uid never becomes another user's.
 */
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { ContainerState } from '../../protocol/api.ts';
import type { Container } from '../../protocol/orchestrator.ts';
import {
  bootId,
  childrenOf,
  commandLines,
  end,
  identify,
  isAlive,
  type ProcessIdentity,
  runsAs,
} from '../process/identity.ts';
import { type AgentAddress, isHealthy, untilGone, untilHealthy } from './agent-connection.ts';
import type { OrchestratorConfig } from './config.ts';
import { launchAgent, placesOf, type Started } from './launch-agent.ts';
import { log } from './log.ts';
import { PlainError } from './plain-error.ts';
import { allocateOwner, type ContainerRecord, foreignIds, type Records } from './records.ts';

/** ms from the start of a container to its agent's first answer */
const readyWithin = 15_000;
/** ms that a found agent has to answer */
const answerWithin = 2_000;
/** ms between asking a container to end and insisting */
const endWithin = 3_000;
/** How often a running agent may let go of the connection that tells of its life, before it counts as stopped. */
const reconnections = 3;

/** Another person asks where there are no containers to keep people apart. */
export class OnePersonError extends Error {}

type Entry = {
  record: ContainerRecord;
  state: ContainerState;
  reason?: string;
  /** Ends the watching of its agent. */
  watching?: AbortController;
};

/** What the person is told; the log has the rest. */
function plainly(error: unknown): string {
  if (error instanceof PlainError) return error.message;
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return 'The disk is full.';
  return "The container could not be started: Porthole's log says why.";
}

export class Containers {
  readonly #config: OrchestratorConfig;
  readonly #records: Records;
  readonly #entries = new Map<string, Entry>();
  /** The last thing asked of each user's container. */
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #listeners = new Set<(container: Container) => void>();
  readonly #closing = new AbortController();

  constructor(config: OrchestratorConfig, records: Records) {
    this.#config = config;
    this.#records = records;
  }

  list(): Container[] {
    return [...this.#entries.values()].map((entry) => this.#container(entry));
  }

  get(userId: string): Container | undefined {
    const entry = this.#entries.get(userId);
    return entry && this.#container(entry);
  }

  /** Calls `listener` with each container whose state changed. @returns ends that */
  onChange(listener: (container: Container) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Starts the container where it does not run; resolves when its agent answers, or as `failed` with the reason.
   * @param login what its user is called if it is made now
   * @throws OnePersonError
   */
  ensure(userId: string, login: string): Promise<Container> {
    return this.#inTurn(userId, async () => {
      const entry = await this.#entryFor(userId, login);
      if (entry.state !== 'running') await this.#start(entry);
      return this.#container(entry);
    });
  }

  /** Ends the container. Undefined where there has never been one. */
  stop(userId: string): Promise<Container | undefined> {
    return this.#inTurn(userId, async () => {
      const entry = this.#entries.get(userId);
      if (!entry) return undefined;
      entry.watching?.abort();
      await this.#end(entry);
      await this.#keep(entry, { wanted: 'stopped', processes: [] });
      this.#set(entry, 'absent');
      return this.#container(entry);
    });
  }

  /** Finds again what runs, and cleans up what is left of what does not. Once, before anything is asked. */
  async reconcile(): Promise<void> {
    await Promise.all(
      this.#records.all().map(async (record) => {
        const entry: Entry = { record, state: 'absent' };
        this.#entries.set(record.userId, entry);
        const lives = record.processes.some(isAlive);
        const expected = record.wanted === 'running' && record.isolation === this.#config.settings.isolation;
        const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(answerWithin)]);
        if (expected && lives && (await isHealthy(this.#agent(record), signal))) {
          this.#set(entry, 'running');
          this.#watch(entry);
          return;
        }
        const diedHere = expected && record.processes.some(({ boot }) => boot === bootId());
        await this.#end(entry);
        if (diedHere) this.#set(entry, 'failed', 'The container ended while Porthole was not running.');
      }),
    );
  }

  /** Lets go of all containers, which live on. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('The orchestrator is stopping.'));
    await Promise.allSettled(this.#queues.values());
    for (const { watching } of this.#entries.values()) watching?.abort();
    this.#listeners.clear();
  }

  #inTurn<T>(userId: string, task: () => Promise<T>): Promise<T> {
    const turn = (this.#queues.get(userId) ?? Promise.resolve()).then(() => {
      this.#closing.signal.throwIfAborted();
      return task();
    });
    const settled = turn.catch(() => {});
    this.#queues.set(userId, settled);
    settled.then(() => {
      if (this.#queues.get(userId) === settled) this.#queues.delete(userId);
    });
    return turn;
  }

  async #entryFor(userId: string, login: string): Promise<Entry> {
    const { isolation } = this.#config.settings;
    const known = this.#entries.get(userId);
    if (isolation === 'none') {
      const other = this.#records.all().find((one) => one.userId !== userId && this.#isTaken(one));
      if (other) throw new OnePersonError(`Without containers Porthole serves one person only: ${other.login}.`);
    }
    const record: ContainerRecord = known?.record ?? {
      userId,
      login,
      isolation,
      token: randomBytes(32).toString('base64url'),
      wanted: 'stopped',
      processes: [],
    };
    // Recorded before the next one is: between choosing an owner and putting it down nothing else may choose.
    const owner =
      isolation === 'nspawn' && !record.owner ? allocateOwner(this.#records.all(), foreignIds()) : undefined;
    const entry = known ?? { record, state: 'absent' };
    this.#entries.set(userId, entry);
    const changed = !known || owner || record.isolation !== isolation;
    const kept = changed && this.#keep(entry, { isolation, ...(owner && { owner }) });
    // At once: whoever asks next must see that someone is here.
    if (entry.state !== 'running') this.#set(entry, 'starting');
    try {
      await kept;
    } catch (error) {
      log(`the container of ${userId}: ${String(error)}`);
      this.#set(entry, 'failed', plainly(error));
      throw error;
    }
    return entry;
  }

  /** Where there are no containers: whether it is someone's place. One that was stopped is nobody's any more. */
  #isTaken({ userId, isolation, wanted }: ContainerRecord): boolean {
    if (isolation !== 'none') return false;
    const state = this.#entries.get(userId)?.state;
    return wanted === 'running' || state === 'running' || state === 'starting';
  }

  async #start(entry: Entry): Promise<void> {
    const { signal: closing } = this.#closing;
    let started: Started | undefined;
    try {
      await this.#end(entry);
      started = await launchAgent(this.#config, entry.record);
      const ended = new AbortController();
      started.process.once('exit', (code, by) => {
        ended.abort(
          new PlainError(`The container ended at once (${by ?? `exit code ${code}`}): Porthole's log says why.`),
        );
      });
      const late = AbortSignal.timeout(readyWithin);
      const ready = untilHealthy(this.#agent(entry.record), AbortSignal.any([ended.signal, late, closing]));
      // Both at once; and also when one fails, the other is over before anything else is written.
      const first = identify(started.pid);
      const kept = this.#keep(entry, { wanted: 'running', started: Date.now(), processes: first ? [first] : [] });
      await Promise.allSettled([ready, kept]);
      await Promise.all([ready, kept]);
      // Of a container whose systemd-nspawn is killed its own first process lives on: remember that one too.
      const inner = childrenOf(started.pid).flatMap((pid) => identify(pid) ?? []);
      if (entry.record.isolation === 'nspawn')
        await this.#keep(entry, { processes: [...entry.record.processes, ...inner] });
      this.#set(entry, 'running');
      this.#watch(entry);
    } catch (error) {
      // Stopping: what was started is found again, or cleaned up, by the next orchestrator.
      if (closing.aborted) throw closing.reason;
      await this.#end(entry);
      const late = error instanceof DOMException && error.name === 'TimeoutError';
      const why = late ? `The container's agent did not answer within ${readyWithin / 1000} s.` : plainly(error);
      const complaint = await started?.complaint().catch(() => undefined);
      const said = complaint ? `it said: ${complaint}` : String(error);
      log(`the container of ${entry.record.userId} (${entry.record.login}) did not start: ${said}`);
      this.#set(entry, 'failed', why);
    }
  }

  /** Ends what is left of a container's processes, and nothing else: what anyone can write on a command line is no proof. */
  async #end({ record }: Entry): Promise<void> {
    const { root } = placesOf(this.#config, record.userId);
    const isStray = ({ pid, args }: { pid: number; args: string[] }) =>
      basename(args[0] ?? '') === 'systemd-nspawn' && args.includes(`--directory=${root}`) && runsAs(pid) === 0;
    const strays = record.processes.some(isAlive) ? [] : commandLines().filter(isStray);
    const known = [...record.processes, ...strays.flatMap(({ pid }) => identify(pid) ?? [])];
    const inner =
      record.isolation === 'nspawn'
        ? known.filter(isAlive).flatMap(({ pid }) => childrenOf(pid).flatMap((child) => identify(child) ?? []))
        : [];
    await end(distinct([...known, ...inner]), endWithin);
  }

  /** Notices when the agent stops. */
  #watch(entry: Entry): void {
    entry.watching?.abort();
    const watching = new AbortController();
    entry.watching = watching;
    const agent = this.#agent(entry.record);
    const run = async () => {
      for (let times = 0; times <= reconnections; times++) {
        await untilGone(agent, watching.signal);
        if (watching.signal.aborted) return;
        const signal = AbortSignal.any([watching.signal, AbortSignal.timeout(answerWithin)]);
        if (!(await isHealthy(agent, signal))) break;
      }
      await this.#inTurn(entry.record.userId, async () => {
        if (watching.signal.aborted) return;
        await this.#end(entry);
        this.#set(entry, 'failed', "The container's agent stopped.");
      });
    };
    // The only thing that throws is that the orchestrator is stopping.
    run().catch(() => {});
  }

  async #keep(entry: Entry, changes: Partial<ContainerRecord>): Promise<void> {
    entry.record = { ...entry.record, ...changes };
    await this.#records.put(entry.record);
  }

  #set(entry: Entry, state: ContainerState, reason?: string): void {
    entry.state = state;
    if (reason === undefined) delete entry.reason;
    else entry.reason = reason;
    const container = this.#container(entry);
    for (const listener of this.#listeners) listener(container);
  }

  #agent({ userId, token }: ContainerRecord): AgentAddress {
    return { socket: placesOf(this.#config, userId).socket, token };
  }

  #container({ record, state, reason }: Entry): Container {
    return {
      userId: record.userId,
      login: record.login,
      state,
      isolation: this.#config.settings.isolation,
      ...(reason === undefined ? {} : { reason }),
      ...(record.started === undefined ? {} : { started: record.started }),
      uid: (record.isolation === 'nspawn' ? record.owner?.uid : process.getuid?.()) ?? 0,
      home: placesOf(this.#config, record.userId).home,
      agent: this.#agent(record),
    };
  }
}

function distinct(processes: ProcessIdentity[]): ProcessIdentity[] {
  return [...new Map(processes.map((one) => [one.pid, one])).values()];
}
