/**
 * The page's side of the window manager, without framework or DOM.
 *
 * The page shows the last state that the worker acknowledged with the commands reduced over it that are still under
 * way: both run the same pure core, so an answer changes nothing that is shown. Because of that a worker is expendable:
 * one that errs or falls silent is replaced, starts from the acknowledged state, and gets the others again. A command
 * is carried out once, and each effect is told once, when the worker has answered for it.
 */
import { applyPatch, difference, initial, reduce, reduceAll } from '../../workers/window-manager/core.ts';
import type { Command, Effect, Outcome, Patch, Service, State } from '../../workers/window-manager/types.ts';

/** A worker as the page holds it. */
export type Spawned = {
  load(...args: Parameters<Service['load']>): Promise<State>;
  dispatch(...args: Parameters<Service['dispatch']>): Promise<Outcome>;
  ping(): Promise<void>;
  /** Ends it at once; calls under way are never answered. */
  end(): void;
};

/** Starts a worker; `failed` is called when it erred in a way that no call will tell. */
export type Spawn = (failed: () => void) => Spawned;

export type ClientOptions = {
  spawn: Spawn;
  /** Whose windows they are: a user's id. */
  owner: string;
  /** After each change of what is shown: the patch from the state before. */
  onPatch(patch: Patch, state: State): void;
  onClosed(window: Effect['window']): void;
  /** False while nobody looks: a silent worker is then not missed, browsers slow down both sides. */
  visible?(): boolean;
};

export type Client = {
  /** What is shown: immutable. */
  readonly state: State;
  /** Shows what the command does, and sends it. The command is JSON: it is copied at once. */
  dispatch(command: Command): void;
  /** Resolves when the saved state has been read: until then there are only windows opened since. */
  readonly loaded: Promise<void>;
  close(): void;
};

/** An answer later than this means that the worker is dead, ms. The first one waits for a database on a cold disk. */
const patience = { answer: 2_000, firstLoad: 10_000 };
const heartbeat = 5_000;
/** Wait before the first, second, ... replacement in a row in which none carried out anything, ms. */
const backoff = [0, 250, 1_000, 5_000, 30_000];

export function makeClient(options: ClientOptions): Client {
  const { visible = () => true } = options;
  let acknowledged = initial({ x: 0, y: 0, width: 0, height: 0 });
  let shown = acknowledged;
  /** Commands that were not acknowledged, the first of them numbered `seq`. */
  let pending: Command[] = [];
  let seq = 0;
  let worker: Spawned | null = null;
  let ready = false;
  let sending = false;
  let everLoaded = false;
  let failures = 0;
  let closed = false;
  let restart: ReturnType<typeof setTimeout> | undefined;
  const loaded = Promise.withResolvers<void>();

  function show(next: State): void {
    const patch = difference(shown, next);
    if (Object.keys(patch).length === 0) return;
    shown = applyPatch(shown, patch);
    options.onPatch(patch, shown);
  }

  function settle(): void {
    show(reduceAll(acknowledged, pending).state);
    // Equal by now: from here on they share what is the same.
    if (pending.length === 0) acknowledged = shown;
  }

  function replace(dead: Spawned | null): void {
    if (closed || worker !== dead) return;
    dead?.end();
    worker = null;
    ready = false;
    sending = false;
    clearTimeout(restart);
    restart = setTimeout(start, backoff[Math.min(failures, backoff.length - 1)]);
    failures += 1;
  }

  /** Calls the worker, and gives its answer to `then` while it is still the one. No answer in time: it is replaced. */
  function ask<T>(asked: Spawned, call: () => Promise<T>, limit: number, then: (answer: T) => void): void {
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      const due = Date.now() + limit;
      timer = setTimeout(() => {
        if (closed || worker !== asked) return;
        // Nobody looks, or the whole page stood still: the worker may have had no time either.
        if (!visible() || Date.now() > due + limit / 2) wait();
        else replace(asked);
      }, limit);
    };
    wait();
    const answered = async () => call();
    answered().then(
      (answer) => {
        clearTimeout(timer);
        if (closed || worker !== asked) return;
        // One that loads and then dies is no better than one that does not load.
        if (ready) failures = 0;
        then(answer);
      },
      () => {
        clearTimeout(timer);
        replace(asked);
      },
    );
  }

  function start(): void {
    let started: Spawned | null = null;
    try {
      started = options.spawn(() => replace(started));
    } catch {
      // A browser that forbids workers: the page goes on alone, and tries again.
      replace(null);
      return;
    }
    const asked = started;
    worker = asked;
    const from = everLoaded ? acknowledged : null;
    const limit = everLoaded ? patience.answer : patience.firstLoad;
    ask(
      asked,
      () => asked.load(options.owner, from, seq),
      limit,
      (state) => {
        acknowledged = state;
        everLoaded = true;
        ready = true;
        loaded.resolve();
        send();
        settle();
      },
    );
  }

  /** One batch at a time: what comes meanwhile goes together in the next. */
  function send(): void {
    if (worker === null || !ready || sending || pending.length === 0) return;
    const asked = worker;
    const batch = pending;
    sending = true;
    ask(
      asked,
      () => asked.dispatch(seq, batch),
      patience.answer,
      (outcome) => {
        acknowledged = applyPatch(acknowledged, outcome.patch);
        seq += batch.length;
        pending = pending.slice(batch.length);
        sending = false;
        for (const effect of outcome.effects) queueMicrotask(() => options.onClosed(effect.window));
        send();
        settle();
      },
    );
  }

  function dispatch(command: Command): void {
    if (closed) return;
    // A copy, as the worker gets it: no later change of what was passed, and nothing that cannot be sent.
    const copy: Command = JSON.parse(JSON.stringify(command));
    const { state } = reduce(shown, copy);
    pending = [...pending, copy];
    // First of all it is under way: whatever showing it may throw.
    send();
    show(state);
  }

  const beat = setInterval(() => {
    if (worker === null || !ready || sending || !visible()) return;
    const asked = worker;
    ask(
      asked,
      () => asked.ping(),
      patience.answer,
      () => undefined,
    );
  }, heartbeat);

  start();
  return {
    get state() {
      return shown;
    },
    dispatch,
    loaded: loaded.promise,
    close() {
      closed = true;
      clearInterval(beat);
      clearTimeout(restart);
      worker?.end();
    },
  };
}
