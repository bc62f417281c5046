/**
 * Errors on the wire: RFC 9457 problem details.
 * Source: https://www.rfc-editor.org/rfc/rfc9457
 */
import * as v from 'valibot';

export const problemContentType = 'application/problem+json';

export const Problem = v.object({
  /** What kind of problem: a stable word, such as `token-used`. Sent as `urn:porthole:<kind>`. */
  type: v.string(),
  /** One plain sentence for the person. */
  title: v.string(),
  /** The HTTP status, repeated. */
  status: v.number(),
  /** What to do about it, where there is something. */
  detail: v.optional(v.string()),
});
export type Problem = v.InferOutput<typeof Problem>;

const prefix = 'urn:porthole:';

/** A problem of the kind `kind` (a stable word, `about:blank`'s place is taken by our own urn). */
export function problem(status: number, kind: string, title: string, detail?: string): Problem {
  return { type: prefix + kind, title, status, ...(detail === undefined ? {} : { detail }) };
}

/** The stable word of a problem, or `unknown` for a problem that is not ours. */
export function problemKind(of: Pick<Problem, 'type'>): string {
  return of.type.startsWith(prefix) ? of.type.slice(prefix.length) : 'unknown';
}
