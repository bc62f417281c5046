/** Where the gateway is, and how to ask it: the one module that knows its address. */
import { type Problem, problem } from '../protocol/problem.ts';

/** The gateway's origin: where the page was loaded from, or what a static host's build says. */
export const gatewayOrigin: string = import.meta.env['VITE_GATEWAY'] ?? location.origin;

/** What the gateway answered when it did not do what it was asked; status 0 when it did not answer. */
export class GatewayError extends Error {
  readonly problem: Problem;
  constructor(of: Problem) {
    super(of.title);
    this.problem = of;
  }
  get offline(): boolean {
    return this.problem.status === 0;
  }
}

/**
 * Asks the gateway and gives the Response of a 2xx.
 * @throws GatewayError otherwise; AbortError when `init.signal` was aborted.
 */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(new URL(path, gatewayOrigin), { credentials: 'include', ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new GatewayError(problem(0, 'offline', 'The box does not answer.'));
  }
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => null);
  const told = body !== null && typeof body === 'object' && 'title' in body && 'type' in body;
  throw new GatewayError(
    told ? (body as Problem) : problem(response.status, 'unknown', `The box answered ${response.status}.`),
  );
}

/** GET, as the JSON that the API's schema for the path says. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await request(path, signal ? { signal } : {})).json() as Promise<T>;
}

/** A state change with a JSON body; the reply's JSON, or undefined for 204. */
export async function send<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const response = await request(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    ...(signal ? { signal } : {}),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The address of a WebSocket of the gateway's. */
export function socketUrl(path: string): string {
  const url = new URL(path, gatewayOrigin);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
