/** The window manager's shortcuts in the page: kept from the browser and from what has the focus, then carried out. */
import { commandFor, macShortcuts, matchShortcut, shortcuts } from '../../workers/window-manager/shortcuts.ts';
import type { Command, State } from '../../workers/window-manager/types.ts';

export type KeysOptions = {
  current(): State;
  dispatch(command: Command): void;
  onLauncher(): void;
  /** For the window that has the focus. */
  onWindowMenu(id: string): void;
};

/** Listens until the signal is aborted. */
export function listenForShortcuts(options: KeysOptions, signal: AbortSignal): void {
  const table = /^Mac|^iP/.test(navigator.platform) ? macShortcuts : shortcuts;

  const down = (event: KeyboardEvent) => {
    const match = matchShortcut(event, table);
    if (match === null) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { action } = match;
    const state = options.current();
    // A key held down walks on; it does not toggle to and fro.
    if (event.repeat && action.type !== 'cycle') return;
    const command = commandFor(state, action);
    if (command !== null) options.dispatch(command);
    else if (action.type === 'launcher') options.onLauncher();
    else if (action.type === 'window-menu' && state.focus !== null) options.onWindowMenu(state.focus);
  };

  /** A walk through the windows ends when no modifier is held any more: where it ended is then the last used. */
  const up = (event: KeyboardEvent) => {
    const { cycling, focus } = options.current();
    if (cycling === null || event.altKey || event.ctrlKey || event.metaKey) return;
    options.dispatch({ type: 'focus', id: focus });
  };

  // Before any window's content sees them: a terminal would send them to its program.
  window.addEventListener('keydown', down, { capture: true, signal });
  window.addEventListener('keyup', up, { capture: true, signal });
}
