/** The secret that each request to this agent carries. */
import { createHash, timingSafeEqual } from 'node:crypto';

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Says whether a header has the token, in a time that tells nothing of it. */
export function tokenCheck(token: string): (given: string | string[] | undefined) => boolean {
  const expected = digest(token);
  return (given) => typeof given === 'string' && timingSafeEqual(digest(given), expected);
}
