/**
 * The agent's routes; see protocol/agent.ts.
 * On Node's own HTTP server: what speaks Request and Response costs 25 to 45 ms of each container's start.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as v from 'valibot';
import { type AgentConfig, agentTokenHeader, type Directory, TerminalRequest } from '../../protocol/agent.ts';
import { problem } from '../../protocol/problem.ts';
import { sendContent } from './content.ts';
import { readJson, sendJson, sendNothing, sendProblem } from './http.ts';
import { listDirectory } from './listing.ts';
import { loginShell } from './login-shell.ts';
import { absolutePath, queryOf } from './paths.ts';
import { badRequest, noSuchResource, ProblemError, problemOf, unauthorised } from './problems.ts';
import type { Terminals } from './terminals.ts';

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  query: Map<string, string>;
  /** The last part of the address, where the route leaves it open. */
  id: string;
}

interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  path: RegExp;
  answer(call: Call): Promise<void> | void;
}

export function createApp(
  config: AgentConfig,
  accepted: (token: string | string[] | undefined) => boolean,
  terminals: Terminals,
  log: (error: unknown) => void,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const routes: Route[] = [
    { method: 'GET', path: /^\/health$/, answer: ({ response }) => sendNothing(response) },
    {
      method: 'GET',
      path: /^\/alive$/,
      answer({ response }) {
        response.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' });
        response.flushHeaders();
      },
    },
    {
      method: 'GET',
      path: /^\/files$/,
      async answer({ response, query }) {
        const path = absolutePath(query.get('path') ?? config.home);
        const gone = new AbortController();
        response.once('close', () => gone.abort());
        const directory: Directory = { path, home: config.home, entries: await listDirectory(path, gone.signal) };
        sendJson(response, 200, directory);
      },
    },
    {
      method: 'GET',
      path: /^\/files\/content$/,
      async answer({ request, response, query }) {
        const path = query.get('path');
        if (path === undefined) throw badRequest('It names no path.');
        const { headers, method } = request;
        const head = method === 'HEAD';
        await sendContent({ path: absolutePath(path), headers, head, download: query.has('download') }, response);
      },
    },
    { method: 'GET', path: /^\/terminals$/, answer: ({ response }) => sendJson(response, 200, terminals.list()) },
    {
      method: 'POST',
      path: /^\/terminals$/,
      async answer({ request, response }) {
        const wanted = v.safeParse(TerminalRequest, await readJson(request));
        if (!wanted.success) throw badRequest(v.summarize(wanted.issues));
        sendJson(response, 201, await terminals.open(await loginShell(config, wanted.output)));
      },
    },
    {
      method: 'DELETE',
      path: /^\/terminals\/([\w-]+)$/,
      answer({ response, id }) {
        if (!terminals.delete(id)) {
          throw new ProblemError(problem(404, 'no-such-terminal', 'This terminal has ended.'));
        }
        sendNothing(response);
      },
    },
  ];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!accepted(request.headers[agentTokenHeader])) throw new ProblemError(unauthorised);
    const url = request.url ?? '';
    const path = url.split('?', 1)[0] ?? '';
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    for (const route of routes) {
      const match = route.method === method ? route.path.exec(path) : null;
      if (match !== null) return route.answer({ request, response, query: queryOf(url), id: match[1] ?? '' });
    }
    throw new ProblemError(noSuchResource);
  }

  return async (request, response) => {
    response.on('error', () => {}); // 'close' follows
    try {
      await answer(request, response);
    } catch (error) {
      if (response.destroyed) return;
      const told = problemOf(error);
      if (told === undefined) log(error);
      sendProblem(response, told ?? new ProblemError(problem(500, 'agent-failed', 'The agent failed at this.')));
    }
  };
}
