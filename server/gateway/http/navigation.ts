/** Is a person looking at the answer, or a program? */
import type { IncomingMessage } from 'node:http';

export function isNavigation({ headers, method }: Pick<IncomingMessage, 'headers' | 'method'>): boolean {
  if (method === 'HEAD') return false;
  const mode = headers['sec-fetch-mode'];
  return mode === undefined ? (headers.accept ?? '').includes('text/html') : mode === 'navigate';
}
