/**
 * The agent's HTTP API on its unix socket; the page reaches it through the gateway under `/agent`.
 *
 *   GET    /health                        204
 *   GET    /alive                         an answer that lasts as long as the agent does
 *   GET    /files?path=P                  a folder (without path: the home)
 *   GET    /files/content?path=P          a file's bytes, ranges included; &download: as an attachment
 *   GET    /terminals                     all terminals
 *   POST   /terminals                     a new one
 *   DELETE /terminals/:id                 hang it up
 *   GET    /terminals/:id/socket?from=N   WebSocket, see terminal.ts
 *
 * Each request carries `agentTokenHeader`; without the right one: 401.
 */
import * as v from 'valibot';

/** Added by gateway and orchestrator, never accepted from a browser. */
export const agentTokenHeader = 'x-porthole-agent-token';

/** What the agent is started with, as JSON in the environment variable of this name. */
export const agentConfigVariable = 'PORTHOLE_AGENT';
export const AgentConfig = v.object({
  /** Path of the unix socket to listen on. */
  socket: v.string(),
  token: v.string(),
  /** Login shell. */
  shell: v.string(),
  home: v.string(),
});
export type AgentConfig = v.InferOutput<typeof AgentConfig>;

export const FileKind = v.picklist(['directory', 'file', 'other']);
export type FileKind = v.InferOutput<typeof FileKind>;

export const DirectoryEntry = v.object({
  name: v.string(),
  /** Of what a symbolic link points to, where it points to something. */
  kind: FileKind,
  /** Bytes; 0 for what is no file. */
  size: v.number(),
  /** Unix time in ms. */
  modified: v.number(),
  /** MIME type by the name's ending; `inode/directory` for folders. */
  mime: v.string(),
  /** Where a symbolic link points. */
  link: v.optional(v.string()),
  /** A symbolic link whose target is missing. */
  broken: v.optional(v.boolean()),
});
export type DirectoryEntry = v.InferOutput<typeof DirectoryEntry>;

export const Directory = v.object({
  /** Absolute, normalised. */
  path: v.string(),
  home: v.string(),
  /** In no particular order. */
  entries: v.array(DirectoryEntry),
});
export type Directory = v.InferOutput<typeof Directory>;

const cells = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000));

export const TerminalRequest = v.strictObject({
  columns: cells,
  rows: cells,
  /** Absolute path to start in; the home where it is left out or gone. */
  directory: v.optional(v.string()),
});
export type TerminalRequest = v.InferOutput<typeof TerminalRequest>;

export const TerminalInfo = v.object({
  id: v.string(),
  /** Unix time in ms. */
  started: v.number(),
  /** Bytes of output so far. */
  offset: v.number(),
  /** Someone looks at it now. */
  attached: v.boolean(),
  exit: v.optional(v.object({ code: v.number(), signal: v.number() })),
});
export type TerminalInfo = v.InferOutput<typeof TerminalInfo>;

/** WebSocket close code for a terminal that the agent does not know (any more). */
export const unknownTerminal = 4404;
