import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { initial, reduce, reduceAll } from '../../workers/window-manager/core.ts';
import {
  type Action,
  commandFor,
  type Direction,
  type KeyPress,
  macShortcuts,
  matchShortcut,
  shortcuts,
} from '../../workers/window-manager/shortcuts.ts';
import type { Command } from '../../workers/window-manager/types.ts';

type Held = Partial<Record<'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey' | 'altGraph' | 'isComposing', boolean>>;
const pressed = (key: string, held: Held, code = key): KeyPress => ({
  key,
  code,
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  metaKey: false,
  isComposing: false,
  getModifierState: () => held.altGraph ?? false,
  ...held,
});
const matched = (key: string, held: Held, code?: string) => matchShortcut(pressed(key, held, code), shortcuts)?.action;
const ctrlAlt = { ctrlKey: true, altKey: true };

describe('the table', () => {
  test.each<[string, Held, Action]>([
    ['ArrowLeft', { metaKey: true }, { type: 'tile', direction: 'left' }],
    ['ArrowDown', ctrlAlt, { type: 'tile', direction: 'down' }],
    ['PageUp', { metaKey: true }, { type: 'maximize' }],
    ['PageDown', { metaKey: true }, { type: 'minimize' }],
    ['d', { metaKey: true }, { type: 'show-desktop' }],
    ['D', { metaKey: true }, { type: 'show-desktop' }],
    ['F4', { altKey: true }, { type: 'close' }],
    ['F3', { altKey: true }, { type: 'window-menu' }],
    ['Tab', { altKey: true }, { type: 'cycle', step: 1 }],
    ['Tab', { altKey: true, shiftKey: true }, { type: 'cycle', step: -1 }],
    ['PageDown', ctrlAlt, { type: 'cycle', step: 1 }],
  ])('%s with %o', (key, held, action) => {
    expect(matched(key, held)).toEqual(action);
  });

  test('digits are where they are on the keyboard, whatever the layout types there', () => {
    expect(matched('"', { metaKey: true }, 'Digit3')).toEqual({ type: 'entry', number: 3 });
  });

  test('one modifier more or less is another key', () => {
    for (const of of shortcuts) {
      const held = (name: string) => of.modifiers.some((modifier) => modifier === name);
      const key = { metaKey: held('Meta'), ctrlKey: held('Ctrl'), altKey: held('Alt'), shiftKey: held('Shift') };
      expect(matchShortcut(pressed(of.key, key), shortcuts)).toBe(of);
      expect(matchShortcut(pressed(of.key, {}), shortcuts)).toBeNull();
      expect(matchShortcut(pressed(of.key, { ...key, shiftKey: true, metaKey: true }), shortcuts)).toBeNull();
    }
  });

  test('no key that a terminal or a text needs is taken', () => {
    const printable = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789[]\\/.,-=`@ ');
    const named = fc.constantFrom(
      'ArrowLeft',
      'ArrowUp',
      'Home',
      'End',
      'PageUp',
      'Enter',
      'Escape',
      'Backspace',
      'F5',
    );
    const anyKey = fc.oneof(printable, named);
    const code = (key: string) => (/\d/.test(key) ? `Digit${key}` : key);
    fc.assert(
      fc.property(anyKey, fc.boolean(), (key, shiftKey) => {
        for (const held of [{}, { ctrlKey: true }, { altKey: true }])
          expect(matched(key, { ...held, shiftKey }, code(key))).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(matched(key, { ...ctrlAlt, altGraph: true }, code(key))).toBeUndefined();
        expect(matched(key, { metaKey: true, isComposing: true }, code(key))).toBeUndefined();
        if (/^[a-z]$/.test(key)) expect(matched(key, ctrlAlt)).toBeUndefined();
      }),
    );
  });

  test('on a Mac, Command is left to the browser', () => {
    expect(matchShortcut(pressed('ArrowLeft', { metaKey: true }), macShortcuts)).toBeNull();
    expect(matchShortcut(pressed('ArrowLeft', ctrlAlt), macShortcuts)?.action.type).toBe('tile');
  });
});

describe('what they come to', () => {
  const open = (id: string): Command => ({ type: 'open', id, appId: 'files', title: id, size: [640, 400] });
  const state = reduceAll(initial({ x: 0, y: 0, width: 1440, height: 854 }), [open('a'), open('b')]).state;
  const walk = (...directions: Direction[]) => {
    let at = state;
    for (const direction of directions) {
      const command = commandFor(at, { type: 'tile', direction });
      if (command !== null) at = reduce(at, command).state;
    }
    const { placement, minimized } = at.windows['b'] ?? {};
    return minimized ? 'minimized' : placement?.kind === 'snapped' ? placement.zone : placement?.kind;
  };

  test.each<[Direction[], string]>([
    [['left'], 'left'],
    [['left', 'left'], 'left'],
    [['left', 'right'], 'floating'],
    [['left', 'right', 'right'], 'right'],
    [['left', 'up'], 'top-left'],
    [['left', 'up', 'right'], 'top-right'],
    [['right', 'down'], 'bottom-right'],
    [['up'], 'maximized'],
    [['up', 'down'], 'floating'],
    [['up', 'down', 'down'], 'minimized'],
  ])('arrows %o lead to %s', (directions, end) => {
    expect(walk(...directions)).toBe(end);
  });

  test('an entry of the taskbar comes, and goes when it is the one in use', () => {
    expect(commandFor(state, { type: 'entry', number: 1 })).toEqual({ type: 'restore', id: 'a' });
    expect(commandFor(state, { type: 'entry', number: 2 })).toEqual({ type: 'minimize', id: 'b' });
    expect(commandFor(state, { type: 'entry', number: 3 })).toBeNull();
  });

  test('without a focused window nothing comes of what concerns it', () => {
    const none = reduce(state, { type: 'focus', id: null }).state;
    for (const of of [...shortcuts]) {
      const command = commandFor(none, of.action);
      expect(command === null || ['show-desktop', 'cycle', 'restore'].includes(command.type)).toBe(true);
    }
  });
});
