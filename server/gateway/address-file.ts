/**
 * The shell's origin as the gateway last served it, in its state folder: `porthole user` is started without the flags
 * that Porthole was started with, and must print links that lead there all the same.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { Settings, shellOrigin } from '../../protocol/settings.ts';

const fileOf = (state: string) => join(state, 'shell-origin');

export function writeShellOrigin(state: string, shell: string): void {
  const file = fileOf(state);
  // Whole or not at all: it may be read at any moment.
  writeFileSync(`${file}.new`, `${shell}\n`);
  renameSync(`${file}.new`, file);
}

function servedOrigin(state: string): string | undefined {
  try {
    const shell = readFileSync(fileOf(state), 'utf8').trim();
    return URL.canParse(shell) && new URL(shell).origin === shell ? shell : undefined;
  } catch {
    // Porthole has not run here yet.
    return undefined;
  }
}

/** Where nothing was set. */
const unset = shellOrigin(v.parse(Settings, {}));

/** Where links lead: as the command itself was told, and else where the gateway last served. */
export function linkOrigin(state: string, settings: Pick<Settings, 'domain' | 'port' | 'publicUrl'>): string {
  const told = shellOrigin(settings);
  return told === unset ? (servedOrigin(state) ?? told) : told;
}
