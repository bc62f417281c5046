/** How the gateway says no: a problem (RFC 9457) for programs, a small page for a person who navigated there. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Problem, problem, problemContentType } from '../../../protocol/problem.ts';
import { page } from './page.ts';

/** Thrown anywhere in the handling of a request; becomes the answer. */
export class ProblemError extends Error {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** Where a person who navigated here had better go. */
  readonly link: { href: string; text: string } | undefined;
  constructor(
    of: Problem,
    more: { headers?: Record<string, string>; link?: { href: string; text: string }; cause?: unknown } = {},
  ) {
    super(of.title, { cause: more.cause });
    this.problem = of;
    this.headers = more.headers ?? {};
    this.link = more.link;
  }
}

export const refuse = (status: number, kind: string, title: string, detail?: string): ProblemError =>
  new ProblemError(problem(status, kind, title, detail));

export const notFound = (): ProblemError => refuse(404, 'not-found', 'There is nothing at this address.');
export const unexpected = (): ProblemError =>
  refuse(500, 'internal', 'The gateway made a mistake.', 'What happened is in its log.');

/** Status, headers and body of a refusal; `navigation`: a person is looking. `frameAncestors`: who may frame that page. */
export function rendered(
  error: ProblemError,
  navigation: boolean,
  frameAncestors?: string,
): { status: number; headers: Record<string, string>; body: string } {
  const { problem: of, headers, link } = error;
  if (!navigation)
    return {
      status: of.status,
      headers: {
        'content-type': problemContentType,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        ...headers,
      },
      body: JSON.stringify(of),
    };
  const html = page({
    title: of.title,
    text: of.detail,
    link,
    ...(frameAncestors === undefined ? {} : { frameAncestors }),
  });
  return { status: of.status, headers: { ...html.headers, ...headers }, body: html.body };
}

/** Answers an upgrade that is refused, and closes. */
export function refuseUpgrade(socket: Duplex, error: ProblemError): void {
  const { status, headers, body } = rendered(error, false);
  const lines = Object.entries({
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  if (!socket.writable) return;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`, () =>
    socket.destroy(),
  );
}
