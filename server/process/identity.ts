/**
 * Which process is meant: for the two rooms that outlive each other, launch and orchestrator. A pid is given away again after its process ended; a pid together with its start time and
 * the boot that it belongs to is not. Whoever remembers a process across restarts remembers this, so that no stranger
 * is ever signalled.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';

export const ProcessIdentity = v.strictObject({
  pid: v.pipe(v.number(), v.integer(), v.minValue(2)),
  /** Clock ticks after boot: field 22 of /proc/PID/stat. */
  start: v.number(),
  /** /proc/sys/kernel/random/boot_id */
  boot: v.string(),
});
export type ProcessIdentity = v.InferOutput<typeof ProcessIdentity>;

let thisBoot: string | undefined;
/** The id of the running boot. */
export function bootId(): string {
  thisBoot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return thisBoot;
}

/** State and start time of a /proc/PID/stat line. The command in it may hold spaces and parentheses. */
export function parseStat(line: string): { state: string; start: number } | undefined {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], Number(fields[19])];
  return state && Number.isSafeInteger(start) ? { state, start } : undefined;
}

function stat(pid: number): { state: string; start: number } | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Undefined where there is no such process (any more). */
export function identify(pid: number): ProcessIdentity | undefined {
  const found = stat(pid);
  return found && { pid, start: found.start, boot: bootId() };
}

/** A zombie has ended. */
export function isAlive(of: ProcessIdentity): boolean {
  if (of.boot !== bootId()) return false;
  const found = stat(of.pid);
  return found !== undefined && found.start === of.start && found.state !== 'Z' && found.state !== 'X';
}

/** @returns whether it was alive and the signal was sent */
export function signal(of: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(of)) return false;
  try {
    return process.kill(of.pid, name);
  } catch {
    return false;
  }
}

/** Pids of the direct children. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** The uid that a process has; undefined where there is none, or where its uids are not all the same. */
export function runsAs(pid: number): number | undefined {
  try {
    const uids = readFileSync(`/proc/${pid}/status`, 'utf8')
      .match(/^Uid:\s+(.*)$/m)?.[1]
      ?.split(/\s+/);
    return uids && new Set(uids).size === 1 ? Number(uids[0]) : undefined;
  } catch {
    return undefined;
  }
}

/** What every process of the machine was started with. */
export function commandLines(): { pid: number; args: string[] }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return { pid: Number(name), args: readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0') };
      } catch {
        return [];
      }
    });
}

/** Resolves to whether all ended within `ms`. For processes that are not our children there is no event to wait for. */
export async function allEnded(of: ProcessIdentity[], ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (of.some(isAlive)) {
    if (Date.now() > deadline) return false;
    await delay(5);
  }
  return true;
}

/** Asks with SIGTERM, and after `ms` insists with SIGKILL. */
export async function end(of: ProcessIdentity[], ms: number): Promise<void> {
  for (const one of of) signal(one, 'SIGTERM');
  if (await allEnded(of, ms)) return;
  for (const one of of) signal(one, 'SIGKILL');
  await allEnded(of, 1000);
}
