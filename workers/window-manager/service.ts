/** The worker without its thread and its database: the owner of the state, which it keeps saved. */
import { initial, readState, reduceAll } from './core.ts';
import { makeSaver, type Saver } from './saver.ts';
import type { Command, Outcome, Service, State } from './types.ts';

/** Where states are saved: values of `structuredClone`, one for each owner. */
export type Records = {
  read(owner: string): Promise<unknown>;
  write(owner: string, record: unknown): Promise<void>;
};

/** Raised when a state of before could not be read as one of now. */
const version = 1;

const nowhere = { x: 0, y: 0, width: 0, height: 0 };

/** A record that is broken, of another version, or not ours, counts as none. */
export function readRecord(record: unknown): State {
  const saved = typeof record === 'object' && record !== null && 'version' in record && 'state' in record;
  return (saved && record.version === version ? readState(record.state) : null) ?? initial(nowhere);
}

export function makeService(records: Records): Service {
  let state = initial(nowhere);
  let next = 0;
  let saver: Saver<State> | null = null;

  async function load(owner: string, from: State | null, seq: number): Promise<State> {
    // A database that cannot be opened (a private window, say) must not keep anybody from working.
    state = from ?? readRecord(await records.read(owner).catch(() => null));
    next = seq;
    saver = makeSaver((newest) => records.write(owner, { version, state: newest }));
    // The worker before may have died before it saved this.
    if (from !== null) saver.save(from);
    return state;
  }

  function dispatch(seq: number, commands: Command[]): Outcome {
    if (saver === null) throw new RangeError('dispatch before load');
    if (seq > next) throw new RangeError(`commands ${next} to ${seq - 1} are missing`);
    const outcome = reduceAll(state, commands.slice(next - seq));
    next = Math.max(next, seq + commands.length);
    state = outcome.state;
    if (Object.keys(outcome.patch).length > 0) saver.save(state);
    return { patch: outcome.patch, effects: outcome.effects };
  }

  return { load, dispatch, ping: () => undefined, flush: async () => saver?.flush() };
}
