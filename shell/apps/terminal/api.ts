/** What a terminal window asks of the box: the container, a terminal in it, and its end. */
import type { TerminalInfo, TerminalRequest } from '../../../protocol/agent.ts';
import type { ContainerStatus } from '../../../protocol/api.ts';
import { type Problem, problem } from '../../../protocol/problem.ts';
import { GatewayError, get, request, send, socketUrl } from '../../gateway.ts';
import { verdict } from './session.ts';

/** Starts the container where it does not run. @throws GatewayError that says why it cannot. */
export async function ensureContainer(signal: AbortSignal): Promise<void> {
  const { state, reason } = await send<ContainerStatus>('POST', '/api/container', undefined, signal);
  if (state === 'failed')
    throw new GatewayError(problem(503, 'container-stopped', 'Your container could not be started.', reason));
}

export async function newTerminal(of: TerminalRequest): Promise<string> {
  return (await send<TerminalInfo>('POST', '/agent/terminals', of)).id;
}

/** The shells that run and that nobody looks at, here or elsewhere: their windows went with a sign-out, say. */
export async function lonelyTerminals(signal: AbortSignal): Promise<string[]> {
  const all = await get<TerminalInfo[]>('/agent/terminals', signal);
  return all.filter(({ attached, exit }) => !attached && exit === undefined).map(({ id }) => id);
}

/** Ends its shell; outlives the page that asks. */
export function hangUp(id: string): void {
  request(address(id), { method: 'DELETE', keepalive: true }).catch(() => {
    // Gone already, or out of reach: there is nobody left to tell.
  });
}

export function connect(id: string, from: number): WebSocket {
  return new WebSocket(socketUrl(`${address(id)}/socket?from=${from}`));
}

export async function diagnose(signal: AbortSignal): Promise<undefined | 'gone' | Problem> {
  try {
    const { state } = await get<ContainerStatus>('/api/container', signal);
    return state === 'absent' || state === 'failed' ? 'gone' : undefined;
  } catch (error) {
    if (error instanceof GatewayError) return verdict(error.problem);
    throw error;
  }
}

function address(id: string): string {
  return `/agent/terminals/${encodeURIComponent(id)}`;
}
