/**
 * The frames of one terminal's WebSocket: an opcode byte, then its payload. All numbers are little-endian.
 * Both sides count the bytes of output: an offset is the number of bytes that came before.
 *
 *   page -> agent
 *     0  input        bytes for the PTY
 *     1  resize       u16 columns, u16 rows
 *     2  acknowledge  u64 offset up to which the page has parsed
 *   agent -> page
 *     0  output       the bytes that follow
 *     1  attached     u64 offset of the next output, u64 offset where live output begins, u8 1 if bytes before are gone
 *     2  exit         i32 code, u8 signal (0: none); the last frame
 *
 * A keystroke is 2 bytes. Until `live` the page replays: it must not answer the queries (DA, DSR) it finds there.
 * With `gap` the page clears its screen first: what comes next does not continue what it has.
 */

/** Output sent and not acknowledged, at most (bytes): the worst delay of ^C is this over the page's speed. */
export const windowBytes = 256 * 1024;
/** The page acknowledges each time it has parsed this much more (bytes). */
export const acknowledgeBytes = 64 * 1024;

export type PageFrame =
  | { type: 'input'; bytes: Uint8Array }
  | { type: 'resize'; columns: number; rows: number }
  | { type: 'acknowledge'; offset: number };

export type AgentFrame =
  | { type: 'output'; bytes: Uint8Array }
  | { type: 'attached'; start: number; live: number; gap: boolean }
  | { type: 'exit'; code: number; signal: number };

export class FrameError extends Error {}

function frame(opcode: number, payloadBytes: number): { bytes: Uint8Array<ArrayBuffer>; view: DataView } {
  const bytes = new Uint8Array(1 + payloadBytes);
  bytes[0] = opcode;
  return { bytes, view: new DataView(bytes.buffer) };
}

function joined(opcode: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const { bytes } = frame(opcode, payload.length);
  bytes.set(payload, 1);
  return bytes;
}

function open(message: Uint8Array): { opcode: number; payload: Uint8Array; view: DataView } {
  const opcode = message[0];
  if (opcode === undefined) throw new FrameError('an empty frame');
  const payload = message.subarray(1);
  return { opcode, payload, view: new DataView(payload.buffer, payload.byteOffset, payload.byteLength) };
}

function expectLength(payload: Uint8Array, length: number): void {
  if (payload.length !== length)
    throw new FrameError(`a payload of ${payload.length} bytes where ${length} were expected`);
}

function offsetAt(view: DataView, at: number): number {
  const offset = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(offset)) throw new FrameError('an offset past 2^53');
  return offset;
}

export function encodePageFrame(of: PageFrame): Uint8Array<ArrayBuffer> {
  switch (of.type) {
    case 'input':
      return joined(0, of.bytes);
    case 'resize': {
      const { bytes, view } = frame(1, 4);
      view.setUint16(1, of.columns, true);
      view.setUint16(3, of.rows, true);
      return bytes;
    }
    case 'acknowledge': {
      const { bytes, view } = frame(2, 8);
      view.setBigUint64(1, BigInt(of.offset), true);
      return bytes;
    }
  }
}

/** @throws FrameError on anything that `encodePageFrame` cannot have made, or a size of zero. */
export function decodePageFrame(message: Uint8Array): PageFrame {
  const { opcode, payload, view } = open(message);
  switch (opcode) {
    case 0:
      return { type: 'input', bytes: payload };
    case 1: {
      expectLength(payload, 4);
      const columns = view.getUint16(0, true);
      const rows = view.getUint16(2, true);
      if (columns === 0 || rows === 0) throw new FrameError('a size of zero');
      return { type: 'resize', columns, rows };
    }
    case 2:
      expectLength(payload, 8);
      return { type: 'acknowledge', offset: offsetAt(view, 0) };
    default:
      throw new FrameError(`an unknown opcode ${opcode}`);
  }
}

export function encodeAgentFrame(of: AgentFrame): Uint8Array<ArrayBuffer> {
  switch (of.type) {
    case 'output':
      return joined(0, of.bytes);
    case 'attached': {
      const { bytes, view } = frame(1, 17);
      view.setBigUint64(1, BigInt(of.start), true);
      view.setBigUint64(9, BigInt(of.live), true);
      bytes[17] = of.gap ? 1 : 0;
      return bytes;
    }
    case 'exit': {
      const { bytes, view } = frame(2, 5);
      view.setInt32(1, of.code, true);
      bytes[5] = of.signal;
      return bytes;
    }
  }
}

/** @throws FrameError on anything that `encodeAgentFrame` cannot have made. */
export function decodeAgentFrame(message: Uint8Array): AgentFrame {
  const { opcode, payload, view } = open(message);
  switch (opcode) {
    case 0:
      return { type: 'output', bytes: payload };
    case 1: {
      expectLength(payload, 17);
      const gap = payload[16];
      if (gap !== 0 && gap !== 1) throw new FrameError('a gap that is neither 0 nor 1');
      return { type: 'attached', start: offsetAt(view, 0), live: offsetAt(view, 8), gap: gap === 1 };
    }
    case 2:
      expectLength(payload, 5);
      return { type: 'exit', code: view.getInt32(0, true), signal: payload[4] as number };
    default:
      throw new FrameError(`an unknown opcode ${opcode}`);
  }
}
