/** The page itself: files of the build, and the headers that fence them in. */
import { serveStatic } from '@hono/node-server/serve-static';
import { notFound } from '../http/problems.ts';
import type { Route } from './route.ts';

/** Headers of every answer on the shell's host. */
export function shellHeaders(shell: string): Record<string, string> {
  const { protocol, host, hostname, port } = new URL(shell);
  const at = port === '' ? '' : `:${port}`;
  const policy = [
    "default-src 'self'",
    "script-src 'self'",
    // xterm.js writes style elements of its own.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    `connect-src 'self' ${protocol === 'https:' ? 'wss' : 'ws'}://${host}`,
    "worker-src 'self'",
    `frame-src ${protocol}//*.${hostname}${at}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "object-src 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy':
      'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), display-capture=()',
  };
}

/** Vite names these by their content. */
const hashedFile = /^\/assets\/.*-[\w-]{8,}\.\w+$/;

export function pageRoute(folder: string): Route {
  const files = serveStatic({ root: folder, precompressed: true });
  return {
    host: 'shell',
    method: 'GET',
    path: '/*',
    who: 'public',
    summary: 'The page',
    handler: async ({ context }) => {
      const answer = await files(context, async () => {});
      if (!answer) throw notFound();
      answer.headers.set(
        'cache-control',
        hashedFile.test(context.req.path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
      return answer;
    },
  };
}
