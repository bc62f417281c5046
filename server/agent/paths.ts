/**
 * The path in a request's query. Read strictly, from the raw query: what is not UTF-8 (overlong forms included), has a
 * NUL or is not absolute is refused, and nothing is decoded twice. Any absolute path may be named: the agent runs as
 * the person, in their container, and reads only what they may.
 */
import { posix } from 'node:path';
import { problem } from '../../protocol/problem.ts';
import { ProblemError } from './problems.ts';

function badPath(detail: string): ProblemError {
  return new ProblemError(problem(400, 'bad-path', 'This is not a path on this box.', detail));
}

/** @throws URIError */
function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** The query's parameters, each name's last value. @throws ProblemError */
export function queryOf(url: string): Map<string, string> {
  const at = url.indexOf('?');
  const query = new Map<string, string>();
  if (at < 0) return query;
  for (const pair of url.slice(at + 1).split('&')) {
    const equals = pair.indexOf('=');
    const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    try {
      query.set(decoded(name), decoded(value));
    } catch {
      throw badPath('It is not written in UTF-8.');
    }
  }
  return query;
}

/** Absolute and normalised: no `.`, no `..`, no `//`, no `/` at its end but the root's. @throws ProblemError */
export function absolutePath(path: string): string {
  if (path.includes('\0')) throw badPath('It has a NUL in it.');
  if (!path.startsWith('/')) throw badPath('It must begin with a slash.');
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}
