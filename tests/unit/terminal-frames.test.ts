import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type AgentFrame,
  decodeAgentFrame,
  decodePageFrame,
  encodeAgentFrame,
  encodePageFrame,
  FrameError,
  type PageFrame,
} from '../../protocol/terminal.ts';

const bytes = fc.uint8Array({ maxLength: 4096 });
const offset = fc.maxSafeNat();
const cells = fc.integer({ min: 1, max: 0xffff });

const pageFrame: fc.Arbitrary<PageFrame> = fc.oneof(
  fc.record({ type: fc.constant('input' as const), bytes }),
  fc.record({ type: fc.constant('resize' as const), columns: cells, rows: cells }),
  fc.record({ type: fc.constant('acknowledge' as const), offset }),
);
const agentFrame: fc.Arbitrary<AgentFrame> = fc.oneof(
  fc.record({ type: fc.constant('output' as const), bytes }),
  fc.record({ type: fc.constant('attached' as const), start: offset, live: offset, gap: fc.boolean() }),
  fc.record({
    type: fc.constant('exit' as const),
    code: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    signal: fc.integer({ min: 0, max: 255 }),
  }),
);

test('a page frame survives the wire', () => {
  fc.assert(
    fc.property(pageFrame, (frame) => {
      expect(decodePageFrame(encodePageFrame(frame))).toEqual({ ...frame });
    }),
  );
});

test('an agent frame survives the wire', () => {
  fc.assert(
    fc.property(agentFrame, (frame) => {
      expect(decodeAgentFrame(encodeAgentFrame(frame))).toEqual({ ...frame });
    }),
  );
});

test('a keystroke is two bytes', () => {
  expect(encodePageFrame({ type: 'input', bytes: Uint8Array.of(97) })).toEqual(Uint8Array.of(0, 97));
});

const others: [name: string, recode: (message: Uint8Array) => Uint8Array][] = [
  ['page', (message) => encodePageFrame(decodePageFrame(message))],
  ['agent', (message) => encodeAgentFrame(decodeAgentFrame(message))],
];

test.each(others)(
  '%s frames: other bytes are refused with a FrameError; what is accepted encodes to the same',
  (_, recode) => {
    const check = (message: Uint8Array) => {
      let again: Uint8Array;
      try {
        again = recode(message);
      } catch (error) {
        expect(error).toBeInstanceOf(FrameError);
        return;
      }
      expect(again).toEqual(message);
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 24 }), check), { numRuns: 2000 });
  },
);
