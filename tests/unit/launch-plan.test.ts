import { describe, expect, test } from 'vitest';
import { isLoopback, plan } from '../../server/launch/plan.ts';
import { restartDelay } from '../../server/launch/service.ts';

const local = { host: '127.0.0.1' };

describe('how it runs', () => {
  test('root has containers, and says nothing of it', () => {
    expect(plan({ root: true, sudo: false }, local)).toEqual({ how: 'run', isolation: 'nspawn' });
    expect(plan({ root: true, sudo: false }, { host: '0.0.0.0' })).toMatchObject({ isolation: 'nspawn' });
  });

  test('someone with sudo becomes root, and is told why', () => {
    expect(plan({ root: false, sudo: true }, local)).toEqual({ how: 'sudo', notice: expect.stringContaining('root') });
  });

  test.each([
    [{ root: false, sudo: false }, local],
    [
      { root: false, sudo: true },
      { ...local, isolation: 'none' as const },
    ],
    [
      { root: true, sudo: false },
      { ...local, isolation: 'none' as const },
    ],
  ])('without containers it is said what is lost: %j %j', (machine, wanted) => {
    expect(plan(machine, wanted)).toEqual({
      how: 'run',
      isolation: 'none',
      notice: expect.stringContaining(
        'there are no containers: shells and files are your own, for one person, on loopback only',
      ),
    });
  });

  test('containers without root are refused', () => {
    expect(() => plan({ root: false, sudo: false }, { ...local, isolation: 'nspawn' })).toThrow(/need root/);
  });

  test('without containers nothing but loopback', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.2', 'box.lan', '127.evil.test']) {
      expect(isLoopback(host)).toBe(false);
      expect(() => plan({ root: false, sudo: false }, { host })).toThrow(`--host ${host}`);
      expect(() => plan({ root: true, sudo: false }, { host, isolation: 'none' })).toThrow(`--host ${host}`);
    }
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) expect(isLoopback(host)).toBe(true);
  });
});

test('restarts wait longer and longer, up to 10 s', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 100].map(restartDelay)).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});
