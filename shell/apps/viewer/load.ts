/** A file's bytes, with progress, up to a limit. */
import { problem } from '../../../protocol/problem.ts';
import { GatewayError, request } from '../../gateway.ts';
import { contentUrl } from '../../parts/content.ts';

export type Loaded =
  | { kind: 'bytes'; bytes: Uint8Array }
  /** More than the limit; `size` where the box says how much. */
  | { kind: 'too-large'; size: number | undefined };

/** @throws GatewayError, and AbortError; `progress` is told bytes so far and in all, where that is known. */
export async function loadBytes(
  path: string,
  limit: number,
  signal: AbortSignal,
  progress: (loaded: number, size: number | undefined) => void,
): Promise<Loaded> {
  const stop = new AbortController();
  const response = await request(contentUrl(path), { signal: AbortSignal.any([signal, stop.signal]) });
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const size = Number.isFinite(length) ? length : undefined;
  if (size !== undefined && size > limit) {
    stop.abort();
    return { kind: 'too-large', size };
  }
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body?.getReader();
  const read = async () =>
    reader?.read().catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new GatewayError(problem(0, 'offline', 'The box stopped answering in the middle of the file.'));
    });
  for (let next = await read(); next && !next.done; next = await read()) {
    chunks.push(next.value);
    loaded += next.value.length;
    if (loaded > limit) {
      stop.abort();
      return { kind: 'too-large', size };
    }
    progress(loaded, size);
  }
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { kind: 'bytes', bytes };
}

/** Why the browser could not show what is at `path`: throws as `request` does; nothing where the box gives it. */
export async function probe(path: string, signal: AbortSignal): Promise<void> {
  await request(contentUrl(path), { signal, headers: { range: 'bytes=0-0' } });
}
