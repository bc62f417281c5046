/** One line a happening on stderr, for whoever runs the box. Never a secret, never a token. */
export function log(what: string, error?: unknown): void {
  const why = error === undefined ? '' : `: ${error instanceof Error ? error.message : String(error)}`;
  process.stderr.write(`gateway: ${what}${why}\n`);
}

/** An error nobody foresaw: with its stack, which is for the log alone and never for the wire. */
export function logUnexpected(where: string, error: unknown): void {
  process.stderr.write(
    `gateway: ${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
}
