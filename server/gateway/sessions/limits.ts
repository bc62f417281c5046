/**
 * How often one address may fail to sign in: 10 times a minute. Success costs nothing. An address that may be a proxy's
 * has no limit: whoever fails behind it would lock everybody out, while tokens of 256 bits are not guessed anyhow.
 */
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { problem } from '../../../protocol/problem.ts';
import { ProblemError } from '../http/problems.ts';
import type { ClientAddress } from '../policy/address.ts';

const points = 10;

export class SignInLimit {
  readonly #failures = new RateLimiterMemory({ points, duration: 60 });

  /** @throws ProblemError 429 */
  async check({ address, certain }: ClientAddress): Promise<void> {
    if (!certain) return;
    const state = await this.#failures.get(address);
    if (!state || (state.consumedPoints ?? 0) < points) return;
    const seconds = Math.max(1, Math.ceil((state.msBeforeNext ?? 0) / 1000));
    throw new ProblemError(
      problem(429, 'too-many-attempts', 'Too many sign-ins failed.', `Wait ${seconds} seconds, then try again.`),
      { headers: { 'retry-after': String(seconds) } },
    );
  }

  async failed({ address, certain }: ClientAddress): Promise<void> {
    if (certain) await this.#failures.penalty(address);
  }
}
