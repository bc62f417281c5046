/**
 * Starts a container's process, detached: it outlives the orchestrator. Everything that it needs of the disk is made
 * first; what it prints goes to a file, never to a pipe that could close.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, closeSync, constants, existsSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { type AgentConfig, agentConfigVariable } from '../../protocol/agent.ts';
import type { OrchestratorConfig } from './config.ts';
import { makeHome, makeSocketFolder } from './home.ts';
import { containerHostname, nspawnArguments, socketsInside, tellingLine } from './nspawn.ts';
import { PlainError } from './plain-error.ts';
import type { ContainerRecord } from './records.ts';
import { makeRootTree } from './root-tree.ts';

/** Bytes after which a log starts anew with the next start. */
const logLimit = 256 * 1024;

export type Places = { home: string; sockets: string; socket: string; root: string; log: string };

export function placesOf(config: OrchestratorConfig, userId: string): Places {
  const sockets = join(config.run, 'agents', userId);
  return {
    home: config.settings.isolation === 'none' ? homedir() : join(config.settings.state, 'homes', userId),
    sockets,
    socket: join(sockets, 'agent.sock'),
    root: join(config.state, 'roots', userId),
    log: join(config.state, 'logs', `${userId}.log`),
  };
}

/** The folders that all containers share. */
export async function makeFolders(config: OrchestratorConfig): Promise<void> {
  for (const folder of ['roots', 'logs']) await mkdir(join(config.state, folder), { recursive: true, mode: 0o700 });
  await mkdir(join(config.run, 'agents'), { recursive: true, mode: 0o711 });
  if (config.settings.isolation === 'nspawn') {
    await mkdir(join(config.settings.state, 'homes'), { recursive: true, mode: 0o711 });
  }
}

function findNspawn(): string {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'];
  const path = folders.map((folder) => join(folder, 'systemd-nspawn')).find((file) => existsSync(file));
  if (!path) throw new PlainError('systemd-nspawn is not installed (Debian: the package systemd-container).');
  return path;
}

/** A bash where there is one: the container's own is the box's. */
function shellInside(): string {
  try {
    accessSync('/usr/bin/bash', constants.X_OK);
    return '/bin/bash';
  } catch {
    return '/bin/sh';
  }
}

export type Started = {
  process: ChildProcess;
  pid: number;
  /** What it printed since this start that says best why it ended. */
  complaint(): Promise<string | undefined>;
};

/** @throws PlainError, or what the system says, when it cannot be started */
export async function launchAgent(config: OrchestratorConfig, record: ContainerRecord): Promise<Started> {
  const places = placesOf(config, record.userId);
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  await makeSocketFolder(places.sockets, record.owner?.uid ?? own.uid, config.gatewayGid ?? own.gid);

  let command: string;
  let args: string[];
  let environment: NodeJS.ProcessEnv;
  let agent: AgentConfig;
  if (record.isolation === 'none') {
    const { shell } = userInfo();
    agent = { socket: places.socket, token: record.token, shell: shell ?? '/bin/sh', home: places.home };
    command = join(config.release, 'node');
    args = [join(config.release, 'agent.mjs')];
    environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PORTHOLE|npm)_/.test(name)));
  } else {
    if (!record.owner) throw new PlainError('The container has no user id.');
    const { uid, range } = record.owner;
    const box = containerHostname(hostname());
    await makeHome(places.home, uid);
    await makeRootTree(places.root, { login: record.login, uid, hostname: box });
    const socket = `${socketsInside}/agent.sock`;
    agent = { socket, token: record.token, shell: shellInside(), home: `/home/${record.login}` };
    command = findNspawn();
    const machine = `porthole-${record.userId}-${randomBytes(4).toString('hex')}`;
    args = nspawnArguments({ ...places, machine, login: record.login, range, hostname: box, release: config.release });
    environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: process.env['LANG'] ?? 'C.UTF-8' };
  }

  const log = openSync(places.log, 'a', 0o600);
  try {
    if (fstatSync(log).size > logLimit) ftruncateSync(log);
    const logged = fstatSync(log).size;
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: record.isolation === 'none' ? places.home : '/',
      env: { ...environment, [agentConfigVariable]: JSON.stringify(agent) },
    });
    await once(child, 'spawn');
    child.unref();
    return {
      process: child,
      pid: child.pid as number,
      complaint: async () => tellingLine((await readFile(places.log)).subarray(logged).toString()),
    };
  } catch (error) {
    throw new Error(`${command} could not be started: ${(error as Error).message}`);
  } finally {
    closeSync(log);
  }
}
