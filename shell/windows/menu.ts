/** A window's own menu: what its buttons do, and moving and resizing it by keys. */
import type { Command, State, WindowState } from '../../workers/window-manager/types.ts';
import type { MenuItem } from '../parts/menu.tsx';

export function windowMenu(
  { layout }: State,
  { id, placement, minimized }: WindowState,
  dispatch: (command: Command) => void,
  byKeys: (what: 'move' | 'resize') => void,
): MenuItem[] {
  const single = layout === 'single';
  const maximized = placement.kind === 'maximized';
  return [
    { label: 'Move', disabled: single || minimized || maximized, run: () => byKeys('move') },
    { label: 'Resize', disabled: single || minimized || maximized, run: () => byKeys('resize') },
    {
      label: 'Minimize',
      keys: 'Meta+PgDown',
      disabled: minimized,
      separated: true,
      run: () => dispatch({ type: 'minimize', id }),
    },
    {
      label: 'Maximize',
      keys: 'Meta+PgUp',
      disabled: single,
      checked: maximized,
      run: () => dispatch({ type: 'toggle-maximize', id }),
    },
    { label: 'Close', keys: 'Alt+F4', separated: true, run: () => dispatch({ type: 'close', id }) },
  ];
}
