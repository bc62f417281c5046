/** How often one address may fail to sign in: 10 times a minute. Success costs nothing. */
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { problem } from '../../../protocol/problem.ts';
import { ProblemError } from '../http/problems.ts';

const points = 10;

export class SignInLimit {
  readonly #failures = new RateLimiterMemory({ points, duration: 60 });

  /** @throws ProblemError 429 */
  async check(address: string): Promise<void> {
    const state = await this.#failures.get(address);
    if (!state || (state.consumedPoints ?? 0) < points) return;
    const seconds = Math.max(1, Math.ceil((state.msBeforeNext ?? 0) / 1000));
    throw new ProblemError(
      problem(429, 'too-many-attempts', 'Too many sign-ins failed.', `Wait ${seconds} seconds, then try again.`),
      { headers: { 'retry-after': String(seconds) } },
    );
  }

  async failed(address: string): Promise<void> {
    await this.#failures.penalty(address);
  }
}
