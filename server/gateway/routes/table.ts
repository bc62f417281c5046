/**
 * The table: all that anybody can reach of the gateway. Order matters only where paths overlap: the first that fits.
 */
import type { Metrics } from '../metrics.ts';
import type { Hosts } from '../policy/hosts.ts';
import type { CookiePolicy } from '../sessions/cookies.ts';
import type { SignInLimit } from '../sessions/limits.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { agentRoutes } from './agent.ts';
import { type AppRouteServices, appRoutes } from './apps.ts';
import { containerRoutes } from './container.ts';
import { descriptionRoute } from './description.ts';
import type { EventServices, Events } from './events.ts';
import { healthRoutes } from './health.ts';
import { pageRoute } from './page.ts';
import type { Route } from './route.ts';
import { sessionRoutes } from './session.ts';

export interface TableServices extends AppRouteServices, EventServices {
  /** The shell's origin. */
  shell: string;
  /** Folder of the built page. */
  folder: string;
  hosts: Hosts;
  cookies: CookiePolicy;
  sessions: Sessions;
  limit: SignInLimit;
  events: Events;
  metrics: Metrics;
}

export function makeTable(services: TableServices): readonly Route[] {
  const table: Route[] = [
    ...healthRoutes(services),
    ...sessionRoutes(services),
    ...containerRoutes(services),
    ...appRoutes(services),
    ...agentRoutes(services),
    services.events.route(),
    descriptionRoute(() => table, services.shell, services.cookies.session),
    pageRoute(services.folder),
  ];
  return table;
}
