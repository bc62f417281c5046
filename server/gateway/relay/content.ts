/**
 * What an agent's answer looks like to the browser. The agent is the person's own, and so is each file: any byte of
 * both may be hostile, and all of it comes from the shell's own origin. So nothing of it is ever run or rendered as
 * markup: the type is from a list of inert ones, and the page it would make is sandboxed. Pure.
 */
import { problemContentType } from '../../../protocol/problem.ts';
import { pairs, type RawHeaders } from '../proxy/headers.ts';

/** Of the agent's headers these pass; all others are dropped. */
const passed = new Set(['content-length', 'content-range', 'accept-ranges', 'etag', 'last-modified']);

/** Types beyond `text/*` that are text to read. */
const code =
  /^application\/([a-z0-9.-]+\+)?(json|xml|javascript|ecmascript|typescript|yaml|x-yaml|toml|sql|x-sh|x-shellscript|x-httpd-php|x-perl|x-ruby|x-python|graphql|x-tex|x-ndjson|jsonl)$/;
const picture = /^image\/(png|jpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)$/;
const played = /^(audio|video)\/[a-z0-9.+-]+$/;

/** The inert type that a file is sent as, and whether it may be looked at in place. */
export function inertType(claimed: string | undefined): { type: string; inline: boolean } {
  const type = (claimed ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (picture.test(type) || played.test(type) || type === 'application/pdf') return { type, inline: true };
  if (/^text\/[a-z0-9.+-]+$/.test(type) || code.test(type)) return { type: 'text/plain; charset=utf-8', inline: true };
  return { type: 'application/octet-stream', inline: false };
}

/** Content-Disposition with the file's name. Source: RFC 6266, RFC 8187. */
export function disposition(kind: 'inline' | 'attachment', path: string | null): string {
  const name = path?.split('/').findLast((part) => part !== '');
  if (name === undefined) return kind;
  // A name may hold half a surrogate pair, which cannot be encoded.
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename*=UTF-8''${encoded}`;
}

const always = [
  ...['Cache-Control', 'private, no-store'],
  ...['X-Content-Type-Options', 'nosniff'],
  ...['Cross-Origin-Resource-Policy', 'same-origin'],
  ...['Referrer-Policy', 'no-referrer'],
];
const inert = "sandbox; default-src 'none'; frame-ancestors 'self'";

const kept = (raw: RawHeaders) =>
  [...pairs(raw)].flatMap(([name, value]) => (passed.has(name.toLowerCase()) ? [name, value] : []));

/** A file's bytes. `query` is the request's. */
export function contentHeaders(raw: RawHeaders, claimed: string | undefined, query: URLSearchParams): string[] {
  const { type, inline } = inertType(claimed);
  const kind = inline && !query.has('download') ? 'inline' : 'attachment';
  return [
    ...kept(raw),
    ...['Content-Type', type],
    ...['Content-Disposition', disposition(kind, query.get('path'))],
    ...['Content-Security-Policy', inert],
    ...always,
  ];
}

/** Everything else is JSON. */
export function jsonHeaders(raw: RawHeaders, status: number): string[] {
  return [
    ...kept(raw),
    ...['Content-Type', status < 400 ? 'application/json' : problemContentType],
    ...['Content-Security-Policy', inert],
    ...always,
  ];
}
