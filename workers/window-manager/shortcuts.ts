/**
 * The keys that the window manager listens to, as data, and what they ask for. Matched in the page, where alone a key
 * can be kept from the browser.
 *
 * Plasma's keys with Meta, and doubles with Ctrl+Alt for where the system keeps Meta and Alt+Tab to itself. None is
 * taken that a terminal needs: no Ctrl or Alt with a letter, no Alt or Ctrl alone with an arrow or a digit, and nothing
 * that AltGr types.
 */
import type { Command, Placement, SnapZone, State } from './types.ts';

export type Direction = 'left' | 'right' | 'up' | 'down';

export type Action =
  | { type: 'tile'; direction: Direction }
  | { type: 'maximize' }
  | { type: 'minimize' }
  | { type: 'close' }
  | { type: 'show-desktop' }
  | { type: 'cycle'; step: 1 | -1 }
  /** The entry of the taskbar with this number, from 1. */
  | { type: 'entry'; number: number }
  /** The page's to carry out. */
  | { type: 'window-menu' }
  | { type: 'launcher' };

type Modifier = 'Ctrl' | 'Alt' | 'Shift' | 'Meta';

export type Shortcut = {
  modifiers: readonly Modifier[];
  /** `KeyboardEvent.key`, or its `code` for digits, which layouts put elsewhere. */
  key: string;
  action: Action;
};

const shortcut = (modifiers: readonly Modifier[], key: string, action: Action): Shortcut => ({
  modifiers,
  key,
  action,
});
const meta = ['Meta'] as const;
const ctrlAlt = ['Ctrl', 'Alt'] as const;

const tiling = (modifiers: readonly Modifier[]): Shortcut[] =>
  (['left', 'right', 'up', 'down'] as const).map((direction) =>
    shortcut(modifiers, `Arrow${direction.charAt(0).toUpperCase()}${direction.slice(1)}`, { type: 'tile', direction }),
  );
const entries = (modifiers: readonly Modifier[]): Shortcut[] =>
  [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => shortcut(modifiers, `Digit${number}`, { type: 'entry', number }));

export const shortcuts: readonly Shortcut[] = [
  ...tiling(meta),
  ...tiling(ctrlAlt),
  shortcut(meta, 'PageUp', { type: 'maximize' }),
  shortcut(meta, 'PageDown', { type: 'minimize' }),
  shortcut(meta, 'd', { type: 'show-desktop' }),
  shortcut(ctrlAlt, 'Home', { type: 'show-desktop' }),
  ...entries(meta),
  ...entries(ctrlAlt),
  shortcut(['Alt'], 'Tab', { type: 'cycle', step: 1 }),
  shortcut(['Alt', 'Shift'], 'Tab', { type: 'cycle', step: -1 }),
  shortcut(ctrlAlt, 'PageDown', { type: 'cycle', step: 1 }),
  shortcut(ctrlAlt, 'PageUp', { type: 'cycle', step: -1 }),
  shortcut(['Alt'], 'F4', { type: 'close' }),
  shortcut(ctrlAlt, 'End', { type: 'close' }),
  shortcut(['Alt'], 'F3', { type: 'window-menu' }),
  shortcut(['Alt'], 'F1', { type: 'launcher' }),
];

/** On a Mac, Meta is Command: its arrows move the caret, its letters belong to the browser. */
export const macShortcuts: readonly Shortcut[] = shortcuts.filter(({ modifiers }) => !modifiers.includes('Meta'));

/** What of a KeyboardEvent is looked at. */
export type KeyPress = {
  key: string;
  code: string;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  metaKey: boolean;
  isComposing: boolean;
  getModifierState(modifier: 'AltGraph'): boolean;
};

export function matchShortcut(press: KeyPress, table: readonly Shortcut[]): Shortcut | null {
  // AltGr is Ctrl+Alt to Windows: what it types is text.
  if (press.isComposing || press.getModifierState('AltGraph')) return null;
  const { ctrlKey, altKey, shiftKey, metaKey } = press;
  const held = { Ctrl: ctrlKey, Alt: altKey, Shift: shiftKey, Meta: metaKey };
  const count = Object.values(held).filter(Boolean).length;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const fits = (of: Shortcut) =>
    of.modifiers.length === count &&
    of.modifiers.every((modifier) => held[modifier]) &&
    (of.key === key || of.key === press.code);
  return table.find(fits) ?? null;
}

type Tile = SnapZone | 'maximized' | 'floating' | 'minimized';

/** Where the arrows lead from each tile; absent: nowhere. */
const tiles: Record<Exclude<Tile, 'minimized'>, Partial<Record<Direction, Tile>>> = {
  floating: { left: 'left', right: 'right', up: 'maximized', down: 'minimized' },
  maximized: { left: 'left', right: 'right', down: 'floating' },
  left: { right: 'floating', up: 'top-left', down: 'bottom-left' },
  right: { left: 'floating', up: 'top-right', down: 'bottom-right' },
  'top-left': { right: 'top-right', up: 'maximized', down: 'left' },
  'top-right': { left: 'top-left', up: 'maximized', down: 'right' },
  'bottom-left': { right: 'bottom-right', up: 'left', down: 'minimized' },
  'bottom-right': { left: 'bottom-left', up: 'right', down: 'minimized' },
};

function tile(state: State, id: string, direction: Direction): Command | null {
  const placement = state.windows[id]?.placement;
  if (placement === undefined) return null;
  const to = tiles[placement.kind === 'snapped' ? placement.zone : placement.kind][direction];
  if (to === undefined) return null;
  if (to === 'minimized') return { type: 'minimize', id };
  const next: Placement = to === 'floating' || to === 'maximized' ? { kind: to } : { kind: 'snapped', zone: to };
  return { type: 'place', id, placement: next };
}

/** What a click on a window's entry in the taskbar asks for: the one in use goes away, any other comes. */
export const entryCommand = (state: State, id: string): Command => ({
  type: state.focus === id ? 'minimize' : 'restore',
  id,
});

/** The command that an action comes to, or null where it comes to none or is the page's. */
export function commandFor(state: State, action: Action): Command | null {
  const { focus: id } = state;
  switch (action.type) {
    case 'show-desktop':
      return { type: 'show-desktop' };
    case 'cycle':
      return { type: 'cycle', step: action.step };
    case 'entry': {
      const entry = state.order[action.number - 1];
      return entry === undefined ? null : entryCommand(state, entry);
    }
    case 'tile':
      return id === null ? null : tile(state, id, action.direction);
    case 'maximize':
      return id === null ? null : { type: 'toggle-maximize', id };
    case 'minimize':
      return id === null ? null : { type: 'minimize', id };
    case 'close':
      return id === null ? null : { type: 'close', id };
    case 'window-menu':
    case 'launcher':
      return null;
  }
}
