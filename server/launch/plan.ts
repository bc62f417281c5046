/**
 * How Porthole runs on this machine: with containers, or as the person themselves; or that it must become root first.
 * Pure, and never a choice made in silence: what is lost comes with the plan.
 */
import { isIP } from 'node:net';
import { StartError } from './settings.ts';

export type Machine = {
  root: boolean;
  /** Whether sudo makes us root, which was tried. */
  sudo: boolean;
};

export type Plan = { how: 'run'; isolation: 'nspawn' | 'none'; notice?: string } | { how: 'sudo'; notice: string };

export const whyRoot = 'Each person gets a container of their own, which needs root';
const lost = 'there are no containers: shells and files are your own, for one person, on loopback only';

export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  return isIP(host) === 4 ? host.startsWith('127.') : host === '::1';
}

/** @throws StartError where what is asked for cannot be had */
export function plan(machine: Machine, wanted: { isolation?: 'nspawn' | 'none' | undefined; host: string }): Plan {
  const none = (notice: string): Plan => {
    if (!isLoopback(wanted.host)) {
      throw new StartError(
        `--host ${wanted.host}: without containers Porthole listens on loopback only (127.0.0.1, ::1, localhost).`,
      );
    }
    return { how: 'run', isolation: 'none', notice };
  };
  if (wanted.isolation === 'none') return none(`With --isolation none ${lost}.`);
  if (machine.root) return { how: 'run', isolation: 'nspawn' };
  if (machine.sudo) {
    return { how: 'sudo', notice: `${whyRoot}: going on with sudo.` };
  }
  if (wanted.isolation === 'nspawn') {
    throw new StartError('--isolation nspawn: containers need root. Start Porthole as root, or as someone with sudo.');
  }
  return none(`Without root ${lost}.`);
}
