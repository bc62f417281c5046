/** What Files says of entries: sizes, dates, kinds, counts. */
import type { DirectoryEntry } from '../../../protocol/agent.ts';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** "0 B", "999 B", "1.0 KiB", "23 MiB": two or three digits are enough to compare. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // What would round to 1024 belongs to the next unit.
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false })} ${units[unit]}`;
}

const sameYear = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: '2-digit',
});
const otherYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

/** With the time in this year, with the year otherwise. */
export function dateText(modified: number, now: number): string {
  const same = new Date(modified).getFullYear() === new Date(now).getFullYear();
  return (same ? sameYear : otherYear).format(modified);
}

export function wholeDateText(modified: number): string {
  return whole.format(modified);
}

const named: Readonly<Record<string, string>> = {
  'application/epub+zip': 'E-book',
  'application/gzip': 'Gzip archive',
  'application/java-archive': 'Java archive',
  'application/json': 'JSON document',
  'application/msword': 'Word document',
  'application/ogg': 'OGG audio',
  'application/pdf': 'PDF document',
  'application/pgp-keys': 'PGP keys',
  'application/rtf': 'Rich text document',
  'application/sql': 'SQL script',
  'application/toml': 'TOML document',
  'application/vnd.android.package-archive': 'Android package',
  'application/vnd.appimage': 'AppImage',
  'application/vnd.debian.binary-package': 'Debian package',
  'application/vnd.efi.iso': 'Disc image',
  'application/vnd.ms-excel': 'Excel sheet',
  'application/vnd.ms-powerpoint': 'PowerPoint slides',
  'application/vnd.oasis.opendocument.graphics': 'OpenDocument drawing',
  'application/vnd.oasis.opendocument.presentation': 'OpenDocument slides',
  'application/vnd.oasis.opendocument.spreadsheet': 'OpenDocument sheet',
  'application/vnd.oasis.opendocument.text': 'OpenDocument text',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'PowerPoint slides',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'Excel sheet',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'Word document',
  'application/vnd.rar': 'RAR archive',
  'application/vnd.sqlite3': 'SQLite database',
  'application/wasm': 'WebAssembly module',
  'application/x-7z-compressed': '7-Zip archive',
  'application/x-bittorrent': 'Torrent',
  'application/x-bzip-compressed-tar': 'Tar archive (bzip2)',
  'application/x-bzip2': 'Bzip2 archive',
  'application/x-compressed-tar': 'Tar archive (gzip)',
  'application/x-ndjson': 'JSON lines',
  'application/x-perl': 'Perl source',
  'application/x-php': 'PHP source',
  'application/x-raw-disk-image': 'Disk image',
  'application/x-rpm': 'RPM package',
  'application/x-ruby': 'Ruby source',
  'application/x-shellscript': 'Shell script',
  'application/x-subrip': 'Subtitles',
  'application/x-tar': 'Tar archive',
  'application/x-xz': 'XZ archive',
  'application/x-xz-compressed-tar': 'Tar archive (XZ)',
  'application/x-zstd-compressed-tar': 'Tar archive (Zstandard)',
  'application/xml': 'XML document',
  'application/yaml': 'YAML document',
  'application/zip': 'Zip archive',
  'application/zstd': 'Zstandard archive',
  'audio/mpeg': 'MP3 audio',
  'image/svg+xml': 'SVG image',
  'image/vnd.adobe.photoshop': 'Photoshop image',
  'image/vnd.microsoft.icon': 'Icon',
  'text/calendar': 'Calendar',
  'text/css': 'CSS style sheet',
  'text/csv': 'CSV table',
  'text/html': 'HTML document',
  'text/javascript': 'JavaScript source',
  'text/jsx': 'JSX source',
  'text/markdown': 'Markdown document',
  'text/plain': 'Plain text',
  'text/rust': 'Rust source',
  'text/tab-separated-values': 'TSV table',
  'text/vcard': 'Contact',
  'text/vtt': 'Subtitles',
  'text/x-c++hdr': 'C++ header',
  'text/x-c++src': 'C++ source',
  'text/x-chdr': 'C header',
  'text/x-csrc': 'C source',
  'text/x-dockerfile': 'Dockerfile',
  'text/x-go': 'Go source',
  'text/x-java': 'Java source',
  'text/x-kotlin': 'Kotlin source',
  'text/x-lua': 'Lua source',
  'text/x-makefile': 'Makefile',
  'text/x-patch': 'Patch',
  'text/x-python': 'Python source',
  'text/x-tex': 'TeX document',
  'text/x-typescript': 'TypeScript source',
  'video/x-matroska': 'Matroska video',
};

const families: Readonly<Record<string, string>> = {
  audio: 'audio',
  font: 'font',
  image: 'image',
  text: 'text',
  video: 'video',
};

/** "Folder", "PNG image", "Plain text"; "File" where the name says nothing. */
export function typeName(entry: Pick<DirectoryEntry, 'kind' | 'mime' | 'name' | 'broken'>): string {
  if (entry.broken) return 'Broken link';
  if (entry.kind === 'directory') return 'Folder';
  if (entry.kind === 'other') return 'Device or socket';
  const known = named[entry.mime];
  if (known) return known;
  const [family = '', kind = ''] = entry.mime.split('/');
  const noun = families[family];
  const subtype = kind.replace(/^x-|\+.*$/g, '').replace(/^(vnd\.)/, '');
  if (noun && subtype && !subtype.includes('.')) return `${subtype.toUpperCase()} ${noun}`;
  const dot = entry.name.lastIndexOf('.');
  const ending = dot > 0 ? entry.name.slice(dot + 1) : '';
  return /^[a-z0-9]{1,8}$/i.test(ending) ? `${ending.toUpperCase()} file` : 'File';
}

const counted = (count: number, one: string, many: string) => `${count.toLocaleString()} ${count === 1 ? one : many}`;

/** "3 folders, 12 files (4.2 MiB)"; what there is none of is left out. */
export function summary(entries: readonly Pick<DirectoryEntry, 'kind' | 'size'>[]): string {
  const folders = entries.filter(({ kind }) => kind === 'directory').length;
  const files = entries.length - folders;
  const bytes = entries.reduce((sum, { size }) => sum + size, 0);
  const parts = [
    ...(folders > 0 ? [counted(folders, 'folder', 'folders')] : []),
    ...(files > 0 ? [`${counted(files, 'file', 'files')} (${sizeText(bytes)})`] : []),
  ];
  return parts.join(', ') || 'Nothing here';
}

/** As `summary`, of what is selected; a single entry by its name. */
export function selectionText(entries: readonly DirectoryEntry[]): string {
  const [only] = entries;
  if (entries.length !== 1 || !only) return `${summary(entries)} selected`;
  return only.kind === 'directory'
    ? `${only.name} (folder)`
    : `${only.name} (${typeName(only)}, ${sizeText(only.size)})`;
}

/** A name fit to be shown: what cannot be seen, or turns the direction of text, is shown as a mark. */
export function shownName(name: string): string {
  return name.replace(/[\p{Cc}\p{Zl}\p{Zp}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]/gu, '\uFFFD');
}
