/**
 * What the tests need of the machine: root, because they start Porthole with its containers; and beyond npm's packages,
 * from Debian, a browser and a web app to open. Says what it installs, and why it becomes root.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { becomeRoot, canSudo } from '../server/launch/tools.ts';

/** Where tests and benchmarks write in the checkout. */
const written = ['node_modules/.vite', 'tests/e2e/results', 'bench/results'];

/**
 * As root says nothing. Otherwise goes on with sudo in this process's place, as `npm start` does, and does not return.
 * @param script what to start again as root; in the checkout, which is the working folder
 * @returns false where there is no sudo for us: what to run, was said.
 */
export function needRoot(script: string): boolean {
  if (process.getuid?.() !== 0) {
    const why = "The tests start people's containers, which needs root";
    const say = (line: string) => console.error(`tests: ${line}`);
    if (!canSudo(why, say)) {
      say(`${why}: run this as root, or as someone with sudo.`);
      say('Without root: npm run check, and sh bin/node node_modules/.bin/vitest run --project unit');
      return false;
    }
    say(`${why}: going on with sudo.`);
    becomeRoot(script, process.argv.slice(2));
  }
  // What root writes in a person's checkout is that person's, so that they can write there too.
  const { uid, gid } = statSync('.');
  if (uid !== 0) {
    process.on('exit', () => {
      const there = written.filter((folder) => existsSync(folder));
      if (there.length > 0) spawnSync('chown', ['-R', '-h', `${uid}:${gid}`, '--', ...there], { stdio: 'inherit' });
    });
  }
  return true;
}

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

/** As root. @returns false where something is missing and could not be installed: what, was said. */
export function installTools(): boolean {
  const missing = needed.filter(({ file }) => !existsSync(file));
  if (missing.length === 0) return true;
  for (const { package: name, why } of missing) console.error(`tests: installing ${name} (Debian): ${why}.`);
  const packages = missing.map((one) => one.package);
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
