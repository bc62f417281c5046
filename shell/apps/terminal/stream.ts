/**
 * One terminal's output as the page holds it: a pure machine of offsets. It decides what each frame means for the
 * screen, so that over any number of lost sockets each byte is shown once, in order, and replayed queries stay unanswered.
 */
import { type AgentFrame, acknowledgeBytes, FrameError } from '../../../protocol/terminal.ts';

export type Stream = {
  /** Offset after the last byte that was handed to the screen: where the next socket resumes. */
  received: number;
  /** Offset that the agent was last told, or where this socket's output began. */
  acknowledged: number;
  /** Output before this offset is a replay. */
  live: number;
  /** Between a socket's `attached` and its end. */
  attached: boolean;
};

/** What the screen is to do, in this order and in order with all it was told before. */
export type Act =
  | { do: 'reset' }
  /** Whether queries (DA, DSR) in what follows stay unanswered. */
  | { do: 'mute'; on: boolean }
  /** `end`: the offset after these bytes. */
  | { do: 'write'; bytes: Uint8Array; end: number }
  | { do: 'exit'; code: number; signal: number };

export const freshStream: Stream = { received: 0, acknowledged: 0, live: 0, attached: false };

/** @throws FrameError on output before `attached`, or a second `attached`. */
export function receive(stream: Stream, frame: AgentFrame): { stream: Stream; acts: Act[] } {
  switch (frame.type) {
    case 'attached': {
      if (stream.attached) throw new FrameError('attached twice');
      const { start, live, gap } = frame;
      const acts: Act[] = [{ do: 'mute', on: start < live }];
      // What comes next continues the screen only if it begins where the screen ends, whatever the flag says.
      if (gap || start !== stream.received) acts.unshift({ do: 'reset' });
      return { stream: { received: start, acknowledged: start, live, attached: true }, acts };
    }
    case 'output': {
      if (!stream.attached) throw new FrameError('output before attached');
      const end = stream.received + frame.bytes.length;
      const replayed = Math.max(0, Math.min(frame.bytes.length, stream.live - stream.received));
      const acts: Act[] = [];
      if (replayed > 0)
        acts.push({ do: 'write', bytes: frame.bytes.subarray(0, replayed), end: stream.received + replayed });
      if (replayed > 0 && end >= stream.live) acts.push({ do: 'mute', on: false });
      if (replayed < frame.bytes.length) acts.push({ do: 'write', bytes: frame.bytes.subarray(replayed), end });
      return { stream: { ...stream, received: end }, acts };
    }
    case 'exit':
      if (!stream.attached) throw new FrameError('exit before attached');
      return { stream, acts: [{ do: 'exit', code: frame.code, signal: frame.signal }] };
  }
}

/** The socket is gone; what was received stays. */
export function detach(stream: Stream): Stream {
  return { ...stream, attached: false };
}

/** The screen has parsed all up to `end`: whether it is time to tell the agent. */
export function parsed(stream: Stream, end: number): { stream: Stream; acknowledge: boolean } {
  const acknowledge = stream.attached && end - stream.acknowledged >= acknowledgeBytes;
  return { stream: acknowledge ? { ...stream, acknowledged: end } : stream, acknowledge };
}
