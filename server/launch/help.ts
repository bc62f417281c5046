/** What `porthole help` prints. */
import { flagOf, variableOf } from './settings.ts';

const settings = [
  ['port', 'N', 'port of the desktop (7080)'],
  ['host', 'ADDRESS', 'address to listen on (127.0.0.1)'],
  ['domain', 'NAME', "the desktop's host name; apps are one label below it (localhost)"],
  ['publicUrl', 'URL', 'address as browsers see it, behind a reverse proxy'],
  ['state', 'FOLDER', 'everything that is kept (/var/lib/porthole; ~/.local/share/porthole without root)'],
  ['isolation', 'nspawn|none', 'a container for each person, or none (nspawn as root)'],
  ['orchestratorPort', 'N', "the orchestrator's port on 127.0.0.1; 0: none (9000)"],
  ['apps', 'NAME=URL,...', 'where web apps listen; NAME=off leaves one out'],
] as const;

export function help(): string {
  const lines = settings.map(([name, value, text]) => `  ${`${flagOf(name)} ${value}`.padEnd(26)}${text}`);
  return `Porthole: a homelab desktop that lives at a URL.

  porthole start [SETTING ...] [--stop-containers]
      Starts it, and prints the address. Ctrl-C stops it; people's containers
      live on, unless --stop-containers is given.
  porthole user add EMAIL | list | remove EMAIL | link EMAIL
      Users. \`add\` and \`link\` print an address that signs in once.
  porthole help | --version

Settings, as a flag, as an environment variable (${variableOf('port')}=8080), or in
porthole.config.json in the state folder ({"port": 8080}); the first of these counts.

${lines.join('\n')}
`;
}
