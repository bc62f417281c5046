/** Whoever runs `porthole user` as root acts as the gateway, so that no file of the store becomes root's. */
import { statSync } from 'node:fs';
import { StartError } from '../config.ts';

/** @throws StartError when there is no state folder */
export function becomeOwner(state: string): void {
  const owner = statSync(state, { throwIfNoEntry: false });
  if (!owner) throw new StartError(`There is no Porthole in ${state} yet: start it once with \`npm start\`.`);
  if (process.getuid?.() !== 0 || owner.uid === 0) return;
  process.setgroups?.([owner.gid]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
}
