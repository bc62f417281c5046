/**
 * How a container is started: systemd-nspawn with a user namespace of its own, no capabilities, no network but `lo`,
 * a read-only system and the person's home. What each flag is for stands beside it; the tests look from inside.
 */
import { agentConfigVariable } from '../../protocol/agent.ts';

export type NspawnContainer = {
  /** Names this start: systemd-nspawn keeps folders in /run by it, and refuses those that a killed one left. */
  machine: string;
  login: string;
  /** First uid of its user namespace. */
  range: number;
  hostname: string;
  /** Folders on the box. */
  root: string;
  home: string;
  sockets: string;
  release: string;
};

/** Where the socket folder is inside. */
export const socketsInside = '/run/porthole';
/** uids (and gids) that each container has. */
const rangeSize = 65_536;

/** A path as systemd-nspawn reads it where a colon would end it. */
const escaped = (path: string) => path.replace(/[\\:]/g, '\\$&');

/** The agent's configuration is taken from the environment of systemd-nspawn: on a command line everyone could read it. */
export function nspawnArguments(of: NspawnContainer): string[] {
  return [
    '--quiet',
    // It must work with another PID 1 than systemd, and the container outlives the unit that it was started in.
    '--register=no',
    '--keep-unit',
    '--timezone=off',
    '--resolv-conf=off',
    `--private-users=${of.range}:${rangeSize}`,
    '--private-users-ownership=map',
    '--private-network',
    '--no-new-privileges=yes',
    '--drop-capability=all',
    '--read-only',
    '--tmpfs=/tmp:mode=1777,nosuid',
    '--tmpfs=/var/tmp:mode=1777,nosuid',
    '--bind-ro=/usr',
    // May hold what the box's owner would not share.
    '--tmpfs=/usr/local:mode=0755,size=4k,ro',
    `--bind-ro=${escaped(of.release)}:/opt/porthole`,
    `--bind=${escaped(of.home)}:/home/${of.login}:idmap`,
    `--bind=${escaped(of.sockets)}:${socketsInside}:idmap`,
    '--as-pid2',
    '--console=pipe',
    `--hostname=${of.hostname}`,
    `--machine=${of.machine}`,
    `--directory=${of.root}`,
    `--user=${of.login}`,
    `--chdir=/home/${of.login}`,
    `--setenv=${agentConfigVariable}`,
    '/opt/porthole/node',
    '/opt/porthole/agent.mjs',
  ];
}

/** A host name that systemd-nspawn takes, for the prompt: the first label of the box's own. */
export function containerHostname(box: string): string {
  const label = box
    .split('.')[0]
    ?.toLowerCase()
    .replace(/[^a-z0-9-]/g, '')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
  return label || 'box';
}

/** Lines that say nothing of why it ended. */
const noise = [
  /^\s*$/,
  /^\s+at /,
  /^Node\.js v/,
  /^Attempted to remove disk file system/,
  /^Container porthole-[\w-]+ (terminated by signal|failed with error code)/,
];

/** The line of a log that says best why a start failed: the last one that speaks of an error, or the last one. */
export function tellingLine(log: string): string | undefined {
  const lines = log
    .split('\n')
    .filter((line) => !noise.some((pattern) => pattern.test(line)))
    .map((line) => line.trim().slice(0, 300));
  return lines.findLast((line) => /error|fail|cannot|refused|denied|not permitted|invalid/i.test(line)) ?? lines.at(-1);
}
