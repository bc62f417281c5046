/** Names everything that the build is made of: the same name, the same build. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = [
  'icons',
  'manifests',
  'package-lock.json',
  'protocol',
  'server',
  'shell',
  'tsconfig.base.json',
  'vite.config.ts',
  'workers',
];

function files(root: string, path: string): string[] {
  try {
    return readdirSync(join(root, path), { withFileTypes: true })
      .filter(({ name }) => name !== 'node_modules' && !name.startsWith('.'))
      .flatMap((entry) => (entry.isDirectory() ? files(root, join(path, entry.name)) : [join(path, entry.name)]));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [path];
    throw error;
  }
}

/** @param root the checkout @returns 16 hex digits */
export function sourceHash(root: string): string {
  const hash = createHash('sha256').update(JSON.stringify([process.version, process.arch]));
  for (const path of sources.flatMap((source) => files(root, source)).sort()) {
    const bytes = readFileSync(join(root, path));
    hash.update(JSON.stringify([path, bytes.length])).update(bytes);
  }
  return hash.digest('hex').slice(0, 16);
}
