/** Errors that people see, as they leave the agent. */
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
export const notRegular = problem(409, 'not-a-file', 'This is no file that holds content.');
export const isFolder = problem(409, 'is-folder', 'This is a folder.');

export function badRequest(detail: string): ProblemError {
  return new ProblemError(problem(400, 'bad-request', 'The agent does not understand this request.', detail));
}

/** The answer to an upgrade that is refused. */
export function refuseUpgrade(socket: Duplex, of: Problem): void {
  const body = JSON.stringify(of);
  socket.end(
    `HTTP/1.1 ${of.status} Refused\r\nContent-Type: ${problemContentType}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** What the system says of a path, for the person whose path it is. */
const ofPath: Record<string, Problem> = {
  ENOENT: problem(404, 'not-found', 'There is no such file or folder.'),
  ENOTDIR: problem(404, 'not-found', 'There is no such file or folder.'),
  EACCES: problem(403, 'forbidden', 'You may not read this.'),
  EPERM: problem(403, 'forbidden', 'You may not read this.'),
  ELOOP: problem(404, 'link-loop', 'This link leads back to itself.'),
  ENAMETOOLONG: problem(400, 'bad-path', 'This name is too long.'),
  EISDIR: isFolder,
  ENXIO: notRegular,
  ENODEV: notRegular,
};

/** Undefined for what is nobody's but the agent's own fault. */
export function problemOf(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  const told = ofPath[(error as NodeJS.ErrnoException | null)?.code ?? ''];
  return told === undefined ? undefined : new ProblemError(told);
}
