/** How a file can be looked at, by its name. Browsers show no more than this safely; the rest is downloaded. */

export type Preview =
  | 'text'
  | 'image'
  | 'audio'
  | 'video'
  | 'pdf'
  /** The name says nothing: its first bytes do. */
  | 'unknown'
  | 'none';

const endings: Record<Exclude<Preview, 'unknown'>, string> = {
  // A picture that can run scripts is read as what it is written in.
  text: `txt text md markdown rst log csv tsv json jsonl json5 yaml yml toml ini cfg conf config properties env xml svg html
    htm xhtml css scss sass less js mjs cjs ts mts cts jsx tsx vue svelte py pyi rb php pl pm lua sh bash zsh fish ps1 bat
    c h cc cpp cxx hpp hh rs go java kt kts scala swift cs fs hs ml ex exs erl clj lisp el vim sql graphql proto tf nix
    dockerfile makefile cmake gradle patch diff tex bib srt vtt ics vcf desktop service socket timer mount target list
    sources lock sum pub pem crt csr asc gitignore gitattributes editorconfig bashrc profile`,
  image: 'png apng jpg jpeg jfif gif webp avif bmp ico',
  audio: 'mp3 m4a aac ogg oga opus flac wav weba',
  video: 'mp4 m4v webm ogv mov',
  pdf: 'pdf',
  none: `zip gz tgz bz2 xz zst 7z rar tar jar war deb rpm apk iso img qcow2 vmdk dmg exe dll so o a bin wasm class pyc
    doc docx xls xlsx ppt pptx odt ods odp epub mobi sqlite sqlite3 db ttf otf woff woff2 mkv avi wmv flv heic heif tif tiff psd raw`,
};

const byEnding = new Map<string, Preview>(
  Object.entries(endings).flatMap(([preview, list]) =>
    list.split(/\s+/).map((ending): [string, Preview] => [ending, preview as Preview]),
  ),
);

export function previewOf(name: string): Preview {
  const dot = name.lastIndexOf('.');
  if (dot < 0) return byEnding.get(name.toLowerCase()) ?? 'unknown';
  return byEnding.get(name.slice(dot + 1).toLowerCase()) ?? 'unknown';
}

/** Up to this many bytes are shown as text. */
export const longestText = 2 * 1024 * 1024;

/** Text where it is UTF-8 without NUL, as every program's text is; undefined for anything else. A BOM is left out. */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Pieces of whole lines, so that the browser lays out only those in sight; together they are the text. */
export function blocks(text: string, lines = 200): string[] {
  const pieces: string[] = [];
  let from = 0;
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (++count % lines !== 0) continue;
    pieces.push(text.slice(from, at + 1));
    from = at + 1;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return pieces;
}
