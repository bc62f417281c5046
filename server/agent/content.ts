/**
 * The bytes of a file, over HTTP. Small files are read before the headers are sent, so that the length is true for the
 * files of /proc and /sys too; large ones are streamed, as fast as they are taken and no further than they are wanted.
 */
import type { BigIntStats } from 'node:fs';
import { constants, type FileHandle, open, stat } from 'node:fs/promises';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { problem } from '../../protocol/problem.ts';
import { attachment, type Validators, wantedOf } from './content-request.ts';
import { contentTypeOf } from './mime.ts';
import { isFolder, notRegular, ProblemError } from './problems.ts';

const smallBytes = 64 * 1024;
const chunkBytes = 256 * 1024;

export interface ContentRequest {
  path: string;
  headers: IncomingHttpHeaders;
  head: boolean;
  /** As an attachment. */
  download: boolean;
}

/**
 * Answers on `response`, wholly.
 * @throws what opening the file throws, and ProblemError, before anything was sent
 */
export async function sendContent(request: ContentRequest, response: ServerResponse): Promise<void> {
  const file = await openRegular(request.path);
  try {
    const stats = await file.stat({ bigint: true });
    expectRegular(stats);
    const small = stats.size <= smallBytes ? await readSmall(file) : undefined;
    const size = small?.length ?? (stats.size > smallBytes ? Number(stats.size) : undefined);
    await send(request, response, file, {
      small,
      size,
      validators:
        size === Number(stats.size)
          ? {
              etag: `"${stats.ino.toString(36)}-${stats.mtimeNs.toString(36)}-${stats.size.toString(36)}"`,
              modified: Number(stats.mtimeMs),
            }
          : undefined,
    });
  } finally {
    await file.close();
  }
}

function expectRegular(stats: BigIntStats): void {
  if (stats.isDirectory()) throw new ProblemError(isFolder);
  if (!stats.isFile()) throw new ProblemError(notRegular);
}

/** Looks before it opens, as opening a device may do something; and the opening cannot wait for a FIFO's other end. */
async function openRegular(path: string): Promise<FileHandle> {
  expectRegular(await stat(path, { bigint: true }));
  return open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
}

/** All of it, or undefined where it is longer than it says. */
async function readSmall(file: FileHandle): Promise<Buffer | undefined> {
  const buffer = Buffer.allocUnsafe(smallBytes + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) return buffer.subarray(0, length);
    length += bytesRead;
  }
  return undefined;
}

interface Content {
  small: Buffer | undefined;
  /** Undefined where it is known at the end only. */
  size: number | undefined;
  validators: Validators | undefined;
}

async function send(request: ContentRequest, response: ServerResponse, file: FileHandle, content: Content) {
  const { headers, head, download } = request;
  const { small, size, validators } = content;
  const wanted =
    size === undefined
      ? 'whole'
      : wantedOf(
          {
            range: headers.range,
            ifRange: headers['if-range'] as string | undefined,
            ifNoneMatch: headers['if-none-match'],
            ifModifiedSince: headers['if-modified-since'],
          },
          size,
          validators,
        );
  if (wanted === 'unsatisfiable') {
    throw new ProblemError(problem(416, 'no-such-range', 'The file is not that long.'), {
      'content-range': `bytes */${size}`,
    });
  }
  const name = basename(request.path);
  response.setHeader('cache-control', 'private, no-cache');
  response.setHeader('x-content-type-options', 'nosniff');
  if (validators !== undefined) {
    response.setHeader('etag', validators.etag);
    response.setHeader('last-modified', new Date(validators.modified).toUTCString());
  }
  if (wanted === 'not-modified') {
    response.writeHead(304).end();
    return;
  }
  response.setHeader('content-type', contentTypeOf(name));
  if (download) response.setHeader('content-disposition', attachment(name));
  if (size !== undefined) response.setHeader('accept-ranges', 'bytes');
  const { start, end } = wanted === 'whole' ? { start: 0, end: (size ?? Number.POSITIVE_INFINITY) - 1 } : wanted;
  const length = end - start + 1;
  if (size !== undefined) response.setHeader('content-length', length);
  if (wanted !== 'whole') response.setHeader('content-range', `bytes ${start}-${end}/${size}`);
  response.writeHead(wanted === 'whole' ? 200 : 206);
  if (head) response.end();
  else if (small !== undefined) response.end(small.subarray(start, end + 1));
  else await stream(response, file, start, length);
}

async function stream(response: ServerResponse, file: FileHandle, start: number, length: number): Promise<void> {
  const source = file.createReadStream({
    start,
    ...(Number.isFinite(length) ? { end: start + length - 1 } : {}),
    highWaterMark: chunkBytes,
    autoClose: false,
  });
  try {
    await pipeline(source, response, { end: false });
  } catch {
    // The client left, or the disk failed in the middle: a broken connection says so.
    response.destroy();
    return;
  }
  // A file that became shorter meanwhile must not look whole.
  if (Number.isFinite(length) && source.bytesRead !== length) response.destroy();
  else response.end();
}
