import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocks, decodeText, previewOf } from '../../shell/apps/viewer/preview.ts';
import { pauseBefore } from '../../shell/parts/retry.ts';

describe('how a file is looked at', () => {
  it.each([
    ['photo.JPG', 'image'],
    ['notes.md', 'text'],
    ['drawing.svg', 'text'],
    ['page.html', 'text'],
    ['.bashrc', 'text'],
    ['Makefile', 'text'],
    ['README', 'unknown'],
    ['archive.tar.gz', 'none'],
    ['song.flac', 'audio'],
    ['film.webm', 'video'],
    ['paper.pdf', 'pdf'],
    ['odd.', 'unknown'],
    ['x.constructor', 'unknown'],
  ])('%s: %s', (name, preview) => {
    expect(previewOf(name)).toBe(preview);
  });
});

describe('text', () => {
  it('is UTF-8 without NUL', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const plain = text.replaceAll('\0', '');
        expect(decodeText(new TextEncoder().encode(plain))).toBe(plain.replace(/^\uFEFF/, ''));
      }),
    );
    expect(decodeText(Uint8Array.of(0x61, 0))).toBeUndefined();
    expect(decodeText(Uint8Array.of(0xff, 0xfe, 0x61))).toBeUndefined();
  });
  it('is laid out in pieces of whole lines that are the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 5 }), { maxLength: 50 }),
        fc.integer({ min: 1, max: 7 }),
        (lines, size) => {
          const text = lines.join('\n');
          const pieces = blocks(text, size);
          expect(pieces.join('')).toBe(text);
          for (const piece of pieces) expect(piece.split('\n').length - 1).toBeLessThanOrEqual(size);
          for (const piece of pieces.slice(0, -1)) expect(piece.endsWith('\n')).toBe(true);
        },
      ),
    );
  });
});

it('waits longer and longer, spread, never more than 8 s', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempt, random) => {
      const pause = pauseBefore(attempt, random);
      expect(pause).toBeGreaterThanOrEqual(125);
      expect(pause).toBeLessThanOrEqual(8000);
      expect(pauseBefore(attempt + 1, random)).toBeGreaterThanOrEqual(pause);
    }),
  );
});
