/** `porthole start`: both servers, until a signal says stop. */
import { join } from 'node:path';
import { end, type ProcessIdentity } from '../process/identity.ts';
import { HeldError, Lock } from './lock.ts';
import type { Prepared } from './prepare.ts';
import { prune } from './release.ts';
import { type Ready, Service } from './service.ts';
import { StartError } from './settings.ts';
import { stopContainers } from './stop-containers.ts';
import type { Say } from './tools.ts';

/** ms that what a killed launcher left behind has to end */
const endWithin = 5_000;

function takeLock(state: string): Lock {
  try {
    return Lock.take(join(state, 'lock'));
  } catch (error) {
    if (!(error instanceof HeldError)) throw error;
    throw new StartError(
      `Porthole already runs on the state folder ${state} (process ${error.pid}): stop it first, or choose another folder with --state.`,
    );
  }
}

/** Resolves with the first signal that asks us to end. */
function untilAsked(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    // Ctrl-C reaches us more than once when npm passes it on: further ones change nothing.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve);
  });
}

/**
 * Prints where Porthole is: when it is ready first, and again where a gateway that was started anew has another link that
 * signs in, because that one voids the one before.
 */
export function announcer(print: (line: string) => void): (ready: Ready) => void {
  let last: string | undefined;
  return ({ url }) => {
    if (url === undefined || url === last || (last !== undefined && !url.includes('#token='))) return;
    last = url;
    print(`Porthole is ready: ${url}\n`);
  };
}

/** Resolves when all is stopped. @throws StartError when it does not start */
export async function start(prepared: Prepared, options: { stopContainers: boolean; say: Say }): Promise<void> {
  const { settings, release, token } = prepared;
  const { say } = options;
  const asked = untilAsked();
  const lock = takeLock(settings.state);
  const children = new Map<string, ProcessIdentity>();
  const service = (
    name: 'gateway' | 'orchestrator',
    args: string[],
    environment: NodeJS.ProcessEnv,
    onReady?: (ready: Ready) => void,
  ) =>
    new Service({
      name,
      command: join(release, 'node'),
      args: ['--disable-warning=ExperimentalWarning', join(release, `${name}.mjs`), ...args],
      environment,
      cwd: release,
      owner: name === 'gateway' ? prepared.gateway : undefined,
      say,
      onReady,
      onProcess: (identity) => {
        children.set(name, identity);
        lock.nameChildren([...children.values()]);
      },
    });
  const orchestrator = service('orchestrator', [], prepared.orchestratorEnvironment);
  const announce = announcer((line) => process.stdout.write(line));
  const gateway = service('gateway', ['serve'], prepared.gatewayEnvironment, announce);
  try {
    if (lock.leftBehind.length > 0) {
      say('Ending what a Porthole that was killed left behind.');
      await end(lock.leftBehind, endWithin);
    }
    prune(settings.state, release);
    const started = (async () => {
      await orchestrator.start();
      await gateway.start();
    })();
    // Asked to end while it starts, what fails to start then is nobody's concern.
    started.catch(() => {});
    await Promise.race([started, asked]);
    await asked;
    if (options.stopContainers) {
      await gateway.stop();
      try {
        const count = await stopContainers(join(settings.state, 'run/orchestrator.sock'), token);
        say(`Stopped ${count} container${count === 1 ? '' : 's'}.`);
      } catch (error) {
        say(`The containers could not all be stopped: ${(error as Error).message}`);
        process.exitCode = 1;
      }
    }
  } finally {
    await gateway.stop();
    await orchestrator.stop();
    lock.release();
  }
}
