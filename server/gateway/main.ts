/**
 * The gateway: who are you, may you, pass the bytes. The only process that listens on the network; not root.
 *
 * It promises that nothing is answered before the asked host, the asking origin, the session and its role were looked
 * at, for every request and every upgrade; that no cookie or secret of its own reaches an app or an agent; that no
 * byte of theirs is run in its own origin; and that when a session ends, all that it held open ends with it.
 *
 * `serve` runs it; `user add|list|remove|link` look after its users, also while it runs.
 */
import { parseArgs } from 'node:util';
import { manifests } from '../../manifests/index.ts';
import { serve } from './cli/serve.ts';
import { UsageError, user } from './cli/user.ts';
import { StartError, takeConfig } from './config.ts';
import { logUnexpected } from './log.ts';

process.umask(0o077);

async function main(): Promise<number> {
  const [command, ...rest] = process.argv.slice(2);
  if (command === 'serve') {
    parseArgs({ args: rest });
    return serve(process.env, manifests);
  }
  if (command !== 'user') throw new UsageError(`Unknown command ${command ?? '(none)'}: say serve or user.`);
  const config = takeConfig(process.env);
  process.stdout.write(await user(config, rest));
  return 0;
}

/** Exit 2: it was asked wrongly; 1: it could not be done. */
try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`porthole: ${error.message}\n`);
    process.exitCode = error.exitCode;
  } else if (error instanceof StartError) {
    process.stderr.write(`porthole: ${error.message}\n`);
    process.exitCode = 1;
  } else {
    logUnexpected('it could not go on', error);
    process.exitCode = 1;
  }
}
