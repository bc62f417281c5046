/** What `start` and `user` have in common: settings, the way to run, the state folder, a release, and what the servers are told. */
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ResolvedSettings } from '../../protocol/settings.ts';
import { type Build, build } from './build.ts';
import { plan, whyRoot } from './plan.ts';
import { publish } from './release.ts';
import { configFileName, fromEnvironment, fromFile, type Given, StartError, settle } from './settings.ts';
import { type Owner, orchestratorToken, prepareState } from './state.ts';
import { becomeRoot, canSudo, needGatewayUser, needNspawn, type Say } from './tools.ts';

export type Prepared = {
  settings: ResolvedSettings;
  build: Build;
  release: string;
  /** Whom the gateway runs as; undefined: as ourselves. */
  gateway: Owner | undefined;
  token: string;
  gatewayEnvironment: NodeJS.ProcessEnv;
  orchestratorEnvironment: NodeJS.ProcessEnv;
};

const quiet = { throwIfNoEntry: false } as const;
const isRoot = () => process.getuid?.() === 0;

function defaultState(): string {
  return isRoot() ? '/var/lib/porthole' : join(homedir(), '.local/share/porthole');
}

function readConfigFile(state: string): Given[] {
  const path = join(state, configFileName);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new StartError(`${path} cannot be read: ${(error as Error).message}.`);
  }
  return fromFile(text, path);
}

/** Our own settings are told to the servers as JSON; a shell of theirs shall not meet them. */
function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('PORTHOLE_')));
}

/** What the gateway needs of the environment: nothing of the one who starts it. */
function publicEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'LANG', 'TZ'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/**
 * May not return, but go on as root in this process's place.
 * @param given the flags
 * @param serve whether servers will run: else nothing is installed for them, and nothing said of how
 * @param script and `args`: what to start again as root
 * @throws StartError
 */
export async function prepare(
  given: Given[],
  { serve, script, args, say }: { serve: boolean; script: string; args: readonly string[]; say: Say },
): Promise<Prepared> {
  const variables = fromEnvironment(process.env);
  const wanted = settle(given, variables);
  const root = isRoot();
  // As root the file lies elsewhere: it is read when we are.
  // Who keeps a state folder of their own looks after its users themselves.
  const own =
    !serve && !root && statSync(join(wanted.state ?? defaultState(), 'gateway'), quiet)?.uid === process.getuid?.();
  const machine = { root, sudo: !root && !own && wanted.isolation !== 'none' && canSudo(whyRoot, say) };
  const early = plan(machine, { isolation: wanted.isolation, host: wanted.host });
  if (early.how === 'sudo') {
    // The checkout's owner builds in it, not root.
    await build(say);
    say(early.notice);
    becomeRoot(script, args);
  }
  const state = wanted.state ?? defaultState();
  const settled = settle(given, variables, readConfigFile(state));
  const how = plan({ root, sudo: false }, { isolation: settled.isolation, host: settled.host });
  if (how.how === 'sudo') throw new StartError('Containers need root.');
  if (serve && how.notice) say(how.notice);
  if (serve && how.isolation === 'nspawn') needNspawn(say);
  const gateway = root ? needGatewayUser(say) : undefined;

  const settings: ResolvedSettings = { ...settled, state, isolation: how.isolation };
  prepareState(state, gateway);
  const built = await build(say);
  const release = publish(built, state);
  const { token, hash } = orchestratorToken(state, gateway);
  const run = join(state, 'run');
  const gatewayConfig = {
    settings,
    state: join(state, 'gateway'),
    shell: join(release, 'shell'),
    build: built.hash,
    orchestrator: { socket: join(run, 'orchestrator.sock'), token },
  };
  const orchestratorConfig = {
    settings,
    state: join(state, 'orchestrator'),
    run,
    release,
    tokenHash: hash,
    gatewayGid: gateway?.gid ?? null,
  };
  return {
    settings,
    build: built,
    release,
    gateway,
    token,
    gatewayEnvironment: { ...publicEnvironment(), PORTHOLE_GATEWAY: JSON.stringify(gatewayConfig) },
    orchestratorEnvironment: {
      ...withoutSettings(process.env),
      PORTHOLE_ORCHESTRATOR: JSON.stringify(orchestratorConfig),
    },
  };
}
