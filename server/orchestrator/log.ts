/** One line a happening on stderr, for whoever runs the box: paths and what programs say belong there, not on the wire. */
export function log(what: string): void {
  process.stderr.write(`orchestrator: ${what}\n`);
}
