import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { acknowledgeBytes, FrameError, windowBytes } from '../../protocol/terminal.ts';
import { ByteQueue } from '../../server/agent/byte-queue.ts';
import { Delivery } from '../../server/agent/delivery.ts';
import { OutputRing } from '../../server/agent/output-ring.ts';

function contents(ring: OutputRing, from = ring.start): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = from; at < ring.end; ) {
    const part = Buffer.from(ring.view(at, 1000));
    parts.push(part);
    at += part.length;
  }
  return Buffer.concat(parts);
}

test('the ring holds the last of what was appended, at its offsets', () => {
  const capacity = 8192;
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 12_000 }), { maxLength: 12, size: 'max' }), (chunks) => {
      const ring = new OutputRing(capacity);
      let all = Buffer.alloc(0);
      for (const chunk of chunks) {
        ring.append(chunk);
        all = Buffer.concat([all, chunk]);
        expect(ring.end).toBe(all.length);
        expect(ring.start).toBe(Math.max(0, all.length - capacity));
        expect(contents(ring).equals(all.subarray(ring.start))).toBe(true);
      }
    }),
  );
});

test('what begins after lost output begins at a line, or at a character', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('line\n', 'ä', '漢', '🚪', 'word '), { minLength: 100, maxLength: 400 }),
      (words) => {
        const bytes = Buffer.from(words.join(''));
        const ring = new OutputRing(64);
        ring.append(bytes);
        const start = ring.cleanStart();
        expect(start).toBeGreaterThanOrEqual(ring.start);
        const text = bytes.subarray(start).toString();
        expect(text).not.toContain('\ufffd');
        if (bytes.subarray(ring.start).includes(0x0a)) expect(bytes[start - 1]).toBe(0x0a);
        else expect(start - ring.start).toBeLessThanOrEqual(3);
      },
    ),
  );
});

test('a terminal that has printed little takes little memory', () => {
  const ring = new OutputRing();
  ring.append(Buffer.from('$ '));
  expect(ring.view(0, 10).buffer.byteLength).toBeLessThanOrEqual(4096);
});

type Step = { print: number } | { acknowledge: number } | { deliver: true };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ print: fc.integer({ min: 1, max: 200_000 }) }),
    fc.record({ acknowledge: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.constant({ deliver: true as const }),
  ),
  { maxLength: 60, size: 'max' },
);

test('a client gets every byte once and in order, at most a window ahead of what it acknowledged; gaps are told', () => {
  fc.assert(
    fc.property(steps, fc.nat(300_000), (actions, from) => {
      const ring = new OutputRing(512 * 1024);
      let printed = Buffer.alloc(0);
      const print = (count: number) => {
        const bytes = Buffer.alloc(count);
        for (let at = 0; at < count; at += 1) bytes[at] = ((printed.length + at) * 31) >> 3;
        ring.append(bytes);
        printed = Buffer.concat([printed, bytes]);
      };
      print(200_000);
      const delivery = new Delivery(ring, from);
      let acknowledged = 0;
      let received = -1;
      let left = 0;
      const deliver = () => {
        for (let frame = delivery.next(); frame !== undefined; frame = delivery.next()) {
          if (frame.type === 'attached') {
            // Nothing was lost without need, and what is on its way is bounded.
            if (received >= 0) left = received - acknowledged;
            expect(left).toBeLessThan(acknowledgeBytes);
            if (received < 0) expect(frame.gap).toBe(from > ring.end);
            else expect(frame.gap && received < ring.start).toBe(true);
            if (!frame.gap) expect(frame.start).toBe(from);
            expect(frame.live).toBe(ring.end);
            received = frame.start;
            acknowledged = frame.start;
          } else if (frame.type === 'output') {
            expect(printed.subarray(received, received + frame.bytes.length).equals(frame.bytes)).toBe(true);
            received += frame.bytes.length;
            expect(received - acknowledged).toBeLessThanOrEqual(windowBytes);
          }
        }
      };
      deliver();
      for (const action of actions) {
        if ('print' in action) print(action.print);
        else if ('deliver' in action) deliver();
        else {
          const offset = Math.round(acknowledged + (received - acknowledged) * action.acknowledge);
          expect(delivery.acknowledge(offset)).toBe(offset > acknowledged);
          acknowledged = Math.max(acknowledged, offset);
        }
        expect(() => delivery.acknowledge(received + 1)).toThrow(FrameError);
      }
      // A page that acknowledges all it gets comes to the end.
      for (let round = 0; !delivery.complete && round < 100; round += 1) {
        delivery.acknowledge(received);
        acknowledged = received;
        deliver();
      }
      expect(received).toBe(ring.end);
    }),
    { numRuns: 60 },
  );
});

test('a queue gives back what was put in, whatever the pieces', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.uint8Array({ maxLength: 90_000, size: 'max' }), fc.nat(90_000)), { maxLength: 30 }),
      (actions) => {
        const queue = new ByteQueue();
        let model = Buffer.alloc(0);
        for (const action of actions) {
          if (typeof action === 'number') {
            const first = queue.first();
            const count = Math.min(action, first.length);
            expect(model.subarray(0, first.length).equals(first)).toBe(true);
            queue.shift(count);
            model = model.subarray(count);
          } else {
            queue.push(action);
            model = Buffer.concat([model, action]);
          }
          expect(queue.length).toBe(model.length);
          expect(queue.first().length > 0).toBe(model.length > 0);
        }
      },
    ),
  );
});
