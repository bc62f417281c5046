/** `serve`: one line of JSON on stdout when it is ready, or why it is not; ends on SIGTERM and SIGINT. */
import type { Manifest } from '../../../protocol/manifest.ts';
import { StartError, takeConfig } from '../config.ts';
import { type Gateway, startGateway } from '../gateway.ts';
import { log, logUnexpected } from '../log.ts';

const say = (line: Record<string, unknown>) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Resolves with the exit code when it was stopped. */
export async function serve(environment: NodeJS.ProcessEnv, manifests: readonly Manifest[]): Promise<number> {
  const stop = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  let gateway: Gateway;
  try {
    gateway = await startGateway(takeConfig(environment), manifests);
  } catch (error) {
    if (!(error instanceof StartError)) logUnexpected('it could not start', error);
    say({ error: error instanceof Error ? error.message : String(error) });
    return 1;
  }
  // One request's mistake is not the end of everybody's.
  process.on('unhandledRejection', (error) => logUnexpected('unforeseen', error));
  say({ ready: true, url: gateway.url });
  await stop;
  log('stopping');
  await gateway.close();
  return 0;
}
