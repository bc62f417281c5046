/** The person's own agent: files and terminals of their container, and of nobody else's. */
import * as v from 'valibot';
import { Directory, TerminalInfo, TerminalRequest } from '../../../protocol/agent.ts';
import { refuse } from '../http/problems.ts';
import { residents } from '../policy/who.ts';
import { type RelayServices, relay, relayUpgrade } from '../relay/relay.ts';
import { alreadySent, bodyLimit, type HttpRoute, type Route, sessionOf } from './route.ts';

export function agentRoutes(services: RelayServices): Route[] {
  const http = (of: Omit<HttpRoute, 'host' | 'who' | 'handler'>, content = false): HttpRoute => ({
    ...of,
    host: 'shell',
    who: residents,
    handler: async (call) => {
      if (of.request && !(Number(call.incoming.headers['content-length']) <= bodyLimit))
        throw refuse(413, 'too-large', 'The body is too long, or does not say how long it is.');
      await relay(services, sessionOf(call), call.incoming, call.outgoing, content);
      return alreadySent();
    },
  });
  const path = 'absolute path in the container';
  return [
    http({
      method: 'GET',
      path: '/agent/files',
      summary: 'What is in a folder',
      query: { path: `${path}; the home where left out` },
      reply: Directory,
    }),
    http(
      {
        method: 'GET',
        path: '/agent/files/content',
        summary: "A file's bytes, ranges included",
        query: { path, download: 'as an attachment' },
      },
      true,
    ),
    http({ method: 'GET', path: '/agent/terminals', summary: 'All your terminals', reply: v.array(TerminalInfo) }),
    http({
      method: 'POST',
      path: '/agent/terminals',
      summary: 'Start a terminal',
      request: TerminalRequest,
      reply: TerminalInfo,
      status: 201,
    }),
    http({ method: 'DELETE', path: '/agent/terminals/:id', summary: 'Hang a terminal up', status: 204 }),
    {
      host: 'shell',
      method: 'WS',
      path: '/agent/terminals/:id/socket',
      who: residents,
      summary: "A terminal's bytes, see protocol/terminal.ts",
      query: { from: 'offset of the first byte wanted' },
      handler: (call) => relayUpgrade(services, sessionOf(call), call.incoming, call.socket, call.head),
    },
  ];
}
