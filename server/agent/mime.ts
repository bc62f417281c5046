/** MIME types by a name's ending. Names of types as in the shared MIME-info database and IANA's registry. */
import type { FileKind } from '../../protocol/agent.ts';

/** Type: the endings that have it. */
const endings: Record<string, string> = {
  'text/plain': 'txt text log out conf cfg ini list env properties service socket timer desktop nfo',
  'text/markdown': 'md markdown mkd',
  'text/html': 'html htm',
  'text/css': 'css',
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'text/calendar': 'ics',
  'text/vcard': 'vcf vcard',
  'text/vtt': 'vtt',
  'text/javascript': 'js mjs cjs',
  'text/x-typescript': 'ts mts cts tsx',
  'text/x-python': 'py pyi',
  'text/x-csrc': 'c',
  'text/x-chdr': 'h',
  'text/x-c++src': 'cc cpp cxx',
  'text/x-c++hdr': 'hh hpp hxx',
  'text/x-go': 'go',
  'text/rust': 'rs',
  'text/x-java': 'java',
  'text/x-kotlin': 'kt kts',
  'text/x-lua': 'lua',
  'text/x-makefile': 'mk',
  'text/x-patch': 'patch diff',
  'text/x-tex': 'tex',
  'text/x-qml': 'qml',
  'text/jsx': 'jsx',
  'application/x-shellscript': 'sh bash zsh fish',
  'application/x-perl': 'pl pm',
  'application/x-ruby': 'rb',
  'application/x-php': 'php',
  'application/json': 'json jsonc map webmanifest',
  'application/x-ndjson': 'ndjson jsonl',
  'application/xml': 'xml xsl xsd',
  'application/yaml': 'yaml yml',
  'application/toml': 'toml',
  'application/sql': 'sql',
  'application/pdf': 'pdf',
  'application/rtf': 'rtf',
  'application/epub+zip': 'epub',
  'application/msword': 'doc',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.ms-powerpoint': 'ppt',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  'application/vnd.oasis.opendocument.text': 'odt',
  'application/vnd.oasis.opendocument.spreadsheet': 'ods',
  'application/vnd.oasis.opendocument.presentation': 'odp',
  'application/vnd.oasis.opendocument.graphics': 'odg',
  'application/zip': 'zip',
  'application/gzip': 'gz',
  'application/x-compressed-tar': 'tgz tar.gz',
  'application/x-tar': 'tar',
  'application/x-bzip2': 'bz2',
  'application/x-bzip-compressed-tar': 'tbz2 tar.bz2',
  'application/x-xz': 'xz',
  'application/x-xz-compressed-tar': 'txz tar.xz',
  'application/zstd': 'zst',
  'application/x-zstd-compressed-tar': 'tar.zst',
  'application/x-7z-compressed': '7z',
  'application/vnd.rar': 'rar',
  'application/java-archive': 'jar',
  'application/vnd.debian.binary-package': 'deb',
  'application/x-rpm': 'rpm',
  'application/vnd.android.package-archive': 'apk',
  'application/vnd.appimage': 'appimage',
  'application/vnd.efi.iso': 'iso',
  'application/x-raw-disk-image': 'img raw',
  'application/x-qemu-disk': 'qcow2',
  'application/vnd.sqlite3': 'sqlite sqlite3 db',
  'application/x-bittorrent': 'torrent',
  'application/x-subrip': 'srt',
  'application/wasm': 'wasm',
  'application/x-sharedlib': 'so',
  'application/x-object': 'o',
  'application/x-x509-ca-cert': 'crt cer',
  'application/x-pem-file': 'pem',
  'application/pgp-keys': 'asc',
  'application/x-blender': 'blend',
  'application/ogg': 'ogx',
  'image/png': 'png',
  'image/jpeg': 'jpg jpeg jpe',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/heif': 'heic heif',
  'image/jxl': 'jxl',
  'image/svg+xml': 'svg',
  'image/bmp': 'bmp',
  'image/tiff': 'tif tiff',
  'image/vnd.microsoft.icon': 'ico',
  'image/x-xcf': 'xcf',
  'image/vnd.adobe.photoshop': 'psd',
  'image/x-adobe-dng': 'dng',
  'image/x-canon-cr2': 'cr2',
  'image/x-nikon-nef': 'nef',
  'image/x-sony-arw': 'arw',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg oga opus',
  'audio/flac': 'flac',
  'audio/mp4': 'm4a m4b',
  'audio/aac': 'aac',
  'audio/x-wav': 'wav',
  'audio/midi': 'mid midi',
  'audio/x-mpegurl': 'm3u m3u8',
  'audio/x-ms-wma': 'wma',
  'video/mp4': 'mp4 m4v',
  'video/webm': 'webm',
  'video/x-matroska': 'mkv',
  'video/quicktime': 'mov',
  'video/x-msvideo': 'avi',
  'video/mpeg': 'mpg mpeg',
  'video/ogg': 'ogv',
  'video/mp2t': 'm2ts',
  'video/x-flv': 'flv',
  'video/x-ms-wmv': 'wmv',
  'video/3gpp': '3gp',
  'font/ttf': 'ttf',
  'font/otf': 'otf',
  'font/woff': 'woff',
  'font/woff2': 'woff2',
};

/** Whole names, in lower case, that say what they are without an ending. */
const names: Record<string, string> = {
  makefile: 'text/x-makefile',
  gnumakefile: 'text/x-makefile',
  dockerfile: 'text/x-dockerfile',
  containerfile: 'text/x-dockerfile',
  readme: 'text/plain',
  license: 'text/plain',
  copying: 'text/plain',
  changelog: 'text/plain',
  authors: 'text/plain',
};

const byEnding = new Map(
  Object.entries(endings).flatMap(([type, list]) => list.split(' ').map((ending) => [ending, type] as const)),
);
const byName = new Map(Object.entries(names));

export function mimeOf(name: string, kind: FileKind): string {
  if (kind === 'directory') return 'inode/directory';
  const lower = name.toLowerCase();
  const known = byName.get(lower);
  if (known !== undefined) return known;
  const parts = lower.split('.');
  for (const count of [2, 1]) {
    // A leading dot hides a file; it does not begin an ending.
    if (parts.length <= count || (parts[0] === '' && parts.length === count + 1)) continue;
    const type = byEnding.get(parts.slice(-count).join('.'));
    if (type !== undefined) return type;
  }
  return parts[0] === '' &&
    parts.length === 2 &&
    /^(profile|bash|zsh|git|vim|npm|inputrc|editorconfig|env)/.test(parts[1] ?? '')
    ? 'text/plain'
    : 'application/octet-stream';
}

/** The type as a header says it: nearly all text on a Linux box is UTF-8. */
export function contentTypeOf(name: string): string {
  const type = mimeOf(name, 'file');
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}
