/** What one can do at the desktop besides opening apps: one list, for the launcher's search and its keys. */
import type { ContainerStatus } from '../protocol/api.ts';
import type { Command } from '../workers/window-manager/types.ts';

export type Action = {
  id: string;
  name: string;
  summary: string;
  keywords: string[];
  perform(): void;
};

export type ActionContext = {
  dispatch(command: Command): void;
  signOut(): void;
  startContainer(): void;
  container: ContainerStatus | undefined;
};

export function actionsFor({ dispatch, signOut, startContainer, container }: ActionContext): Action[] {
  const stopped = container !== undefined && container.state !== 'running' && container.state !== 'starting';
  return [
    {
      id: 'show-desktop',
      name: 'Show Desktop',
      summary: 'Minimise all windows, or bring them back',
      keywords: ['minimise', 'minimize', 'hide', 'windows'],
      perform: () => dispatch({ type: 'show-desktop' }),
    },
    {
      id: 'full-screen',
      name: 'Full Screen',
      summary: 'The desktop alone, or back to the browser',
      keywords: ['fullscreen', 'maximise', 'kiosk'],
      perform: toggleFullScreen,
    },
    ...(stopped
      ? [
          {
            id: 'start-container',
            name: 'Start Container',
            summary: 'Shells and files need it',
            keywords: ['restart', 'agent'],
            perform: startContainer,
          },
        ]
      : []),
    {
      id: 'sign-out',
      name: 'Sign Out',
      summary: 'Leave this device; your shells go on',
      keywords: ['log out', 'logout', 'leave', 'exit'],
      perform: signOut,
    },
  ];
}

export function toggleFullScreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen().catch(() => {});
}
