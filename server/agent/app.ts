/** The agent's routes. See protocol/agent.ts. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as v from 'valibot';
import { type AgentConfig, agentTokenHeader, type Directory, TerminalRequest } from '../../protocol/agent.ts';
import { problem } from '../../protocol/problem.ts';
import { sendContent } from './content.ts';
import { listDirectory } from './listing.ts';
import { loginShell } from './login-shell.ts';
import { absolutePath, queryOf } from './paths.ts';
import { noSuchResource, ProblemError, pathProblem, problemResponse, unauthorised } from './problems.ts';
import type { Terminals } from './terminals.ts';

/** Whether a request's headers carry the token, in a time that says nothing about it. */
export function tokenCheck(token: string): (given: string | string[] | undefined) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return (given) => typeof given === 'string' && timingSafeEqual(digest(given), expected);
}

const badRequest = (detail: string) =>
  new ProblemError(problem(400, 'bad-request', 'The agent does not understand this request.', detail));

export function createApp(config: AgentConfig, terminals: Terminals, log: (error: unknown) => void) {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const accepted = tokenCheck(config.token);

  app.use(async (c, next) => {
    if (!accepted(c.env.incoming.headers[agentTokenHeader])) return problemResponse(unauthorised);
    return next();
  });
  app.onError((error) => {
    if (error instanceof ProblemError) return problemResponse(error.problem, error.headers);
    const told = pathProblem(error);
    if (told !== undefined) return problemResponse(told);
    log(error);
    return problemResponse(problem(500, 'agent-failed', 'The agent failed at this; its log says why.'));
  });
  app.notFound(() => problemResponse(noSuchResource));

  app.get('/health', (c) => c.body(null, 204));

  app.get('/alive', (c) => {
    const { outgoing } = c.env;
    outgoing.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' });
    outgoing.flushHeaders();
    return RESPONSE_ALREADY_SENT;
  });

  app.get('/files', async (c) => {
    const query = queryOf(c.env.incoming.url ?? '');
    const path = absolutePath(query.get('path') ?? config.home);
    const directory: Directory = {
      path,
      home: config.home,
      entries: await listDirectory(path, c.req.raw.signal),
    };
    return c.json(directory);
  });

  app.get('/files/content', async (c) => {
    const { incoming, outgoing } = c.env;
    const query = queryOf(incoming.url ?? '');
    const path = query.get('path');
    if (path === undefined) throw badRequest('It names no path.');
    await sendContent(
      {
        path: absolutePath(path),
        headers: incoming.headers,
        head: incoming.method === 'HEAD',
        download: query.has('download'),
      },
      outgoing,
    );
    return RESPONSE_ALREADY_SENT;
  });

  app.get('/terminals', (c) => c.json(terminals.list()));

  app.post(
    '/terminals',
    bodyLimit({
      maxSize: 16 * 1024,
      onError: () => {
        throw badRequest('It is too long.');
      },
    }),
    async (c) => {
      const body: unknown = await c.req.json().catch(() => {
        throw badRequest('It is not JSON.');
      });
      const request = v.safeParse(TerminalRequest, body);
      if (!request.success) throw badRequest(v.summarize(request.issues));
      return c.json(await terminals.open(await loginShell(config, request.output)), 201);
    },
  );

  app.delete('/terminals/:id', (c) => {
    if (!terminals.delete(c.req.param('id')))
      throw new ProblemError(problem(404, 'no-such-terminal', 'This terminal has ended.'));
    return c.body(null, 204);
  });

  return app;
}
