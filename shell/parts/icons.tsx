/** Line drawings for bars and menus, in the colour of the text around them; and the pictures of files by kind. */

const lines = {
  back: 'M14.5 5.5 8 12l6.5 6.5',
  forward: 'M9.5 5.5 16 12l-6.5 6.5',
  up: 'M5.5 14.5 12 8l6.5 6.5',
  reload: 'M18.5 8.5A7.5 7.5 0 1 0 19.5 12M19 4.5v4.5h-4.5',
  home: 'M4.5 11.5 12 4.5l7.5 7M6.5 10v9.5h4v-5h3v5h4V10',
  root: 'M4.5 5.5h15v5h-15zM4.5 13.5h15v5h-15zM7.5 8h.01M7.5 16h.01',
  documents: 'M6.5 4.5h7l4 4v11h-11zM13.5 4.5v4h4M9 12.5h6M9 15.5h6',
  downloads: 'M12 4.5v10M7.5 10.5 12 15l4.5-4.5M5.5 19.5h13',
  music: 'M9.5 17.5v-11l9-2v11M9.5 17.5a2.5 2 0 1 1-5 0 2.5 2 0 0 1 5 0ZM18.5 15.5a2.5 2 0 1 1-5 0 2.5 2 0 0 1 5 0Z',
  pictures: 'M4.5 5.5h15v13h-15zM4.5 15.5l4-4 4 4 2.5-2.5 4.5 4.5M15.5 9.5h.01',
  videos: 'M4.5 6.5h15v11h-15zM10.5 9.5v5l4-2.5z',
  desktop: 'M4.5 5.5h15v10h-15zM9 19.5h6M12 15.5v4',
  folder: 'M4.5 6.5h5l2 2h8v10h-15z',
  hidden: 'M3.5 12s3-6 8.5-6 8.5 6 8.5 6-3 6-8.5 6-8.5-6-8.5-6ZM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  edit: 'M5.5 18.5 6.5 15l9-9 2.5 2.5-9 9zM14 7.5 16.5 10',
  download: 'M12 4.5v10M7.5 10.5 12 15l4.5-4.5M5.5 19.5h13',
  wrap: 'M4.5 6.5h15M4.5 12h12a2.75 2.75 0 0 1 0 5.5H12M14 15l-2.5 2.5L14 20M4.5 17.5h4',
  fitted: 'M4.5 9V4.5H9M15 4.5h4.5V9M19.5 15v4.5H15M9 19.5H4.5V15',
  tab: 'M18.5 13.5v6h-13v-13h6M14 4.5h5.5V10M19 5l-8 8',
  locked: 'M6.5 11h11v8.5h-11zM9 11V8a3 3 0 0 1 6 0v3',
} as const;

export type IconName = keyof typeof lines;

export function Icon(props: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <path d={lines[props.name]} fill="none" stroke="currentColor" stroke-width="1.3" />
    </svg>
  );
}

export type FileIconKind = 'folder' | 'text' | 'code' | 'image' | 'audio' | 'video' | 'pdf' | 'archive' | 'other';

const glyphs: Record<Exclude<FileIconKind, 'folder'>, [colour: string, drawing: string]> = {
  text: ['#7b8a97', 'M8.5 11.5h7M8.5 14h7M8.5 16.5h4.5'],
  code: ['#2a86c2', 'm10.5 11-2.5 3 2.5 3M13.5 11l2.5 3-2.5 3'],
  image: ['#2f9e63', 'M7.5 17.5l3-4 2 2.5 1.5-1.5 2.5 3zM14.7 11.2h.01'],
  audio: [
    '#d97706',
    'M10.5 16.5v-5l4.5-1v5M10.5 16.5a1.5 1.2 0 1 1-3 0 1.5 1.2 0 0 1 3 0ZM15 15.5a1.5 1.2 0 1 1-3 0 1.5 1.2 0 0 1 3 0Z',
  ],
  video: ['#8e4bb5', 'M10 10.8v6.4l5.5-3.2z'],
  pdf: ['#c8343f', 'M8.5 17c2-1 3.5-4 3.5-6 0 2 1.5 4 4 4.5-2.5-.3-5.5.2-7.5 1.5Z'],
  archive: ['#8a6d3b', 'M12 5v1.5M12 8v1.5M12 11v1.5M10.8 14h2.4v3h-2.4z'],
  other: ['#8b959e', 'M12 17.2h.01M10 12.2a2 2 0 1 1 2.9 1.8c-.6.3-.9.6-.9 1.2'],
};

/** Decoration: the kind is said in words beside it. */
export function FileIcon(props: { kind: FileIconKind; link?: boolean; size?: number }) {
  const glyph = () => (props.kind === 'folder' ? undefined : glyphs[props.kind]);
  return (
    <svg class="file-icon" viewBox="0 0 24 24" width={props.size ?? 22} height={props.size ?? 22} aria-hidden="true">
      {glyph() ? (
        <>
          <path d="M5.5 2.5h8l5 5v14h-13z" class="file-icon-page" />
          <path d="M13.5 2.5v5h5" class="file-icon-page" />
          <path d={glyph()?.[1]} fill="none" stroke={glyph()?.[0]} stroke-width="1.3" stroke-linejoin="round" />
        </>
      ) : (
        <>
          <path
            d="M2.5 6a1.5 1.5 0 0 1 1.5-1.5h5.5l2 2.5h8.5a1.5 1.5 0 0 1 1.5 1.5v10a1.5 1.5 0 0 1-1.5 1.5h-16a1.5 1.5 0 0 1-1.5-1.5z"
            fill="#2f8fd0"
          />
          <path d="M2.5 10h19v8.5a1.5 1.5 0 0 1-1.5 1.5h-16a1.5 1.5 0 0 1-1.5-1.5z" fill="#55b4ee" />
        </>
      )}
      {props.link ? (
        <g>
          <rect x="1.5" y="13.5" width="9" height="9" rx="2" fill="#ffffff" stroke="#232629" stroke-opacity=".4" />
          <path d="M4 20l4-4M5 16h3v3" fill="none" stroke="#232629" stroke-width="1.3" />
        </g>
      ) : null}
    </svg>
  );
}
