/** Bodies in and out. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { problemContentType } from '../../protocol/problem.ts';
import { badRequest, type ProblemError } from './problems.ts';

const mostBytes = 16 * 1024;

/** @throws ProblemError */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > mostBytes) throw badRequest(`Its body is longer than ${mostBytes} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw badRequest('Its body is not JSON.');
  }
}

function sendText(response: ServerResponse, status: number, type: string, text: string, headers = {}): void {
  response
    .writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
      ...headers,
    })
    .end(text);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, 'application/json', JSON.stringify(body));
}

export function sendNothing(response: ServerResponse): void {
  response.writeHead(204).end();
}

/** Where an answer has begun already it is broken off. */
export function sendProblem(response: ServerResponse, error: ProblemError): void {
  if (response.headersSent) response.destroy();
  else sendText(response, error.problem.status, problemContentType, JSON.stringify(error.problem), error.headers);
}
