/** The worker's side without its thread: what it saves, what it reads back, and that nothing is lost between page and worker. */
import { expose, releaseProxy, wrap } from 'comlink';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { makeClient, type Spawn, type Spawned } from '../../shell/window-manager/client.ts';
import { applyPatch, initial, reduceAll } from '../../workers/window-manager/core.ts';
import { makeSaver } from '../../workers/window-manager/saver.ts';
import { makeService, type Records, readRecord } from '../../workers/window-manager/service.ts';
import type { Command, Effect, Patch, Service, State } from '../../workers/window-manager/types.ts';
import { command } from './window-manager-arbitraries.ts';

const nowhere = initial({ x: 0, y: 0, width: 0, height: 0 });
const desk: Command = { type: 'work-area', rect: { x: 0, y: 0, width: 1440, height: 854 } };
const open = (id: string): Command => ({ type: 'open', id, appId: 'files', title: id, size: [640, 400] });
const json = <T>(value: T): T => JSON.parse(JSON.stringify(value));
const commands = fc.array(command, { maxLength: 20 }).map(json<Command[]>);
/** Lets everything run that waits for nothing but its turn. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A database in memory that outlives workers; a write takes its time. */
function makeRecords(): Records & { of: Map<string, unknown> } {
  const of = new Map<string, unknown>();
  return {
    of,
    read: async (owner) => structuredClone(of.get(owner)),
    async write(owner, record) {
      const copy = structuredClone(record);
      await turn();
      of.set(owner, copy);
    },
  };
}

describe('saver', () => {
  test('one write at a time, and the newest value last', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.array(fc.nat(), { maxLength: 4 }), fc.boolean())),
        fc.scheduler(),
        async (bursts, s) => {
          const written: number[] = [];
          let writing = 0;
          let most = 0;
          const saver = makeSaver<number>(async (value) => {
            writing += 1;
            most = Math.max(most, writing);
            await s.schedule(Promise.resolve());
            written.push(value);
            writing -= 1;
          });
          for (const [burst, finish] of bursts) {
            for (const value of burst) saver.save(value);
            await turn();
            if (finish && s.count() > 0) await s.waitOne();
          }
          const saved = bursts.flatMap(([burst]) => burst);
          const done = saver.flush();
          await s.waitFor(done);
          expect(most).toBeLessThanOrEqual(1);
          expect(written.at(-1)).toBe(saved.at(-1));
          expect(written.length).toBeLessThanOrEqual(saved.length);
        },
      ),
    );
  });

  test('what changes together is written once', async () => {
    const write = vi.fn(async (_value: number) => undefined);
    const saver = makeSaver(write);
    for (let value = 0; value < 100; value++) saver.save(value);
    await saver.flush();
    expect(write.mock.calls).toEqual([[99]]);
  });

  test('a write that fails is made up for, and flush says when it cannot be', async () => {
    let full = true;
    const written: number[] = [];
    const saver = makeSaver<number>(async (value) => {
      if (full) throw new Error('the disk is full');
      written.push(value);
    });
    saver.save(1);
    await expect(saver.flush()).rejects.toThrow('the disk is full');
    await expect(saver.flush()).rejects.toThrow('the disk is full');
    full = false;
    await saver.flush();
    saver.save(2);
    await saver.flush();
    expect(written).toEqual([1, 2]);
  });
});

describe('service', () => {
  test('what was saved is there again, for its owner alone', async () => {
    const records = makeRecords();
    const service = makeService(records);
    await service.load('ada', null, 0);
    const { patch } = service.dispatch(0, [desk, open('a')]);
    await service.flush();
    const again = await makeService(records).load('ada', null, 0);
    expect(again).toEqual(applyPatch(nowhere, patch));
    expect(await makeService(records).load('eve', null, 0)).toEqual(nowhere);
  });

  test('what it starts from is saved: the worker before may not have come to it', async () => {
    const records = makeRecords();
    const service = makeService(records);
    const state = reduceAll(nowhere, [desk, open('a')]).state;
    await service.load('ada', state, 2);
    await service.flush();
    expect(readRecord(records.of.get('ada'))).toEqual(state);
  });

  test('a broken or foreign record, or none to be had, is a fresh start', async () => {
    const state = reduceAll(nowhere, [desk, open('a')]).state;
    expect(readRecord({ version: 1, state })).toEqual(state);
    for (const record of [
      undefined,
      null,
      7,
      {},
      { version: 2, state },
      { version: 1, state: { ...state, stack: [] } },
    ])
      expect(readRecord(record)).toEqual(nowhere);
    const closed = makeService({
      read: () => Promise.reject(new Error('no database')),
      write: () => Promise.reject(new Error('no database')),
    });
    expect(await closed.load('ada', null, 0)).toEqual(nowhere);
    expect(closed.dispatch(0, [desk, open('a')]).patch.focus).toBe('a');
    await expect(closed.flush()).rejects.toThrow('no database');
  });

  test('commands that came twice are carried out once, a gap is refused', async () => {
    const service = makeService(makeRecords());
    await service.load('ada', null, 3);
    expect(() => service.dispatch(4, [desk])).toThrow(RangeError);
    service.dispatch(3, [desk, open('a'), { type: 'toggle-maximize', id: 'a' }]);
    const { patch } = service.dispatch(4, [
      open('a'),
      { type: 'toggle-maximize', id: 'a' },
      { type: 'title', id: 'a', title: 'new' },
    ]);
    expect(patch.windows?.['a']).toMatchObject({ title: 'new', placement: { kind: 'maximized' } });
    expect(service.dispatch(3, [desk]).patch).toEqual({});
    expect(service.dispatch(5, [{ type: 'toggle-maximize', id: 'a' }]).patch).toEqual({});
  });

  test('through a real comlink channel the states are the same as inline', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(commands, { maxLength: 5 }), async (batches) => {
        const { port1, port2 } = new MessageChannel();
        expose(makeService(makeRecords()), port1);
        const service = wrap<Service>(port2);
        try {
          let inline = nowhere;
          let page = await service.load('ada', null, 0);
          let seq = 0;
          for (const batch of batches) {
            const outcome = await service.dispatch(seq, batch);
            const expected = reduceAll(inline, batch);
            seq += batch.length;
            page = applyPatch(page, outcome.patch);
            inline = expected.state;
            expect(page).toEqual(inline);
            expect(outcome.effects).toEqual(expected.effects);
          }
        } finally {
          service[releaseProxy]();
          port1.close();
          port2.close();
        }
      }),
      { numRuns: 50 },
    );
  });
});

/** `late`: answers when it is long given up, as a message does that was on its way when its worker was ended. */
type Fate = 'answer' | 'late' | 'die before' | 'die after' | 'silent';

/** A spawn whose workers are real services behind copies; `fate` decides when a call arrives, and whether it is answered. */
function makeSpawn(records: Records, fate: (call: string) => Promise<Fate>) {
  let spawned = 0;
  const spawn: Spawn = (failed): Spawned => {
    spawned += 1;
    const service = makeService(records);
    let alive = true;
    const never = new Promise<never>(() => undefined);
    async function call<T>(name: string, run: () => T): Promise<Awaited<T>> {
      const ends = await fate(name);
      if (!alive || ends === 'silent') return never;
      if (ends === 'die before') {
        failed();
        return never;
      }
      const answer = structuredClone(await run());
      if (ends === 'late') await new Promise((resolve) => setTimeout(resolve, 2_500));
      if (ends === 'late' || (ends === 'answer' && alive)) return answer;
      if (!alive) return never;
      failed();
      return never;
    }
    return {
      load: (owner, from, seq) => call('load', () => service.load(owner, structuredClone(from), seq)),
      dispatch: (seq, batch) => call('dispatch', () => service.dispatch(seq, structuredClone(batch))),
      ping: () => call('ping', () => service.ping()),
      end() {
        alive = false;
      },
    };
  };
  return { spawn, count: () => spawned };
}

describe('client', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const watch = () => {
    const told = { patches: [] as Patch[], closed: [] as Effect['window'][] };
    return {
      told,
      onPatch: (patch: Patch) => void told.patches.push(patch),
      onClosed: (window: Effect['window']) => void told.closed.push(window),
    };
  };

  test('a command shows at once, before the worker and before what was saved', () => {
    const { spawn } = makeSpawn(makeRecords(), async () => 'silent');
    const client = makeClient({ spawn, owner: 'ada', ...watch() });
    client.dispatch(desk);
    client.dispatch(open('a'));
    expect(client.state.focus).toBe('a');
    client.close();
  });

  test('what was saved joins what was opened meanwhile', async () => {
    const records = makeRecords();
    records.of.set('ada', { version: 1, state: reduceAll(nowhere, [desk, open('old')]).state });
    const { spawn } = makeSpawn(records, async () => 'answer');
    const client = makeClient({ spawn, owner: 'ada', ...watch() });
    client.dispatch(open('new'));
    await client.loaded;
    expect(client.state).toMatchObject({ order: ['old', 'new'], stack: ['old', 'new'], focus: 'new' });
    client.close();
  });

  test('messages delayed, workers killed midway: nothing is lost, nothing done or told twice', async () => {
    const fates = fc.array(
      fc.tuple(fc.constantFrom<Fate>('answer', 'answer', 'late', 'die before', 'die after', 'silent'), fc.nat(3000)),
      { maxLength: 12 },
    );
    const steps = fc.array(fc.tuple(commands, fc.nat(4000)), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(steps, fates, commands, async (bursts, ends, before) => {
        vi.useFakeTimers();
        const saved = reduceAll(nowhere, before).state;
        const records = makeRecords();
        records.of.set('ada', { version: 1, state: saved });
        const queue = [...ends];
        const { spawn } = makeSpawn(
          { read: records.read, write: async (owner, record) => void records.of.set(owner, structuredClone(record)) },
          async () => {
            const [end, delay] = queue.shift() ?? ['answer' as const, 0];
            if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
            return end;
          },
        );
        const { told, ...options } = watch();
        let followed: State = nowhere;
        const client = makeClient({
          spawn,
          owner: 'ada',
          onClosed: options.onClosed,
          onPatch(patch, state) {
            followed = applyPatch(followed, patch);
            expect(followed).toEqual(state);
          },
        });
        const all: Command[] = [];
        for (const [burst, pause] of bursts) {
          for (const each of burst) {
            client.dispatch(each);
            all.push(each);
          }
          await vi.advanceTimersByTimeAsync(pause);
        }
        // Longer than every delay, silence and wait that is left could last together.
        await vi.advanceTimersByTimeAsync(20 * 60_000);
        await client.loaded;
        const expected = reduceAll(saved, all);
        expect(client.state).toEqual(expected.state);
        expect(followed).toEqual(expected.state);
        expect(told.closed).toEqual(expected.effects.map(({ window }) => window));
        expect(readRecord(records.of.get('ada'))).toEqual(expected.state);
        client.close();
        expect(vi.getTimerCount()).toBeLessThanOrEqual(ends.length + 2);
        vi.useRealTimers();
      }),
      { numRuns: 200 },
    );
  });

  test('an answer changes nothing that is shown: the window that was closed is told of once', async () => {
    const { spawn } = makeSpawn(makeRecords(), async () => 'answer');
    const { told, ...options } = watch();
    const client = makeClient({ spawn, owner: 'ada', ...options });
    await client.loaded;
    client.dispatch(desk);
    client.dispatch(open('a'));
    client.dispatch({ type: 'close', id: 'a' });
    expect(told.patches).toHaveLength(3);
    await vi.waitFor(() => expect(told.closed.map(({ id }) => id)).toEqual(['a']));
    await turn();
    expect(told.patches).toHaveLength(3);
    client.close();
  });

  test('a silent worker is missed by its heartbeat, but not while nobody looks', async () => {
    vi.useFakeTimers();
    let visible = false;
    let silent = false;
    const { spawn, count } = makeSpawn(makeRecords(), async () => (silent ? 'silent' : 'answer'));
    const client = makeClient({ spawn, owner: 'ada', visible: () => visible, ...watch() });
    await client.loaded;
    silent = true;
    client.dispatch(desk);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(count()).toBe(1);
    visible = true;
    await vi.advanceTimersByTimeAsync(2_100);
    expect(count()).toBe(2);
    client.close();
  });

  test('a worker that falls silent while nothing is asked is missed too', async () => {
    vi.useFakeTimers();
    let silent = false;
    const { spawn, count } = makeSpawn(makeRecords(), async () => (silent ? 'silent' : 'answer'));
    const client = makeClient({ spawn, owner: 'ada', ...watch() });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(count()).toBe(1);
    silent = true;
    await vi.advanceTimersByTimeAsync(7_100);
    expect(count()).toBe(2);
    client.close();
  });

  test('workers that load and then die are not started without end', async () => {
    vi.useFakeTimers();
    const { spawn, count } = makeSpawn(makeRecords(), async (call) => (call === 'dispatch' ? 'die before' : 'answer'));
    const client = makeClient({ spawn, owner: 'ada', ...watch() });
    client.dispatch(desk);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(count()).toBeGreaterThan(3);
    expect(count()).toBeLessThan(10);
    client.close();
  });

  test('a browser without workers still has its windows', async () => {
    vi.useFakeTimers();
    const spawn = vi.fn(() => {
      throw new Error('workers are forbidden');
    });
    const client = makeClient({ spawn, owner: 'ada', ...watch() });
    client.dispatch(desk);
    client.dispatch(open('a'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.state.focus).toBe('a');
    expect(spawn.mock.calls.length).toBeGreaterThan(3);
    expect(spawn.mock.calls.length).toBeLessThan(10);
    client.close();
  });

  test('what cannot be sent is refused to whoever dispatches it', () => {
    const { spawn } = makeSpawn(makeRecords(), async () => 'answer');
    const client = makeClient({ spawn, owner: 'ada', ...watch() });
    const round: Record<string, unknown> = {};
    round['self'] = round;
    expect(() => client.dispatch({ type: 'app-state', id: 'a', appState: round })).toThrow(TypeError);
    client.close();
  });
});
