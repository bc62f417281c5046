import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acknowledgeBytes, FrameError } from '../../protocol/terminal.ts';
import { type Act, detach, freshStream, parsed, receive, type Stream } from '../../shell/apps/terminal/stream.ts';

/** The byte of output at `offset`. */
const byteAt = (offset: number) => (offset * 31 + (offset >> 8)) & 0xff;
const output = (from: number, to: number) => Uint8Array.from({ length: to - from }, (_, i) => byteAt(from + i));

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('print' as const), bytes: fc.nat(300) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), bytes: fc.integer({ min: 1, max: 200 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
);

describe('a stream of output', () => {
  it('shows each byte once and in order over any cuts, and mutes exactly what is replayed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 50, max: 500 }), (steps, ring) => {
        let stream: Stream = freshStream;
        // The agent: how much was printed, how much of it this socket was sent, where its live output began.
        let printed = 0;
        let sent: number | undefined;
        let live = 0;
        // The screen: where it begins since the last reset, what it shows, whether it is muted.
        let begin = 0;
        let shown: number[] = [];
        let muted = false;
        const perform = (acts: Act[]) => {
          for (const act of acts) {
            if (act.do === 'reset') shown = [];
            if (act.do === 'mute') muted = act.on;
            if (act.do !== 'write') continue;
            expect(act.bytes.length).toBeGreaterThan(0);
            for (const byte of act.bytes) {
              expect(muted).toBe(begin + shown.length < live);
              shown.push(byte);
            }
            expect(act.end).toBe(begin + shown.length);
          }
        };
        for (const now of steps) {
          if (now.do === 'print') printed += now.bytes;
          if (now.do === 'cut') {
            sent = undefined;
            stream = detach(stream);
          }
          if (now.do !== 'send') continue;
          if (sent === undefined) {
            const oldest = Math.max(0, printed - ring);
            const gap = stream.received < oldest;
            sent = Math.max(stream.received, oldest);
            live = printed;
            const next = receive(stream, { type: 'attached', start: sent, live, gap });
            stream = next.stream;
            expect(next.acts.some((act) => act.do === 'reset')).toBe(gap);
            if (gap) begin = sent;
            perform(next.acts);
          }
          const end = Math.min(printed, sent + now.bytes);
          const next = receive(stream, { type: 'output', bytes: output(sent, end) });
          stream = next.stream;
          perform(next.acts);
          sent = end;
          expect(stream.received).toBe(sent);
          expect(shown).toEqual([...output(begin, sent)]);
        }
      }),
    );
  });

  it('resets when what comes does not continue what there is, whatever the flag says', () => {
    const { stream } = receive(freshStream, { type: 'attached', start: 500, live: 500, gap: true });
    const again = receive(detach(stream), { type: 'attached', start: 300, live: 500, gap: false });
    expect(again.acts).toEqual([{ do: 'reset' }, { do: 'mute', on: true }]);
    expect(again.stream.received).toBe(300);
  });

  it('takes the mute of a replay that was cut away with the next attach', () => {
    const first = receive(freshStream, { type: 'attached', start: 0, live: 100, gap: false }).stream;
    const half = receive(first, { type: 'output', bytes: output(0, 60) }).stream;
    expect(receive(detach(half), { type: 'attached', start: 60, live: 60, gap: false }).acts).toEqual([
      { do: 'mute', on: false },
    ]);
  });

  it('acknowledges what was parsed in steps, never before, never again', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3 * acknowledgeBytes }), { maxLength: 40 }), (chunks) => {
        let { stream } = receive(freshStream, { type: 'attached', start: 0, live: 0, gap: false });
        let end = 0;
        let told = 0;
        for (const chunk of chunks) {
          end += chunk;
          const after = parsed(stream, end);
          stream = after.stream;
          expect(after.acknowledge).toBe(end - told >= acknowledgeBytes);
          if (after.acknowledge) told = end;
        }
        expect(parsed(detach(stream), end + acknowledgeBytes).acknowledge).toBe(false);
      }),
    );
  });

  it('accepts nothing before attached, and that only once', () => {
    expect(() => receive(freshStream, { type: 'output', bytes: output(0, 1) })).toThrow(FrameError);
    expect(() => receive(freshStream, { type: 'exit', code: 0, signal: 0 })).toThrow(FrameError);
    const { stream } = receive(freshStream, { type: 'attached', start: 0, live: 0, gap: false });
    expect(() => receive(stream, { type: 'attached', start: 0, live: 0, gap: false })).toThrow(FrameError);
  });
});
