/** `/api/openapi.json`. */
import { openApi } from '../openapi.ts';
import { json, type Route } from './route.ts';

/** `routes`: the whole table, this entry included. */
export function descriptionRoute(routes: () => readonly Route[], shell: string, cookie: string): Route {
  return {
    host: 'shell',
    method: 'GET',
    path: '/api/openapi.json',
    who: 'public',
    summary: 'This description',
    handler: () => json(openApi(routes(), shell, cookie)),
  };
}
