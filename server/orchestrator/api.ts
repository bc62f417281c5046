/** The API of protocol/orchestrator.ts over the containers: who may (the one bearer token), what is valid, what is said. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { streamSSE } from 'hono/streaming';
import * as v from 'valibot';
import { type Container, EnsureRequest, UserId } from '../../protocol/orchestrator.ts';
import { type Problem, problem, problemContentType } from '../../protocol/problem.ts';
import { type Containers, OnePersonError } from './containers.ts';
import { log } from './log.ts';

function answer(c: Context, of: Problem): Response {
  return c.body(JSON.stringify(of), of.status as 400, { 'content-type': problemContentType });
}

/** A login and nothing else: there is no reason for more. */
const maxBody = 1024;

export function orchestratorApi(containers: Containers, tokenHash: string): Hono {
  const expected = Buffer.from(tokenHash, 'hex');
  const api = new Hono();

  api.use(async (c, next) => {
    const token = c.req.header('authorization')?.match(/^Bearer (\S+)$/i)?.[1] ?? '';
    if (!timingSafeEqual(createHash('sha256').update(token).digest(), expected)) {
      c.header('www-authenticate', 'Bearer');
      return answer(c, problem(401, 'unauthorized', "The orchestrator's token is missing or wrong."));
    }
    c.header('cache-control', 'no-store');
    return next();
  });

  api.get('/v1/containers', (c) => c.json(containers.list()));

  api.use('/v1/containers/:userId/*', async (c, next) => {
    const userId = v.safeParse(UserId, c.req.param('userId'));
    if (userId.success) return next();
    return answer(c, problem(400, 'bad-request', `The user id ${userId.issues[0].message}.`));
  });

  api.get('/v1/containers/:userId', (c) => {
    const container = containers.get(c.req.param('userId'));
    return container ? c.json(container) : answer(c, neverMade);
  });

  api.post('/v1/containers/:userId/ensure', bodyLimit({ maxSize: maxBody, onError: tooLarge }), async (c) => {
    const body = v.safeParse(EnsureRequest, await c.req.json().catch(() => undefined));
    if (!body.success) {
      const [issue] = body.issues;
      const where = v.getDotPath(issue) ?? 'the body';
      return answer(c, problem(400, 'bad-request', `The request is not right: ${where}: ${issue.message}.`));
    }
    return c.json(await containers.ensure(c.req.param('userId'), body.output.login));
  });

  api.post('/v1/containers/:userId/stop', async (c) => {
    const container = await containers.stop(c.req.param('userId'));
    return container ? c.json(container) : answer(c, neverMade);
  });

  api.get('/v1/events', (c) =>
    streamSSE(c, async (stream) => {
      const waiting: Container[] = containers.list();
      let wake = () => {};
      const unsubscribe = containers.onChange((container) => {
        waiting.push(container);
        wake();
      });
      stream.onAbort(() => wake());
      try {
        // Says at once that it is listening, also where there is no container yet.
        await stream.write(': containers, each when its state changes\n\n');
        while (!stream.aborted) {
          const container = waiting.shift();
          if (container) await stream.writeSSE({ data: JSON.stringify(container) });
          else {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        unsubscribe();
      }
    }),
  );

  api.notFound((c) => answer(c, problem(404, 'not-found', 'There is nothing at this path.')));
  api.onError((error, c) => {
    if (error instanceof OnePersonError) return answer(c, problem(409, 'one-person', error.message));
    log(`${c.req.method} ${c.req.path}: ${error.stack ?? error.message}`);
    return answer(c, problem(500, 'internal', "The orchestrator could not do it: Porthole's log says why."));
  });
  return api;
}

const neverMade = problem(404, 'no-container', 'This user never had a container.');
const tooLarge = (c: Context) => answer(c, problem(413, 'too-large', `The body is longer than ${maxBody} bytes.`));
