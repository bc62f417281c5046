/**
 * The person's files, as Dolphin shows them. It asks the agent, which reads with the person's own rights; what it
 * shows is the last that the box said, and it says so when that is not now.
 */
import {
  createEffect,
  createMemo,
  createSignal,
  createUniqueId,
  Match,
  on,
  onCleanup,
  onMount,
  Show,
  Switch,
} from 'solid-js';
import type { DirectoryEntry } from '../../../protocol/agent.ts';
import { problemKind } from '../../../protocol/problem.ts';
import type { AppProps, ShellApp } from '../../app.ts';
import { copyText } from '../../parts/clipboard.ts';
import { download } from '../../parts/content.ts';
import { takeFocus } from '../../parts/focus.ts';
import { FileIcon, Icon } from '../../parts/icons.tsx';
import { Menu, type MenuItem, type MenuOpening } from '../../parts/menu.tsx';
import { ProblemPane } from '../../parts/pane.tsx';
import { previewOf } from '../viewer/preview.ts';
import { createFolder } from './folder.ts';
import { begin, canStep, current, type History, rename, step, visit } from './history.ts';
import { List } from './list.tsx';
import { isHidden, type Order, sorted } from './order.ts';
import { baseName, join, parent } from './path.ts';
import { Places, placesOf } from './places.tsx';
import { kept, nothing, only, type Selection } from './selection.ts';
import { StaleBar } from './stale-bar.tsx';
import { readState } from './state.ts';
import { Toolbar } from './toolbar.tsx';
import { selectionText, summary } from './words.ts';
import '../../parts/icons.css';
import './files.css';

/** How long a notice stays (ms). */
const noticeTime = 8_000;

function FilesApp(props: AppProps) {
  const start = readState(props.state);
  const id = createUniqueId();
  let root!: HTMLDivElement;
  const [table, setTable] = createSignal<HTMLDivElement>();
  const [history, setHistory] = createSignal<History | undefined>(start.history);
  const [hidden, setHidden] = createSignal(start.hidden);
  const [order, setOrder] = createSignal<Order>(start.order);
  const [selection, setSelection] = createSignal<Selection>(nothing);
  const [editing, setEditing] = createSignal(false);
  const [notice, showNotice] = createSignal('');
  const [menu, setMenu] = createSignal<MenuOpening>();
  const [home, setHome] = createSignal<{ path: string; folders: ReadonlySet<string> }>();

  const asked = createMemo(() => {
    const now = history();
    return now && current(now);
  });
  const folder = createFolder(asked);
  const path = () => asked() ?? '/';
  const entries = createMemo(() => {
    const all = folder.directory()?.entries ?? [];
    return sorted(hidden() ? all : all.filter((entry) => !isHidden(entry)), order());
  });
  const selected = createMemo(() => entries().filter(({ name }) => selection().names.has(name)));

  createEffect(
    on(
      [history, hidden, order],
      () => {
        const now = history();
        props.setState({ ...(now ? { history: now } : {}), hidden: hidden(), order: order() });
      },
      { defer: true },
    ),
  );
  createEffect(() => {
    if (asked() === undefined) return;
    props.setTitle(path() === home()?.path ? 'Home' : path() === '/' ? 'Root' : baseName(path()));
  });
  createEffect(
    on(folder.directory, (directory) => {
      if (!directory) return;
      const now = history();
      setHistory(now ? rename(now, directory.path) : begin(directory.path));
      const inHome = directory.path === directory.home ? directory.entries : undefined;
      if (inHome || home()?.path !== directory.home)
        setHome({
          path: directory.home,
          folders: new Set(inHome?.filter(({ kind }) => kind === 'directory').map(({ name }) => name)),
        });
    }),
  );
  createEffect(
    on(
      entries,
      (list) =>
        folder.directory() &&
        setSelection((now) =>
          kept(
            now,
            list.map(({ name }) => name),
          ),
        ),
      { defer: true },
    ),
  );
  // What changed meanwhile is seen when one comes back to the window.
  createEffect(
    on(
      () => props.active,
      (active) => active && folder.directory() && folder.reload(),
      { defer: true },
    ),
  );

  let noticeTimer: ReturnType<typeof setTimeout> | undefined;
  const setNotice = (text: string) => {
    clearTimeout(noticeTimer);
    showNotice(text);
    noticeTimer = setTimeout(() => showNotice(''), noticeTime);
  };
  onCleanup(() => clearTimeout(noticeTimer));

  const travel = (to: History) => {
    const from = path();
    setNotice('');
    setSelection(nothing);
    setHistory(to);
    // Going up or back, the folder that one comes from is the one to go on from.
    if (parent(from) === current(to)) setSelection(only(baseName(from)));
    table()?.focus({ preventScroll: true });
  };
  const go = (to: string) => {
    const now = history();
    if (to === path()) folder.reload();
    else travel(now ? visit(now, to) : begin(to));
  };
  const stepBy = (by: 1 | -1) => {
    const now = history();
    if (now && canStep(now, by)) travel(step(now, by));
  };
  const up = () => {
    const to = parent(path());
    if (to !== undefined) go(to);
  };

  const open = (entry: DirectoryEntry) => {
    const at = join(path(), entry.name);
    if (entry.broken) setNotice(`“${entry.name}” is a link to something that is not there.`);
    else if (entry.kind === 'directory') go(at);
    else if (entry.kind === 'other') setNotice(`“${entry.name}” is a device or socket: there is no content to show.`);
    else if (previewOf(entry.name) === 'none') save([entry]);
    else props.open('viewer', { path: at });
  };
  const save = (files: DirectoryEntry[]) => {
    for (const file of files) download(join(path(), file.name));
    setNotice(
      files.length === 1 ? `“${files[0]?.name}” is being downloaded.` : `${files.length} files are being downloaded.`,
    );
  };
  const copyPaths = async (paths: string[]) => {
    const copied = await copyText(paths.join('\n'));
    setNotice(
      copied
        ? paths.length === 1
          ? 'The path was copied.'
          : 'The paths were copied.'
        : 'The browser did not let the path be copied.',
    );
  };

  const entryItems = (entry: DirectoryEntry): MenuItem[] => {
    const among = selected().some(({ name }) => name === entry.name) ? selected() : [entry];
    const files = among.filter(({ kind }) => kind === 'file');
    const at = join(path(), entry.name);
    return [
      { label: 'Open', keys: 'Enter', disabled: among.length > 1, run: () => open(entry) },
      { label: 'Download', disabled: files.length === 0, run: () => save(files) },
      {
        label: among.length > 1 ? 'Copy paths' : 'Copy path',
        separated: true,
        run: () => void copyPaths(among.map(({ name }) => join(path(), name))),
      },
      {
        label: 'Open terminal here',
        disabled: among.length > 1,
        run: () => props.open('terminal', { directory: entry.kind === 'directory' ? at : path() }),
      },
    ];
  };
  const folderItems = (): MenuItem[] => [
    { label: 'Open terminal here', run: () => props.open('terminal', { directory: path() }) },
    { label: 'Copy path', run: () => void copyPaths([path()]) },
    { label: 'Show hidden files', keys: 'Ctrl+H', separated: true, checked: hidden(), run: () => setHidden(!hidden()) },
    { label: 'Reload', keys: 'F5', run: folder.reload },
  ];

  const onKeyDown = (event: KeyboardEvent) => {
    const shortcuts: Record<string, () => void> = {
      'Alt+ArrowLeft': () => stepBy(-1),
      'Alt+ArrowRight': () => stepBy(1),
      'Alt+ArrowUp': up,
      Backspace: up,
      'Ctrl+l': () => setEditing(true),
      'Ctrl+h': () => setHidden(!hidden()),
      'Alt+.': () => setHidden(!hidden()),
      F5: folder.reload,
    };
    const name = `${event.ctrlKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
    const run = event.shiftKey || event.metaKey ? undefined : shortcuts[name];
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  };
  onMount(() => {
    // Not delegated: keys that are handled here must not reach the desktop's.
    root.addEventListener('keydown', onKeyDown);
    takeFocus(props, () => root, table);
  });

  const emptiness = () => {
    const listing = folder.directory()?.entries;
    if (!listing) return 'Reading the folder…';
    return listing.length === 0
      ? 'This folder is empty.'
      : 'Only hidden files are here: “Show hidden files” shows them.';
  };
  const stopped = () => {
    const why = folder.problem();
    return why !== undefined && ['container-stopped', 'agent-stopped'].includes(problemKind(why));
  };
  const places = createMemo(() => placesOf(home()?.path ?? '/', home()?.folders ?? new Set()));

  return (
    <div class="files" ref={root} tabindex="-1">
      <Toolbar
        path={path()}
        home={home()?.path ?? '/'}
        canBack={canStep(history() ?? begin('/'), -1)}
        canForward={canStep(history() ?? begin('/'), 1)}
        canUp={parent(path()) !== undefined}
        hidden={hidden()}
        loading={folder.loading()}
        editing={editing()}
        edit={(on) => {
          setEditing(on);
          if (!on) table()?.focus({ preventScroll: true });
        }}
        back={() => stepBy(-1)}
        forward={() => stepBy(1)}
        up={up}
        go={go}
        toggleHidden={() => setHidden(!hidden())}
        reload={folder.reload}
      />
      <div class="files-main">
        <Show when={home()}>
          <Places places={places()} path={path()} go={go} />
        </Show>
        <div class="files-content">
          <Show when={folder.directory() && folder.problem()}>
            {(why) => (
              <StaleBar problem={why()} stopped={stopped()} retry={folder.reload} start={folder.startContainer} />
            )}
          </Show>
          <Switch>
            <Match when={folder.directory() || !folder.problem()}>
              <List
                id={`files-${id}`}
                label={`Files in ${path()}`}
                entries={entries()}
                order={order()}
                selection={selection()}
                stale={folder.problem() !== undefined}
                select={setSelection}
                sort={setOrder}
                open={open}
                menu={(at, entry) => setMenu({ ...at, items: entry ? entryItems(entry) : folderItems() })}
                ref={setTable}
              />
              <Show when={entries().length === 0}>
                <p class="files-empty" classList={{ 'files-loading': !folder.directory() }} role="status">
                  {emptiness()}
                </p>
              </Show>
            </Match>
            <Match when={folder.problem()}>
              {(why) => (
                <ProblemPane
                  class="files-pane"
                  problem={why()}
                  icon={why().status === 403 ? <Icon name="locked" /> : <FileIcon kind="folder" size={64} />}
                  action={stopped() ? 'Start again' : 'Try again'}
                  onAction={stopped() ? folder.startContainer : folder.reload}
                >
                  <Show
                    when={asked() !== undefined && path() !== home()?.path && why().status >= 400 && why().status < 500}
                  >
                    <button type="button" class="button" onClick={() => (home() ? go(home()?.path ?? '/') : up())}>
                      {home() ? 'Go home' : 'Go up'}
                    </button>
                  </Show>
                </ProblemPane>
              )}
            </Match>
          </Switch>
        </div>
      </div>
      <footer class="files-status">
        <Show when={folder.directory()}>
          <span class="files-count">{selected().length > 0 ? selectionText(selected()) : summary(entries())}</span>
        </Show>
        <span class="files-notice" role="status">
          {notice()}
        </span>
      </footer>
      <Menu label="Files" opening={menu()} closed={() => setMenu(undefined)} />
    </div>
  );
}

export default { component: FilesApp } satisfies ShellApp;
