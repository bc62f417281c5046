/**
 * A web app of the box in a frame at its own origin. A one-time ticket lets the frame in; from then on the app is on
 * its own there. Nothing that happens to the window loads it anew but the person's own Reload.
 */
import { createEffect, createSignal, onCleanup, Show } from 'solid-js';
import type { Ticket } from '../../../protocol/api.ts';
import { type Problem, problem } from '../../../protocol/problem.ts';
import type { AppProps, ShellApp } from '../../app.ts';
import { GatewayError, send } from '../../gateway.ts';
import { takeFocus } from '../../parts/focus.ts';
import { Icon } from '../../parts/icons.tsx';
import { ProblemPane } from '../../parts/pane.tsx';
import { onBack, pauseBefore } from '../../parts/retry.ts';
import '../../parts/icons.css';
import './web-app.css';

/** All that an app of one's own needs, except to take the desktop's place. */
const sandbox =
  'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals';

function readPath(state: unknown): string | undefined {
  const path = state !== null && typeof state === 'object' && 'path' in state ? state.path : undefined;
  return typeof path === 'string' && /^\/(?![/\\])/.test(path) ? path : undefined;
}

/** What a refused ticket means when asking again may help: nobody answers, too many asked, or the box is in trouble. */
const passes = ({ status }: Problem) => status === 0 || status === 429 || status >= 500;

function WebApp(props: AppProps) {
  const path = readPath(props.state);
  const { opens, name } = props.app;
  const host = opens.kind === 'frame' ? new URL(opens.origin).host : '';
  let root!: HTMLDivElement;
  let frame: HTMLIFrameElement | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const closing = new AbortController();
  const [address, setAddress] = createSignal<string>();
  const [loading, setLoading] = createSignal(true);
  const [trouble, setTrouble] = createSignal<Problem>();
  const [notice, setNotice] = createSignal('');

  const ticket = async () => {
    const wish = path === undefined ? {} : { path };
    return (await send<Ticket>('POST', `/api/apps/${encodeURIComponent(props.app.id)}/ticket`, wish, closing.signal))
      .url;
  };
  const told = (error: unknown) =>
    error instanceof GatewayError ? error.problem : problem(500, 'unknown', `${name} could not be opened.`);

  const enter = async (attempt = 0): Promise<void> => {
    clearTimeout(timer);
    setLoading(true);
    try {
      const url = await ticket();
      if (closing.signal.aborted) return;
      setTrouble(undefined);
      setAddress(url);
    } catch (error) {
      if (closing.signal.aborted) return;
      const why = told(error);
      setLoading(false);
      setTrouble(why);
      if (passes(why)) timer = setTimeout(() => enter(attempt + 1), pauseBefore(attempt, Math.random()));
    }
  };

  const openTab = async () => {
    // Opened in the click, or the browser takes it for an advertisement; then without a way back to here.
    const tab = window.open('about:blank', '_blank');
    setNotice(tab ? '' : 'The browser did not let a tab be opened.');
    if (!tab) return;
    tab.opener = null;
    try {
      tab.location.replace(await ticket());
    } catch (error) {
      tab.close();
      setNotice(told(error).title);
    }
  };

  props.setTitle(name);
  void enter();
  onBack(() => {
    const why = trouble();
    if (why && passes(why)) void enter();
  }, closing.signal);
  onCleanup(() => {
    closing.abort();
    clearTimeout(timer);
  });
  createEffect(
    () =>
      address() &&
      takeFocus(
        props,
        () => root,
        () => frame,
      ),
  );

  return (
    <div class="web-app" ref={root} tabindex="-1">
      <div class="web-app-bar" role="toolbar" aria-label={name}>
        <button type="button" class="tool-button" aria-label="Reload" title="Reload" onClick={() => enter()}>
          <Icon name="reload" />
        </button>
        <span class="web-app-host" role="status">
          {notice() || host}
        </span>
        <button type="button" class="tool-button" aria-label="Open in a tab" title="Open in a tab" onClick={openTab}>
          <Icon name="tab" />
        </button>
      </div>
      <div class="web-app-body">
        <Show when={address()}>
          {(url) => (
            <iframe
              ref={frame}
              src={url()}
              title={name}
              sandbox={sandbox}
              allow="fullscreen; clipboard-write"
              referrerpolicy="no-referrer"
              onLoad={() => setLoading(false)}
            />
          )}
        </Show>
        <Show when={loading() && !trouble()}>
          <div class="web-app-loading" role="status">
            <span class="visually-hidden">Opening {name}…</span>
          </div>
        </Show>
        <Show when={trouble()}>
          {(why) => (
            <ProblemPane
              class="web-app-pane"
              problem={why()}
              icon={<img src={`/apps/${props.app.id}.svg`} alt="" width="64" height="64" />}
              action="Try again"
              onAction={() => enter()}
            />
          )}
        </Show>
      </div>
    </div>
  );
}

export default { component: WebApp } satisfies ShellApp;
