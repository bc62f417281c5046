/** The session's own container. */
import { type ContainerStatus, ContainerStatus as ContainerStatusReply } from '../../../protocol/api.ts';
import type { Container } from '../../../protocol/orchestrator.ts';
import { refuse } from '../http/problems.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { residents } from '../policy/who.ts';
import { loginFrom } from '../relay/login.ts';
import { json, type Route, sessionOf } from './route.ts';

/** What the page is told: nothing of sockets, secrets or uids. */
export function statusOf(container: Container | undefined, isolation: ContainerStatus['isolation']): ContainerStatus {
  if (!container) return { state: 'absent', isolation };
  const { state, isolation: own, reason } = container;
  return { state, isolation: own, ...(reason === undefined ? {} : { reason }) };
}

export function containerRoutes({
  orchestrator,
  isolation,
}: {
  orchestrator: Orchestrator;
  isolation: ContainerStatus['isolation'];
}): Route[] {
  const path = '/api/container';
  return [
    {
      host: 'shell',
      method: 'GET',
      path,
      who: residents,
      summary: 'State of your own container',
      reply: ContainerStatusReply,
      handler: async (call) => json(statusOf(await orchestrator.container(sessionOf(call).user.id), isolation)),
    },
    {
      host: 'shell',
      method: 'POST',
      path,
      who: residents,
      summary: 'Start your own container where it does not run',
      reply: ContainerStatusReply,
      handler: async (call) => {
        const { user } = sessionOf(call);
        // Without isolation everybody would be the one who started Porthole.
        if (isolation === 'none' && user.role !== 'admin')
          throw refuse(
            403,
            'needs-isolation',
            'This box does not keep people apart, so only its administrator has a shell here.',
            'Start Porthole as root with --isolation nspawn.',
          );
        return json(statusOf(await orchestrator.ensure(user.id, loginFrom(user.email)), isolation));
      },
    },
  ];
}
