/** The login name that a person's container is wished to have, from their e-mail address. Pure. */

/** Names that stand for the system's own. */
const reserved = new Set([
  'root',
  'daemon',
  'bin',
  'sys',
  'sync',
  'games',
  'man',
  'mail',
  'news',
  'nobody',
  'messagebus',
]);

/** `Ada.Lovelace@example.org` becomes `ada-lovelace`. Always a valid login name. */
export function loginFrom(email: string): string {
  const at = email.lastIndexOf('@');
  const login = (at < 0 ? email : email.slice(0, at))
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z_]+/, '')
    .slice(0, 31)
    .replace(/-+$/, '');
  return login === '' || reserved.has(login) ? 'user' : login;
}
