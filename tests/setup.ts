/** What the tests need beyond npm's packages, from Debian: a browser and a web app to open. Says what it installs. */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

const needed = [
  { file: '/usr/bin/chromium', package: 'chromium', why: 'the browser that the tests drive' },
  { file: '/usr/bin/prometheus', package: 'prometheus', why: 'the web app that the tests open in a window' },
  {
    file: '/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf',
    package: 'fonts-dejavu-core',
    why: "the terminal's font",
  },
  {
    file: '/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf',
    package: 'fonts-noto-core',
    why: "the desktop's font",
  },
];

/** Debian starts a daemon when its package is installed, unless this file says no; the tests run their own. */
const policy = '/usr/sbin/policy-rc.d';

/** @returns false where something is missing and could not be installed: what, was said. */
export function installTools(): boolean {
  const missing = needed.filter(({ file }) => !existsSync(file));
  if (missing.length === 0) return true;
  for (const { package: name, why } of missing) console.error(`tests: installing ${name} (Debian): ${why}.`);
  const packages = missing.map((one) => one.package);
  if (process.getuid?.() !== 0) {
    console.error(`tests: this needs root. Run: sudo apt-get install --no-install-recommends ${packages.join(' ')}`);
    return false;
  }
  const apt = (...args: string[]) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  const guard = !existsSync(policy);
  if (guard) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return apt('update') && apt('install', '-y', '--no-install-recommends', ...packages);
  } finally {
    if (guard) rmSync(policy);
  }
}
