/**
 * Looks at one file: text, pictures, sound and film, as far as a browser shows them safely. Everything else it offers
 * to download. The gateway sends files as inert types only, so nothing in one can run here.
 */
import { createEffect, createMemo, createSignal, Match, on, onCleanup, onMount, Show, Switch } from 'solid-js';
import { type Problem, problem } from '../../../protocol/problem.ts';
import type { AppProps, ShellApp } from '../../app.ts';
import { GatewayError } from '../../gateway.ts';
import { contentUrl, download } from '../../parts/content.ts';
import { takeFocus } from '../../parts/focus.ts';
import { Icon } from '../../parts/icons.tsx';
import { Pane, ProblemPane } from '../../parts/pane.tsx';
import { onBack, pauseBefore } from '../../parts/retry.ts';
import { baseName } from '../files/path.ts';
import { shownName, sizeText } from '../files/words.ts';
import { Picture, Player, Text } from './kinds.tsx';
import { loadBytes, probe } from './load.ts';
import { decodeText, longestText, previewOf } from './preview.ts';
import '../../parts/icons.css';
import './viewer.css';

type View =
  | { kind: 'loading'; loaded: number; size: number | undefined }
  | { kind: 'text'; text: string; bytes: number }
  | { kind: 'image' | 'audio' | 'video' }
  /** Why there is nothing to see, and what there is to know. */
  | { kind: 'none'; title: string; detail?: string }
  | { kind: 'failed'; problem: Problem };

const formats = 'The browser does not know this format, or the file is damaged.';

function readPath(state: unknown): string | undefined {
  const path = state !== null && typeof state === 'object' && 'path' in state ? state.path : undefined;
  return typeof path === 'string' && path.startsWith('/') ? path : undefined;
}

function ViewerApp(props: AppProps) {
  const path = readPath(props.state);
  const name = path === undefined ? '' : baseName(path);
  let root!: HTMLDivElement;
  const closing = new AbortController();
  const [view, setView] = createSignal<View>({ kind: 'loading', loaded: 0, size: undefined });
  const [wrap, setWrap] = createSignal(true);
  const [actual, setActual] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;

  const fail = (error: unknown, attempt: number) => {
    if (closing.signal.aborted) return;
    const why = error instanceof GatewayError ? error.problem : problem(500, 'unknown', 'The file could not be read.');
    setView({ kind: 'failed', problem: why });
    if (why.status === 0) timer = setTimeout(() => load(attempt + 1), pauseBefore(attempt, Math.random()));
  };

  const loadText = async (at: string, attempt: number) => {
    setView({ kind: 'loading', loaded: 0, size: undefined });
    try {
      const loaded = await loadBytes(at, longestText, closing.signal, (bytes, size) =>
        setView({ kind: 'loading', loaded: bytes, size }),
      );
      if (loaded.kind === 'too-large') {
        const size = loaded.size === undefined ? 'more' : sizeText(loaded.size);
        setView({
          kind: 'none',
          title: 'This file is too large to show here.',
          detail: `It has ${size}; up to ${sizeText(longestText)} are shown.`,
        });
        return;
      }
      const text = decodeText(loaded.bytes);
      if (text === undefined) setView({ kind: 'none', title: 'No preview for this kind of file' });
      else setView({ kind: 'text', text, bytes: loaded.bytes.length });
    } catch (error) {
      fail(error, attempt);
    }
  };

  const load = (attempt = 0) => {
    clearTimeout(timer);
    if (path === undefined) {
      setView({ kind: 'none', title: 'No file to show', detail: 'Open one from Files.' });
      return;
    }
    const preview = previewOf(name);
    if (preview === 'text' || preview === 'unknown') void loadText(path, attempt);
    else if (preview === 'pdf')
      setView({ kind: 'none', title: 'PDF documents open in a program of yours', detail: 'Download it to read it.' });
    else if (preview === 'none') setView({ kind: 'none', title: 'No preview for this kind of file' });
    else setView({ kind: preview });
  };

  /** The element says only that it failed: the box knows why. */
  const onMediaError = async () => {
    if (path === undefined) return;
    try {
      await probe(path, closing.signal);
      setView({ kind: 'none', title: 'This file cannot be shown.', detail: formats });
    } catch (error) {
      fail(error, 0);
    }
  };

  props.setTitle(name === '' ? props.app.name : shownName(name));
  load();
  onBack(() => {
    const now = view();
    if (now.kind === 'failed' && now.problem.status === 0) load();
  }, closing.signal);
  onCleanup(() => {
    closing.abort();
    clearTimeout(timer);
  });
  const [body, setBody] = createSignal<HTMLElement>();
  onMount(() => takeFocus(props, () => root, body));
  // A film that nobody sees goes on sounding; one whose window was put away pauses.
  createEffect(
    on(
      () => props.visible,
      (visible) => visible || root.querySelector<HTMLMediaElement>('video')?.pause(),
      { defer: true },
    ),
  );

  const text = createMemo(() => {
    const now = view();
    return now.kind === 'text' ? now : undefined;
  });
  const url = path === undefined ? '' : contentUrl(path);

  return (
    <div class="viewer" ref={root} tabindex="-1">
      <div class="viewer-bar" role="toolbar" aria-label="File">
        <span class="viewer-name">
          <bdi title={path === undefined ? '' : shownName(path)}>{shownName(name)}</bdi>
          <Show when={text()}>{(now) => <span class="viewer-size">{sizeText(now().bytes)}</span>}</Show>
        </span>
        <Show when={text()}>
          <button
            type="button"
            class="tool-button"
            aria-label="Wrap long lines"
            title="Wrap long lines"
            aria-pressed={wrap()}
            onClick={() => setWrap(!wrap())}
          >
            <Icon name="wrap" />
          </button>
        </Show>
        <Show when={view().kind === 'image'}>
          <button
            type="button"
            class="tool-button"
            aria-label="Actual size"
            title="Actual size"
            aria-pressed={actual()}
            onClick={() => setActual(!actual())}
          >
            <Icon name="fitted" />
          </button>
        </Show>
        <Show when={path}>
          {(at) => (
            <button
              type="button"
              class="tool-button"
              aria-label="Download"
              title="Download"
              onClick={() => download(at())}
            >
              <Icon name="download" />
            </button>
          )}
        </Show>
      </div>
      <Switch>
        <Match when={view().kind === 'loading' && (view() as View & { kind: 'loading' })}>
          {(now) => (
            <div class="viewer-loading" role="status">
              <Show when={now().size} fallback={<progress aria-label="Loading" />}>
                {(size) => <progress aria-label="Loading" max={size()} value={now().loaded} />}
              </Show>
              <p>{now().loaded > 0 ? `${sizeText(now().loaded)} read` : 'Reading the file…'}</p>
            </div>
          )}
        </Match>
        <Match when={text()}>{(now) => <Text ref={setBody} name={name} text={now().text} wrap={wrap()} />}</Match>
        <Match when={view().kind === 'image'}>
          <Picture
            ref={setBody}
            url={url}
            name={name}
            actual={actual()}
            toggle={() => setActual(!actual())}
            failed={onMediaError}
          />
        </Match>
        <Match when={view().kind === 'audio' || view().kind === 'video'}>
          <Player url={url} name={name} kind={view().kind === 'audio' ? 'audio' : 'video'} failed={onMediaError} />
        </Match>
        <Match when={view().kind === 'none' && (view() as View & { kind: 'none' })}>
          {(now) => (
            <Pane role="status" title={now().title} detail={now().detail}>
              <Show when={path}>
                {(at) => (
                  <button type="button" class="button primary" onClick={() => download(at())}>
                    Download
                  </button>
                )}
              </Show>
            </Pane>
          )}
        </Match>
        <Match when={view().kind === 'failed' && (view() as View & { kind: 'failed' })}>
          {(now) => <ProblemPane problem={now().problem} action="Try again" onAction={() => load()} />}
        </Match>
      </Switch>
    </div>
  );
}

export default { component: ViewerApp } satisfies ShellApp;
