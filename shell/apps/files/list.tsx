// biome-ignore-all lint/a11y/useSemanticElements: rows that are drawn where they lie cannot be a <table>
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
/** The entries as a table: only the rows in sight are drawn, the keys go to the table as a whole. */
import { createResizeObserver } from '@solid-primitives/resize-observer';
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount } from 'solid-js';
import type { DirectoryEntry } from '../../../protocol/agent.ts';
import { FileIcon, type FileIconKind } from '../../parts/icons.tsx';
import { previewOf } from '../viewer/preview.ts';
import type { Column, Order } from './order.ts';
import { rowsInSight, scrolledTo } from './rows.ts';
import { all, moved, nothing, only, type Selection, stretched, toggled, typedAhead } from './selection.ts';
import { dateText, shownName, sizeText, typeName, wholeDateText } from './words.ts';

const columns: { column: Column; title: string }[] = [
  { column: 'name', title: 'Name' },
  { column: 'size', title: 'Size' },
  { column: 'type', title: 'Type' },
  { column: 'modified', title: 'Modified' },
];

/** CSS px; below this width a row has two lines. */
const narrowWidth = 480;
const rowHeights = { narrow: 54, touch: 44, pointer: 30 };
/** A pause this long (ms) begins a new word in type-ahead. */
const typingPause = 900;

export interface ListProps {
  /** Unique in the page. */
  id: string;
  label: string;
  entries: DirectoryEntry[];
  order: Order;
  selection: Selection;
  /** What is shown is not what is there now. */
  stale: boolean;
  select(selection: Selection): void;
  sort(order: Order): void;
  open(entry: DirectoryEntry): void;
  /** On an entry, or on the folder itself. */
  menu(at: { x: number; y: number }, entry: DirectoryEntry | undefined): void;
  /** The table, that takes the focus; undefined when it is gone. */
  ref(table: HTMLDivElement | undefined): void;
}

const touch = window.matchMedia('(pointer: coarse)');

export function List(props: ListProps) {
  let table!: HTMLDivElement;
  let header!: HTMLDivElement;
  const [top, setTop] = createSignal(0);
  const [size, setSize] = createSignal({ width: 800, height: 400 });
  const names = createMemo(() => props.entries.map(({ name }) => name));
  const narrow = () => size().width < narrowWidth;
  const rowHeight = () => (narrow() ? rowHeights.narrow : touch.matches ? rowHeights.touch : rowHeights.pointer);
  const rows = createMemo(() => rowsInSight(top(), size().height, rowHeight(), props.entries.length), undefined, {
    equals: (a, b) => a.first === b.first && a.end === b.end,
  });
  const drawn = createMemo(() => props.entries.slice(rows().first, rows().end));
  const cursorIndex = () => (props.selection.cursor === undefined ? -1 : names().indexOf(props.selection.cursor));
  const rowId = (index: number) => `${props.id}-row-${index}`;
  const entryOf = (name: string | undefined) => props.entries.find((entry) => entry.name === name);
  const inSight = () => size().height - header.offsetHeight;

  onMount(() => {
    props.ref(table);
    onCleanup(() => props.ref(undefined));
    createResizeObserver(table, ({ width, height }) => {
      if (width > 0) setSize({ width, height });
    });
  });
  // A folder that is opened begins at its top, or at the entry that one came from.
  const reveal = () => {
    const index = cursorIndex();
    if (index >= 0) table.scrollTop = scrolledTo(index, table.scrollTop, inSight(), rowHeight());
  };
  createEffect(
    on(
      () => props.label,
      () => {
        table.scrollTop = 0;
      },
      { defer: true },
    ),
  );
  createEffect(on(() => props.selection.cursor, reveal));
  // When it has been read; not when it is read again.
  createEffect(on(names, (_, before) => before?.length === 0 && reveal()));

  const goTo = (selection: Selection) => {
    props.select(selection);
    reveal();
  };

  let typed = '';
  let typedAt = 0;
  const typeAhead = (letter: string, at: number): boolean => {
    typed = at - typedAt < typingPause ? typed + letter : letter;
    typedAt = at;
    const name = typedAhead(typed, props.selection, names());
    if (name !== undefined) goTo(only(name));
    return true;
  };

  const openMenuAtCursor = () => {
    const row = document.getElementById(rowId(cursorIndex()));
    const { left, bottom } = (row ?? header).getBoundingClientRect();
    props.menu({ x: left + 48, y: bottom }, entryOf(props.selection.cursor));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== table || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(inSight() / rowHeight()) - 1);
    const count = props.entries.length;
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -count,
      End: count,
    };
    const by = steps[event.key];
    const entry = entryOf(props.selection.cursor);
    if (by !== undefined) {
      // Home and End mean the ends, wherever one is.
      const anywhere = event.key === 'Home' || event.key === 'End';
      const { cursor = anywhere ? names()[0] : undefined } = props.selection;
      const from = { ...props.selection, cursor };
      goTo(moved(from, by, event.shiftKey, names()));
    } else if (event.key === 'Enter' && entry) props.open(entry);
    else if (event.key === ' ' && event.ctrlKey && entry) props.select(toggled(props.selection, entry.name));
    else if (event.key === 'a' && event.ctrlKey) props.select(all(names(), props.selection));
    else if (event.key === 'Escape' && props.selection.names.size > 0)
      props.select({ ...nothing, cursor: props.selection.cursor });
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) openMenuAtCursor();
    else if (
      !event.ctrlKey &&
      [...event.key].length === 1 &&
      (event.key !== ' ' || event.timeStamp - typedAt < typingPause)
    )
      typeAhead(event.key, event.timeStamp);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** How the last press on a row was made: a finger opens with one tap. */
  let pointer = 'mouse';
  const onRowClick = (event: MouseEvent, entry: DirectoryEntry) => {
    event.stopPropagation();
    if (event.shiftKey) props.select(stretched(props.selection, entry.name, names()));
    else if (event.ctrlKey || event.metaKey) props.select(toggled(props.selection, entry.name));
    else {
      props.select(only(entry.name));
      if (pointer === 'touch') props.open(entry);
    }
  };
  const onRowMenu = (event: MouseEvent, entry: DirectoryEntry) => {
    event.preventDefault();
    event.stopPropagation();
    if (!props.selection.names.has(entry.name)) props.select(only(entry.name));
    props.menu({ x: event.clientX, y: event.clientY }, entry);
  };

  return (
    <div
      ref={table}
      id={props.id}
      class="files-list"
      classList={{ 'files-narrow': narrow(), 'files-stale': props.stale }}
      style={{ '--row': `${rowHeight()}px` }}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-multiselectable="true"
      aria-rowcount={props.entries.length + 1}
      aria-activedescendant={
        cursorIndex() >= rows().first && cursorIndex() < rows().end ? rowId(cursorIndex()) : undefined
      }
      onScroll={() => setTop(table.scrollTop)}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        pointer = event.pointerType;
      }}
      onClick={() => props.select(nothing)}
      onContextMenu={(event) => {
        event.preventDefault();
        props.select(nothing);
        props.menu({ x: event.clientX, y: event.clientY }, undefined);
      }}
    >
      <div ref={header} class="files-header" role="rowgroup">
        <div class="files-row" role="row" aria-rowindex="1">
          <For each={columns}>
            {({ column, title }) => (
              <div
                class={`files-cell files-${column}`}
                role="columnheader"
                aria-sort={props.order.by !== column ? undefined : props.order.descending ? 'descending' : 'ascending'}
              >
                <button
                  type="button"
                  onClick={(event) => {
                    event.stopPropagation();
                    props.sort({ by: column, descending: props.order.by === column && !props.order.descending });
                  }}
                >
                  {title}
                </button>
              </div>
            )}
          </For>
        </div>
      </div>
      <div class="files-body" role="rowgroup" style={{ height: `${props.entries.length * rowHeight()}px` }}>
        <For each={drawn()}>
          {(entry, at) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the table's
            <div
              id={rowId(rows().first + at())}
              class="files-row files-entry"
              classList={{
                'files-selected': props.selection.names.has(entry.name),
                'files-cursor': props.selection.cursor === entry.name,
                'files-hidden': entry.name.startsWith('.'),
              }}
              style={{ transform: `translateY(${(rows().first + at()) * rowHeight()}px)` }}
              role="row"
              aria-rowindex={rows().first + at() + 2}
              aria-selected={props.selection.names.has(entry.name)}
              onClick={(event) => onRowClick(event, entry)}
              onDblClick={() => pointer !== 'touch' && props.open(entry)}
              onContextMenu={(event) => onRowMenu(event, entry)}
            >
              <div class="files-cell files-name" role="gridcell" title={nameHint(entry)}>
                <FileIcon kind={iconOf(entry)} link={entry.link !== undefined} size={narrow() ? 32 : 22} />
                <span class="files-label">
                  <bdi>{shownName(entry.name)}</bdi>
                  <span class="files-detail">{dateText(entry.modified, Date.now())}</span>
                </span>
              </div>
              <div class="files-cell files-size" role="gridcell">
                {entry.kind === 'file' ? sizeText(entry.size) : ''}
              </div>
              <div class="files-cell files-type" role="gridcell">
                {typeName(entry)}
              </div>
              <div class="files-cell files-modified" role="gridcell" title={wholeDateText(entry.modified)}>
                {dateText(entry.modified, Date.now())}
              </div>
            </div>
          )}
        </For>
      </div>
    </div>
  );
}

function nameHint(entry: DirectoryEntry): string {
  const name = shownName(entry.name);
  if (entry.link === undefined) return name;
  return `${name} → ${shownName(entry.link)}${entry.broken ? ' (missing)' : ''}`;
}

const archives = /zip|compress|tar$|xz$|zstd$|rar$|archive|package|rpm$|iso$|disk/;
const prose = /^text\/(plain|markdown|csv|tab-separated-values|vcard|calendar|vtt)$/;

function iconOf({ kind, mime, name }: DirectoryEntry): FileIconKind {
  if (kind === 'directory') return 'folder';
  if (kind === 'other') return 'other';
  const [family] = mime.split('/');
  if (family === 'image' || family === 'audio' || family === 'video') return family;
  if (mime === 'application/pdf') return 'pdf';
  if (archives.test(mime)) return 'archive';
  if (prose.test(mime)) return 'text';
  if (family === 'text') return 'code';
  if (previewOf(name) !== 'text') return 'other';
  return mime === 'application/octet-stream' ? 'text' : 'code';
}
