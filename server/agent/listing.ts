/** What is in a folder. Names need not be UTF-8, entries may vanish meanwhile, links may lead nowhere. */
import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import type { DirectoryEntry, FileKind } from '../../protocol/agent.ts';
import { problem } from '../../protocol/problem.ts';
import { mimeOf } from './mime.ts';
import { ProblemError } from './problems.ts';

/** Entries that are looked at at once. */
const concurrency = 32;

/** @throws what readdir throws; ProblemError for a file */
export async function listDirectory(path: string, signal: AbortSignal): Promise<DirectoryEntry[]> {
  const found = await readdir(path, { encoding: 'buffer', withFileTypes: true }).catch(async (error) => {
    if (error.code === 'ENOTDIR' && (await stat(path)) !== undefined) {
      throw new ProblemError(problem(409, 'not-a-folder', 'This is no folder.'));
    }
    throw error;
  });
  const prefix = Buffer.from(path === '/' ? path : `${path}/`);
  const entries: DirectoryEntry[] = [];
  const rest = found.values();
  const work = async () => {
    for (const entry of rest) {
      signal.throwIfAborted();
      const described = await describe(entry, Buffer.concat([prefix, entry.name]));
      if (described !== undefined) entries.push(described);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return entries;
}

function kindOf(of: Stats | Dirent<Buffer>): FileKind {
  if (of.isDirectory()) return 'directory';
  return of.isFile() ? 'file' : 'other';
}

/** Undefined for what is gone. */
async function describe(entry: Dirent<Buffer>, path: Buffer): Promise<DirectoryEntry | undefined> {
  const name = entry.name.toString();
  const as = (kind: FileKind, stats: Stats | undefined): DirectoryEntry => ({
    name,
    kind,
    size: kind === 'file' ? (stats?.size ?? 0) : 0,
    modified: Math.round(stats?.mtimeMs ?? 0),
    mime: mimeOf(name, kind),
  });
  let own: Stats;
  try {
    own = await lstat(path);
    if (!own.isSymbolicLink()) return as(kindOf(own), own);
  } catch (error) {
    // A folder that may be listed and not entered still says what is what.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : as(kindOf(entry), undefined);
  }
  let link: string;
  try {
    link = (await readlink(path, 'buffer')).toString();
  } catch {
    return undefined;
  }
  try {
    const target = await stat(path);
    return { ...as(kindOf(target), target), link };
  } catch (error) {
    const missing = ['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '');
    return { ...as('other', own), link, ...(missing ? { broken: true } : {}) };
  }
}
