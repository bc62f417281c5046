/** What the orchestrator is started with, as JSON in the environment variable `PORTHOLE_ORCHESTRATOR`. */
import * as v from 'valibot';

const folder = v.pipe(v.string(), v.startsWith('/'));

export const OrchestratorConfig = v.object({
  settings: v.object({
    state: folder,
    isolation: v.picklist(['nspawn', 'none']),
    orchestratorPort: v.number(),
  }),
  /** Its own folder: records, root trees, logs. */
  state: folder,
  /** Folder of the sockets: its own, and one folder below `agents` for each container. */
  run: folder,
  /** Folder with `node`, `agent.mjs` and `node_modules`. */
  release: folder,
  /** SHA-256 of the bearer token, hex. */
  tokenHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  /** Group that may reach the sockets; null: the orchestrator's own. */
  gatewayGid: v.nullable(v.number()),
});
export type OrchestratorConfig = v.InferOutput<typeof OrchestratorConfig>;
