/** Absolute POSIX paths as Files shows and edits them. */

export interface Crumb {
  /** What the button says. */
  name: string;
  path: string;
}

export function join(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

/** The folder that holds it; undefined for the root. */
export function parent(path: string): string | undefined {
  if (path === '/') return undefined;
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** Its last part; `/` for the root. */
export function baseName(path: string): string {
  return path === '/' ? '/' : path.slice(path.lastIndexOf('/') + 1);
}

export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

/** From the home where the path lies in it, from the root otherwise; never empty. */
export function crumbs(path: string, home: string): Crumb[] {
  const first: Crumb = isInside(path, home) ? { name: 'Home', path: home } : { name: '/', path: '/' };
  const rest = path.slice(first.path === '/' ? 1 : first.path.length + 1);
  const parts = rest === '' ? [] : rest.split('/');
  const all = [first];
  let at = first.path;
  for (const name of parts) {
    at = join(at, name);
    all.push({ name, path: at });
  }
  return all;
}

/** The absolute, normalised path that a person means who types `typed` in `folder`: `~`, `..` and relative ones too. */
export function resolve(typed: string, folder: string, home: string): string {
  const asked = typed.trim();
  const absolute =
    asked === '~' || asked.startsWith('~/')
      ? home + asked.slice(1)
      : asked.startsWith('/')
        ? asked
        : join(folder, asked);
  const parts: string[] = [];
  for (const part of absolute.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
