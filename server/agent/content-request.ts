/**
 * What a request for a file's bytes wants of it, by its conditions and its range.
 * Source: RFC 9110, sections 13 (conditions) and 14 (ranges).
 */
export interface Validators {
  etag: string;
  /** Unix time in ms. */
  modified: number;
}

/** `end` is the last byte, inclusive. */
export type Wanted = 'whole' | 'not-modified' | 'unsatisfiable' | { start: number; end: number };

export interface Conditions {
  range?: string | undefined;
  ifRange?: string | undefined;
  ifNoneMatch?: string | undefined;
  ifModifiedSince?: string | undefined;
}

/** HTTP dates have whole seconds. */
function sameOrBefore(modified: number, date: string): boolean {
  const time = Date.parse(date);
  return !Number.isNaN(time) && Math.floor(modified / 1000) * 1000 <= time;
}

/** @param validators undefined for what has none, such as files of /proc */
export function wantedOf(conditions: Conditions, size: number, validators: Validators | undefined): Wanted {
  const { range, ifRange, ifNoneMatch, ifModifiedSince } = conditions;
  if (validators !== undefined) {
    const unchanged =
      ifNoneMatch !== undefined
        ? ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === validators.etag)
        : ifModifiedSince !== undefined && sameOrBefore(validators.modified, ifModifiedSince);
    if (unchanged) return 'not-modified';
  }
  if (range === undefined || (ifRange !== undefined && !rangeHolds(ifRange, validators))) return 'whole';
  return rangeOf(range, size);
}

/** The part that the client has is of the file as it is now. */
function rangeHolds(ifRange: string, validators: Validators | undefined): boolean {
  if (validators === undefined) return false;
  if (ifRange.startsWith('"')) return ifRange === validators.etag;
  return Date.parse(ifRange) === Math.floor(validators.modified / 1000) * 1000;
}

/** One range of bytes; what is none, or more than one, asks for the whole. */
function rangeOf(range: string, size: number): Wanted {
  const parts = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(range);
  if (parts === null) return 'whole';
  const [, first = '', last = ''] = parts;
  if (first === '') {
    if (last === '') return 'whole';
    const count = Math.min(Number(last), size);
    return count === 0 ? 'unsatisfiable' : { start: size - count, end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return 'whole';
  if (start >= size) return 'unsatisfiable';
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

/** An attachment's header, for any name. Source: RFC 6266, RFC 5987. */
export function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
