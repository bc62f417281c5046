/**
 * Header edits that every hop makes, on raw header lists (name, value, name, value ...), so that repeated headers stay
 * what they were. Pure.
 */
import type { IncomingHttpHeaders } from 'node:http';

export type RawHeaders = readonly string[];

/** Source: RFC 9110 section 7.6.1, and what older clients send. `expect` is answered by Node itself. */
const hopByHop = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-authentication-info',
  'expect',
]);

export function* pairs(raw: RawHeaders): Generator<[name: string, value: string]> {
  for (let i = 0; i + 1 < raw.length; i += 2) yield [raw[i] as string, raw[i + 1] as string];
}

/** What Connection names is for one hop, too. */
function connectionTokens(raw: RawHeaders): Set<string> {
  const tokens = new Set<string>();
  for (const [name, value] of pairs(raw))
    if (name.toLowerCase() === 'connection')
      for (const token of value.split(',')) tokens.add(token.trim().toLowerCase());
  return tokens;
}

/** Keeps what `keep` gives a value for, hop-by-hop headers never. Names come in lower case. */
export function edited(raw: RawHeaders, keep: (name: string, value: string) => string | undefined): string[] {
  const tokens = connectionTokens(raw);
  const kept: string[] = [];
  for (const [name, value] of pairs(raw)) {
    const lower = name.toLowerCase();
    if (hopByHop.has(lower) || tokens.has(lower)) continue;
    const now = keep(lower, value);
    if (now !== undefined) kept.push(name, now);
  }
  return kept;
}

/** How a request's body is framed, said anew for the next hop. `undefined`: it has none. */
export function bodyFraming(headers: IncomingHttpHeaders): string[] | undefined {
  if (headers['transfer-encoding'] !== undefined) return ['Transfer-Encoding', 'chunked'];
  const length = headers['content-length'];
  return length === undefined ? undefined : ['Content-Length', length];
}
