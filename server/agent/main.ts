/**
 * The agent: a person's own hands inside their container. It opens their shells and reads their files as them, for
 * whoever has its token, on a unix socket. It outlives gateway and orchestrator, and nothing that one terminal or one
 * request does ends it. See protocol/agent.ts for what it is asked, DESIGN.md for where it stands.
 *
 * Started with its configuration in the environment variable PORTHOLE_AGENT. Says nothing unless something is wrong.
 */
import * as v from 'valibot';
import { AgentConfig, agentConfigVariable } from '../../protocol/agent.ts';
import { loadIoctl } from './ioctl.ts';
import { startAgent } from './server.ts';

function log(error: unknown): void {
  process.stderr.write(`agent: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

function fail(sentence: string): never {
  process.stderr.write(`agent: ${sentence}\n`);
  process.exit(1);
}

function readConfig(): AgentConfig {
  const text = process.env[agentConfigVariable];
  // Shells inherit the environment; the token is none of theirs.
  delete process.env[agentConfigVariable];
  try {
    return v.parse(AgentConfig, JSON.parse(text ?? ''));
  } catch {
    return fail(`${agentConfigVariable} must be set to the agent's configuration as JSON.`);
  }
}

process.stderr.on('error', () => {}); // whoever read it may be gone
process.on('uncaughtException', log);
process.on('unhandledRejection', log);

const config = readConfig();
const agent = await startAgent(config, log).catch((error) =>
  fail(`cannot listen on ${config.socket}: ${error.message}.`),
);

let ending = false;
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (ending) return;
    ending = true;
    agent.close().then(() => process.exit(0));
  });
}

// Ready for the first shell before it is asked for.
loadIoctl().catch(log);
