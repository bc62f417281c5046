/** Errors that people see, as they leave the agent. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Problem, problem, problemContentType } from '../../protocol/problem.ts';

export class ProblemError extends Error {
  readonly problem: Problem;
  readonly headers: Record<string, string>;

  constructor(of: Problem, headers: Record<string, string> = {}) {
    super(of.title);
    this.problem = of;
    this.headers = headers;
  }
}

export const unauthorised = problem(401, 'agent-token', 'This agent belongs to another container.');
export const noSuchResource = problem(404, 'no-such-resource', 'The agent has nothing at this address.');

export function problemResponse(of: Problem, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(of), {
    status: of.status,
    headers: { 'content-type': problemContentType, ...headers },
  });
}

/** The answer to an upgrade that is refused. */
export function refuseUpgrade(socket: Duplex, of: Problem): void {
  const body = JSON.stringify(of);
  socket.end(
    `HTTP/1.1 ${of.status} ${STATUS_CODES[of.status]}\r\nContent-Type: ${problemContentType}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** What the system said of a path, for the person whose path it is; undefined where it speaks of nothing they did. */
export function pathProblem(error: unknown): Problem | undefined {
  switch ((error as NodeJS.ErrnoException | null)?.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return problem(404, 'not-found', 'There is no such file or folder.');
    case 'EACCES':
    case 'EPERM':
      return problem(403, 'forbidden', 'You may not read this.');
    case 'ELOOP':
      return problem(404, 'link-loop', 'This link leads back to itself.');
    case 'ENAMETOOLONG':
      return problem(400, 'bad-path', 'This name is too long.');
    case 'EISDIR':
      return problem(409, 'is-folder', 'This is a folder.');
    case 'ENXIO':
    case 'ENODEV':
      return notRegular;
    default:
      return undefined;
  }
}

export const notRegular = problem(409, 'not-a-file', 'This is no file that holds content.');
