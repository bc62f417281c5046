/**
 * A real login shell in the person's container. The shell lives on the box: a reload, a lost network or a restarted
 * gateway finds it again with its scrollback. It ends when it exits or when the person closes the window.
 */
import { createResizeObserver } from '@solid-primitives/resize-observer';
import { createEffect, createSignal, Match, on, onCleanup, onMount, Show, Switch } from 'solid-js';
import { type Problem, problem } from '../../../protocol/problem.ts';
import type { AppProps, ShellApp } from '../../app.ts';
import { GatewayError } from '../../gateway.ts';
import { focusOn, takeFocus } from '../../parts/focus.ts';
import { Menu, type MenuOpening } from '../../parts/menu.tsx';
import { ProblemPane } from '../../parts/pane.tsx';
import { pauseBefore } from '../../parts/retry.ts';
import { connect, diagnose, ensureContainer, hangUp, lonelyTerminals, newTerminal } from './api.ts';
import { copySelection, pasteClipboard } from './clipboard.ts';
import { textSizeStep } from './keys.ts';
import { defaultTextSize, makeScreen, type TerminalScreen } from './screen.ts';
import { type SessionStatus, TerminalSession } from './session.ts';
import { readState, type TerminalState } from './state.ts';
import { cleanTitle, endText, endTitle } from './words.ts';
import './terminal.css';

type Phase = { kind: 'starting' } | { kind: 'failed'; problem: Problem } | SessionStatus;

/** Characters. */
const mostAhead = 4096;
/** Times that a new shell is asked for again by itself while the box says that it cannot right now. */
const patience = 3;

const stopped = 'The agent of your container has stopped; its shells ended.';

function TerminalApp(props: AppProps) {
  let root!: HTMLDivElement;
  let host!: HTMLDivElement;
  let screen!: TerminalScreen;
  let session: TerminalSession | undefined;
  let state = readState(props.state);
  let title = state.title ?? '';
  /** What was typed before a new shell was there, as a PTY would keep it; undefined for a shell that has begun. */
  let ahead: string | undefined;
  const closing = new AbortController();
  const [phase, setPhase] = createSignal<Phase>({ kind: 'starting' });
  const [refusedKeys, setRefusedKeys] = createSignal(false);
  const [notice, setNotice] = createSignal('');
  const [lonely, setLonely] = createSignal<string[]>([]);
  const [menu, setMenu] = createSignal<MenuOpening>();

  const keep = (next: TerminalState) => {
    state = next;
    props.setState(state);
  };

  const showTitle = () => {
    const now = phase();
    const name = title || props.app.name;
    props.setTitle(now.kind === 'ended' ? endTitle(name, now.code, now.signal) : name);
  };

  const enter = (next: Phase) => {
    if (next.kind === 'live' && ahead) session?.input(ahead);
    if (next.kind !== 'starting' && next.kind !== 'connecting') ahead = undefined;
    if (next.kind === 'ended') {
      const { terminalId: _, ...rest } = state;
      keep({ ...rest, ended: { code: next.code, signal: next.signal } });
      screen.note(`[${endText(next.code, next.signal)}]`);
    }
    if (next.kind !== 'reconnecting' && next.kind !== 'connecting') setRefusedKeys(false);
    setPhase(next);
    showTitle();
  };

  const attach = (terminalId: string) => {
    session = new TerminalSession({
      screen,
      connect: (from) => connect(terminalId, from),
      diagnose,
      pause: (attempt) => pauseBefore(attempt, Math.random()),
      status: enter,
    });
    session.resize(screen.terminal.cols, screen.terminal.rows);
    enter({ kind: 'connecting' });
  };

  const start = async (attempt = 0): Promise<void> => {
    session?.close();
    session = undefined;
    ahead ??= '';
    enter({ kind: 'starting' });
    try {
      await ensureContainer(closing.signal);
      setLonely(await lonelyTerminals(closing.signal));
      const { cols: columns, rows } = screen.terminal;
      const directory = state.directory === undefined ? {} : { directory: state.directory };
      // Not aborted with the window: a terminal that was made must be known here, to be hung up.
      const terminalId = await newTerminal({ columns, rows, ...directory });
      if (closing.signal.aborted) {
        hangUp(terminalId);
        return;
      }
      const { ended: _, ...rest } = state;
      keep({ ...rest, terminalId });
      attach(terminalId);
    } catch (error) {
      if (closing.signal.aborted) return;
      const why =
        error instanceof GatewayError ? error.problem : problem(0, 'unknown', 'The shell could not be started.');
      // A box in trouble for a moment is asked again before anything is said.
      if (why.status === 503 && attempt < patience) return again(attempt);
      enter({ kind: 'failed', problem: why });
      if (error instanceof GatewayError && error.offline) again(attempt);
    }
  };

  let waiting: ReturnType<typeof setTimeout> | undefined;
  const again = (attempt: number) => {
    waiting = setTimeout(() => start(attempt + 1), pauseBefore(attempt, Math.random()));
  };

  const restart = () => {
    clearTimeout(waiting);
    title = '';
    const { title: _, ...rest } = state;
    keep(rest);
    screen.reset();
    void start();
    // Where the button was that is gone now.
    focusOn(root, screen.terminal.textarea);
  };

  /** A shell that is there is never left for a new one: it was its line that was refused. */
  const retry = () => {
    const { terminalId } = state;
    if (terminalId === undefined || phase().kind !== 'refused') return restart();
    session?.close();
    attach(terminalId);
  };

  const paste = async () => {
    if (!(await pasteClipboard(screen.terminal)))
      setNotice('The browser keeps the clipboard to itself: press Ctrl+Shift+V.');
  };

  /** The keys that are the window's own. */
  const onKey = (event: KeyboardEvent): boolean => {
    setNotice('');
    if (phase().kind === 'ended' && event.key === 'Enter') {
      restart();
      event.preventDefault();
      return true;
    }
    if (event.ctrlKey && event.shiftKey && !event.altKey) {
      // Left to the browser, which pastes where a page may not read the clipboard.
      if (event.code === 'KeyV') return true;
      if (event.code === 'KeyC') {
        void copySelection(screen.terminal);
        event.preventDefault();
        return true;
      }
    }
    const step = textSizeStep(event);
    if (step === undefined) return false;
    event.preventDefault();
    const size = screen.terminal.options.fontSize ?? defaultTextSize;
    keep({ ...state, textSize: screen.setTextSize(step === 0 ? defaultTextSize : size + step) });
    return true;
  };

  const onInput = (data: string | Uint8Array) => {
    if (session?.input(data)) return;
    const { kind } = phase();
    if (kind === 'reconnecting' || (kind === 'connecting' && ahead === undefined)) setRefusedKeys(true);
    else if (typeof data === 'string' && ahead !== undefined && ahead.length + data.length <= mostAhead) ahead += data;
  };

  const onContextMenu = (event: MouseEvent) => {
    const { terminal } = screen;
    event.preventDefault();
    event.stopPropagation();
    // A program that takes the mouse has its own menus; Shift asks for this one.
    if (terminal.modes.mouseTrackingMode !== 'none' && !event.shiftKey) return;
    const readable = terminal.options.screenReaderMode === true;
    setMenu({
      x: event.clientX,
      y: event.clientY,
      items: [
        {
          label: 'Copy',
          keys: 'Ctrl+Shift+C',
          disabled: !terminal.hasSelection(),
          run: () => void copySelection(terminal),
        },
        { label: 'Paste', keys: 'Ctrl+Shift+V', disabled: phase().kind !== 'live', run: () => void paste() },
        { label: 'Select all', separated: true, run: () => terminal.selectAll() },
        { label: 'Clear', run: () => terminal.clear() },
        {
          label: 'For screen readers',
          separated: true,
          checked: readable,
          run: () => {
            terminal.options.screenReaderMode = !readable;
          },
        },
      ],
    });
  };

  onMount(() => {
    screen = makeScreen(host, state.textSize ?? defaultTextSize, {
      input: onInput,
      key: onKey,
      size: (columns, rows) => session?.resize(columns, rows),
      title: (asked) => {
        title = cleanTitle(asked);
        keep({ ...state, title });
        showTitle();
      },
    });
    screen.fill();
    host.addEventListener('contextmenu', onContextMenu, { capture: true });
    const { signal } = closing;
    // The network changed: a socket over the old one may be dead without saying so.
    window.addEventListener('online', () => session?.reconnect(), { signal });
    document.addEventListener('visibilitychange', () => !document.hidden && session?.hurry(), { signal });
    if (state.ended) enter({ kind: 'ended', ...state.ended });
    else if (state.terminalId !== undefined) attach(state.terminalId);
    else void start();
    takeFocus(
      props,
      () => root,
      () => screen.terminal.textarea,
    );
    createResizeObserver(host, () => screen.fill());
    createEffect(
      on(
        () => props.visible,
        () => screen.fill(),
        { defer: true },
      ),
    );
  });
  onCleanup(() => {
    closing.abort();
    clearTimeout(waiting);
    session?.close();
    screen.dispose();
  });

  const problemOf = (now: Phase) => (now.kind === 'failed' || now.kind === 'refused' ? now.problem : undefined);

  return (
    <div class="terminal" ref={root} tabindex="-1">
      <Show when={phase().kind === 'ended'}>
        <div class="terminal-bar">
          <p role="status">{endText(...ending(phase()))}.</p>
          <button type="button" class="button" onClick={() => props.close()}>
            Close
          </button>
          <button type="button" class="button primary" onClick={restart}>
            New shell
          </button>
        </div>
      </Show>
      <Show when={phase().kind === 'gone'}>
        <div class="terminal-bar terminal-bar-warning">
          <p role="alert">{stopped}</p>
          <button type="button" class="button" onClick={() => props.close()}>
            Close
          </button>
          <button type="button" class="button primary" onClick={restart}>
            Start again
          </button>
        </div>
      </Show>
      <Show when={lonely().length > 0}>
        <div class="terminal-bar" role="status">
          <p>
            {lonely().length === 1 ? 'One more shell runs' : `${lonely().length} more shells run`} without a window.
          </p>
          <button
            type="button"
            class="button"
            onClick={() => {
              for (const terminalId of lonely()) props.open('terminal', { terminalId });
              setLonely([]);
            }}
          >
            {lonely().length === 1 ? 'Show it' : 'Show them'}
          </button>
          <button type="button" class="button" onClick={() => setLonely([])}>
            Not now
          </button>
        </div>
      </Show>
      <div class="terminal-host" ref={host} />
      <Switch>
        <Match when={phase().kind === 'starting'}>
          <p class="terminal-hint" role="status">
            Starting your container…
          </p>
        </Match>
        <Match when={phase().kind === 'connecting'}>
          <p class="terminal-hint" classList={{ 'terminal-refused': refusedKeys() }} role="status">
            {refusedKeys() ? 'Connecting to your shell… What you type is not sent.' : 'Connecting to your shell…'}
          </p>
        </Match>
        <Match when={phase().kind === 'reconnecting'}>
          <p class="terminal-hint" classList={{ 'terminal-refused': refusedKeys() }} role="status">
            {refusedKeys() ? 'Reconnecting… What you type is not sent.' : 'Reconnecting…'}
          </p>
        </Match>
        <Match when={notice()}>
          <p class="terminal-hint" role="status">
            {notice()}
          </p>
        </Match>
      </Switch>
      <Show when={problemOf(phase())}>
        {(why) => <ProblemPane class="terminal-pane" problem={why()} action="Try again" onAction={retry} />}
      </Show>
      <Menu label="Terminal" opening={menu()} closed={() => setMenu(undefined)} />
    </div>
  );
}

function ending(phase: Phase): [number, number] {
  return phase.kind === 'ended' ? [phase.code, phase.signal] : [0, 0];
}

export default {
  component: TerminalApp,
  closed: (state) => {
    const { terminalId } = readState(state);
    if (terminalId !== undefined) hangUp(terminalId);
  },
} satisfies ShellApp;
