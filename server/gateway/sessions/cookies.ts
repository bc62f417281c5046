/** The gateway's own cookies: host-only, HttpOnly, `__Host-` wherever the browser allows it. */
export interface CookiePolicy {
  /** Of the shell. */
  session: string;
  /** Of an app's host. */
  app: string;
  sessionAttributes: string;
  appAttributes: string;
  /** Attributes that an app's own cookies need to work in a frame of the shell; '' where theirs do. */
  framed: string;
}

/** A name of one label on plain http: another site than its apps, and no cookie can be had for a frame there. */
export function framesWithoutCookies(shell: string): boolean {
  const { protocol, hostname } = new URL(shell);
  return protocol === 'http:' && !hostname.includes('.') && hostname !== 'localhost';
}

/**
 * `localhost` is as a public suffix to browsers: `x.localhost` is another site than `localhost`, and in a frame there
 * only partitioned cookies work (measured in Chromium 156: of default, Lax, Strict, None and None with Partitioned,
 * only the last was kept and sent). `http://*.localhost` counts as trustworthy, so Secure is fine.
 * On a name of two labels or more shell and apps are one site.
 */
export function cookiePolicy(shell: string): CookiePolicy {
  const { protocol, hostname } = new URL(shell);
  const https = protocol === 'https:';
  const partitioned = !hostname.includes('.') && (https || hostname === 'localhost');
  const secure = https ? '; Secure' : '';
  return {
    session: https ? '__Host-porthole' : 'porthole',
    app: https || partitioned ? '__Host-porthole-app' : 'porthole-app',
    // Strict: the page itself needs no cookie, and what it asks is same-origin however one arrived.
    sessionAttributes: `; Path=/; HttpOnly; SameSite=Strict${secure}`,
    appAttributes: `; Path=/; HttpOnly${partitioned ? '; SameSite=None; Secure; Partitioned' : `; SameSite=Lax${secure}`}`,
    framed: partitioned ? '; SameSite=None; Secure; Partitioned' : '',
  };
}

/** A cookie of this name is the gateway's: it goes to no upstream, and none may set it. */
export const isOurs = (name: string): boolean => /^(__(host|secure)-)?porthole/i.test(name.trim());

/** All values of the cookie `name`: a sibling on plain http could have tossed a second one. */
export function cookieValues(header: string | undefined, name: string): string[] {
  return (header ?? '').split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at > 0 && pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : [];
  });
}

/** The Cookie header without ours; `undefined` when nothing is left. */
export function withoutOurs(header: string): string | undefined {
  const kept = header.split(';').filter((pair) => pair.trim() !== '' && !isOurs(pair.split('=', 1)[0] ?? ''));
  return kept.length > 0 ? kept.map((pair) => pair.trim()).join('; ') : undefined;
}
