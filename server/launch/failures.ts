/** What the system refuses, in words. */

/** By the name of the error; what stands here is something that the person can do something about. */
export const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'part of the path is a file',
  EEXIST: 'it is a file',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

/** A sentence without a stack for what the system refused; undefined for what is a mistake of ours. */
export function sentenceOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('errno' in error)) return undefined;
  const { code, path, message } = error as NodeJS.ErrnoException;
  const reason = reasons[code ?? ''];
  return reason ? `${path ?? 'A file'} cannot be written or read: ${reason}.` : `The system refused: ${message}.`;
}
