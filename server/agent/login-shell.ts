/** How a person's shell is started: as a login shell that sees nothing of the agent. */
import { access, constants, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { AgentConfig, TerminalRequest } from '../../protocol/agent.ts';
import type { PtyOptions } from './pty.ts';

/** Of the agent's own environment, what a person's programs go by too. */
const inherited = ['LANG', 'LANGUAGE', 'LC_ALL', 'TZ'];

export function shellEnvironment(
  config: Pick<AgentConfig, 'shell' | 'home'>,
  user: string,
  own: NodeJS.ProcessEnv,
): Record<string, string> {
  const environment: Record<string, string> = {
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    LANG: 'C.UTF-8',
    HOME: config.home,
    USER: user,
    LOGNAME: user,
    SHELL: config.shell,
    // Until /etc/profile says otherwise.
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  };
  for (const name of inherited) {
    const value = own[name];
    if (value) environment[name] = value;
  }
  return environment;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.()); // a user whom /etc/passwd does not name
  }
}

async function usable(directory: string | undefined): Promise<boolean> {
  if (directory === undefined || !directory.startsWith('/') || directory.includes('\0')) return false;
  try {
    await access(directory, constants.X_OK);
    return (await stat(directory)).isDirectory();
  } catch {
    return false;
  }
}

export async function loginShell(config: AgentConfig, request: TerminalRequest): Promise<PtyOptions> {
  let directory = '/';
  for (const wanted of [request.directory, config.home]) {
    if (wanted !== undefined && (await usable(wanted))) {
      directory = wanted;
      break;
    }
  }
  return {
    file: config.shell,
    args: ['-l'],
    env: shellEnvironment(config, userName(), process.env),
    directory,
    columns: request.columns,
    rows: request.rows,
  };
}
