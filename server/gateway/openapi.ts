/** The API's description (OpenAPI 3.1), made of the table of routes and the schemas that validate requests. */
import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';
import { Problem, problemContentType } from '../../protocol/problem.ts';
import type { Route } from './routes/route.ts';

const schemaOf = (schema: v.GenericSchema) => {
  const { $schema: _, ...of } = toJsonSchema(schema, { errorMode: 'ignore' });
  return of;
};

const content = (schema: v.GenericSchema, type = 'application/json') => ({ [type]: { schema: schemaOf(schema) } });

/** Routes of the shell's host; the apps' hosts pass on somebody else's API. */
export function openApi(routes: readonly Route[], server: string, cookie: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    if (route.host !== 'shell' || route.path === '/*') continue;
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method === 'WS' ? 'get' : route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Porthole',
      version: '1',
      description: 'The gateway of one Porthole.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: server }],
    paths,
    components: {
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: cookie } },
      responses: {
        problem: { description: 'What went wrong (RFC 9457)', content: content(Problem, problemContentType) },
      },
    },
  };
}

function operation(route: Route): Record<string, unknown> {
  const { path, query = {}, who, summary } = route;
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...Object.entries(query).map(([name, description]) => ({
      name,
      in: 'query',
      description,
      schema: { type: 'string' },
    })),
  ];
  const open = who === 'public';
  return {
    summary,
    ...(open ? { security: [] } : { security: [{ session: [] }], 'x-roles': who }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.method !== 'WS' && route.request
      ? { requestBody: { required: true, content: content(route.request) } }
      : {}),
    responses: { ...answer(route), default: { $ref: '#/components/responses/problem' } },
  };
}

function answer(route: Route): Record<string, unknown> {
  if (route.method === 'WS') return { 101: { description: 'A WebSocket' } };
  const { reply, status = 200 } = route;
  return { [status]: { description: 'As asked', ...(reply ? { content: content(reply) } : {}) } };
}
