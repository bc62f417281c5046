/**
 * The command line. `porthole start` does all of its own set-up, says what it does, and keeps the two servers running;
 * `porthole user` hands on to the gateway, whose users they are.
 *
 * It promises one line on stdout when Porthole is ready (all else goes to stderr), an error that names the setting, the
 * value and the place for whatever is wrong, and that it never gives less than was asked for in silence.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from './build.ts';
import { sentenceOf } from './failures.ts';
import { help } from './help.ts';
import { prepare } from './prepare.ts';
import { fromFlags, refuseUnknown, StartError } from './settings.ts';
import { start } from './start.ts';

const say = (line: string) => process.stderr.write(`porthole: ${line}\n`);

async function main(args: string[]): Promise<number> {
  const [command, ...others] = args;
  const script = join(checkout, 'server/launch/main.ts');
  switch (command) {
    case 'start': {
      const { given, rest } = fromFlags(others);
      if (rest.includes('--help') || rest.includes('-h')) return print(help());
      refuseUnknown(rest, ['--stop-containers', '--help']);
      const prepared = await prepare(given, { serve: true, script, args, say });
      await start(prepared, { stopContainers: rest.includes('--stop-containers'), say });
      return Number(process.exitCode ?? 0);
    }
    case 'user': {
      const { given, rest } = fromFlags(others);
      const { release, gateway, gatewayEnvironment } = await prepare(given, { serve: false, script, args, say });
      const child = spawn(
        join(release, 'node'),
        ['--disable-warning=ExperimentalWarning', join(release, 'gateway.mjs'), 'user', ...rest],
        { stdio: 'inherit', env: gatewayEnvironment, cwd: release, ...gateway },
      );
      const [code] = (await once(child, 'exit')) as [number | null];
      return code ?? 1;
    }
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      return print(help());
    case '--version':
    case '-v':
      return print(`${JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')).version}\n`);
    default:
      throw new StartError(`"${command}" is not understood: start, user, help or --version.`);
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

process.umask(0o022);
// A terminal that is gone must not keep us from ending what we started.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const sentence = error instanceof StartError ? error.message : sentenceOf(error);
    if (sentence === undefined) throw error;
    say(sentence);
    process.exit(1);
  },
);
