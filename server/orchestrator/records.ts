/**
 * What is kept of each container: one JSON file a user. Written so that a crash or a full disk leaves the old one;
 * one that cannot be read stops the start, because forgetting it could give its uid, and so its files, to another.
 */
import { readFileSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { EnsureRequest, UserId } from '../../protocol/orchestrator.ts';
import { ProcessIdentity } from '../process/identity.ts';

export const ContainerRecord = v.strictObject({
  userId: UserId,
  login: EnsureRequest.entries.login,
  isolation: v.picklist(['nspawn', 'none']),
  /** With nspawn, from its first start and for ever: whose the files are, and which uids the container's processes have. */
  owner: v.optional(
    v.strictObject({
      /** uid and gid of the files on the box, and inside the container. */
      uid: v.number(),
      /** First of the 65536 uids that the container's user namespace maps to. */
      range: v.number(),
    }),
  ),
  /** What the agent asks of each request. */
  token: v.string(),
  wanted: v.picklist(['running', 'stopped']),
  /** Unix time in ms of the last start. */
  started: v.optional(v.number()),
  /** Of the last start, the outermost first. */
  processes: v.array(ProcessIdentity),
});
export type ContainerRecord = v.InferOutput<typeof ContainerRecord>;

const uids = { first: 20_000, last: 59_999 };
/**
 * Of the uids that systemd sets aside for containers (0x00080000 to 0x6fffffff), those above what useradd gives away
 * as subordinate uids by default (100000 to 600100000).
 */
export const ranges = { first: 0x3000_0000, last: 0x6fff_0000, size: 0x1_0000 };

function lowestFree(from: { first: number; last: number }, step: number, taken: ReadonlySet<number>): number {
  for (let one = from.first; one <= from.last; one += step) if (!taken.has(one)) return one;
  throw new Error('There are no user ids left for another container.');
}

/** @param foreign uids of the box's own users */
export function allocateOwner(
  records: readonly Pick<ContainerRecord, 'owner'>[],
  foreign: ReadonlySet<number>,
): { uid: number; range: number } {
  const owners = records.flatMap(({ owner }) => owner ?? []);
  return {
    uid: lowestFree(uids, 1, new Set([...foreign, ...owners.map((one) => one.uid)])),
    range: lowestFree(ranges, ranges.size, new Set(owners.map((one) => one.range))),
  };
}

/** uids and gids of the box's own users and groups. */
export function foreignIds(): Set<number> {
  const ids = ['/etc/passwd', '/etc/group'].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => Number.parseInt(line.split(':')[2] ?? '', 10)),
  );
  return new Set(ids.filter(Number.isInteger));
}

export class Records {
  readonly #folder: string;
  readonly #records: Map<string, ContainerRecord>;

  private constructor(folder: string, records: Map<string, ContainerRecord>) {
    this.#folder = folder;
    this.#records = records;
  }

  /** @throws Error naming the file that cannot be read */
  static async open(folder: string): Promise<Records> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const records = new Map<string, ContainerRecord>();
    for (const name of await readdir(folder)) {
      if (!name.endsWith('.json')) continue;
      const path = join(folder, name);
      try {
        const record = v.parse(ContainerRecord, JSON.parse(await readFile(path, 'utf8')));
        if (name !== `${record.userId}.json`) throw new Error(`it is of the user ${record.userId}`);
        records.set(record.userId, record);
      } catch (error) {
        throw new Error(`The container record ${path} cannot be read: ${(error as Error).message}`);
      }
    }
    return new Records(folder, records);
  }

  all(): ContainerRecord[] {
    return [...this.#records.values()];
  }

  get(userId: string): ContainerRecord | undefined {
    return this.#records.get(userId);
  }

  /** Kept on disk when it resolves. */
  async put(record: ContainerRecord): Promise<void> {
    this.#records.set(record.userId, record);
    const path = join(this.#folder, `${record.userId}.json`);
    const file = await open(`${path}.new`, 'w', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(record, undefined, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
    const folder = await open(this.#folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
