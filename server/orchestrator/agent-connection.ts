/**
 * The orchestrator's side of an agent's socket: does it answer, and when does it stop to.
 *
 * What listens there is the member's own process and may say anything, so nothing of its answers is believed but the
 * status. The socket's folder is theirs too: what lies at its path is looked at before connecting, and the requests
 * sent there are fixed and carry no secret but that container's own.
 */
import { once } from 'node:events';
import { type FSWatcher, lstatSync, watch } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { agentTokenHeader } from '../../protocol/agent.ts';

export type AgentAddress = { socket: string; token: string };

async function get(agent: AgentAddress, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  if (!lstatSync(agent.socket).isSocket()) throw new Error(`${agent.socket} is not a socket`);
  const asked = request({
    socketPath: agent.socket,
    path,
    headers: { [agentTokenHeader]: agent.token, host: 'agent' },
    agent: false,
    signal,
  });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  // After the response an abort or a reset is the end of the answer, no error of anyone's.
  asked.on('error', () => {});
  answer.on('error', () => {});
  answer.resume();
  return answer;
}

/** Whether the agent answers as it should. */
export async function isHealthy(agent: AgentAddress, signal: AbortSignal): Promise<boolean> {
  try {
    return (await get(agent, '/health', signal)).statusCode === 204;
  } catch {
    return false;
  }
}

/** Resolves when the agent that was just started answers. @throws the signal's reason */
export async function untilHealthy(agent: AgentAddress, signal: AbortSignal): Promise<void> {
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(agent.socket));
    // Asked anew whenever something happens in the folder; the socket exists for a moment before it is listened on,
    // and its mode is set after: hence also a little later.
    while (!(await isHealthy(agent, signal))) {
      const again = new AbortController();
      const either = AbortSignal.any([again.signal, signal]);
      try {
        await Promise.race([once(watcher, 'change', { signal: either }), delay(50, undefined, { signal: either })]);
      } catch {
        // Aborted: the loop's condition is what counts.
      } finally {
        again.abort();
      }
      signal.throwIfAborted();
    }
  } finally {
    watcher?.close();
  }
}

/** Resolves when the agent has gone, or at once where it does not answer. Never rejects. */
export async function untilGone(agent: AgentAddress, signal: AbortSignal): Promise<void> {
  try {
    const answer = await get(agent, '/alive', signal);
    if (answer.statusCode !== 200 || answer.closed) return;
    await new Promise<void>((resolve) => answer.once('close', resolve));
  } catch {
    // It does not answer: gone.
  }
}
