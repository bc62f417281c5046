import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textSizeStep } from '../../shell/apps/terminal/keys.ts';
import { readState } from '../../shell/apps/terminal/state.ts';
import { cleanTitle, endText } from '../../shell/apps/terminal/words.ts';

describe('a title', () => {
  it('keeps what a person wrote', () => {
    expect(cleanTitle('anna@box: ~/Größe 日本')).toBe('anna@box: ~/Größe 日本');
  });
  it('loses controls, invisible and turning characters, and length', () => {
    expect(cleanTitle('a\x1b]0;b\u202Egnp.exe\u200B\n c')).toBe('a ]0;b gnp.exe c');
    expect(cleanTitle('\u2066\u2069 \t')).toBe('');
    expect([...cleanTitle('🙂'.repeat(500))]).toHaveLength(120);
  });
  it('is always one short line of visible text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (asked) => {
        const title = cleanTitle(asked);
        expect([...title].length).toBeLessThanOrEqual(120);
        expect(title).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(title).toBe(title.trim());
      }),
    );
  });
});

it('says how a shell ended', () => {
  expect(endText(0, 0)).toBe('The shell ended with code 0');
  expect(endText(0, 9)).toBe('The shell was ended by SIGKILL');
  expect(endText(0, 40)).toBe('The shell was ended by signal 40');
});

it('knows the keys of text size from those of the program', () => {
  const key = (of: string, with_: Partial<Parameters<typeof textSizeStep>[0]> = {}) =>
    textSizeStep({ key: of, code: '', ctrlKey: true, metaKey: false, altKey: false, shiftKey: false, ...with_ });
  expect(key('+')).toBe(1);
  expect(key('=')).toBe(1);
  expect(key('+', { shiftKey: true })).toBe(1);
  expect(key('-')).toBe(-1);
  expect(key('0')).toBe(0);
  expect(key('_', { shiftKey: true })).toBeUndefined();
  expect(key('-', { altKey: true })).toBeUndefined();
  expect(key('-', { ctrlKey: false })).toBeUndefined();
});

it('reads any JSON as a state', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (of) => {
      expect(() => readState(of)).not.toThrow();
    }),
  );
  expect(readState({ terminalId: 't1', directory: '/srv', textSize: 15, more: 1 })).toEqual({
    terminalId: 't1',
    directory: '/srv',
    textSize: 15,
  });
  expect(readState({ ended: { code: 3, signal: 0, more: 1 } })).toEqual({ ended: { code: 3, signal: 0 } });
  expect(readState({ ended: { code: 'x' }, terminalId: '', directory: 'srv', textSize: 'big' })).toEqual({});
});
