/** xterm.js set up as a person expects of a terminal: size, colours, copy and paste, links; all in one disposable thing. */
import { FitAddon } from '@xterm/addon-fit';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal } from '@xterm/xterm';
import { guardPastes } from './clipboard.ts';
import '@xterm/xterm/css/xterm.css';
import { hasRealGpu } from './gpu.ts';
import { makeMute } from './mute.ts';
import type { Screen } from './session.ts';
import { currentTheme, onThemeChange } from './theme.ts';

export const defaultTextSize = 14;
const textSizes = { least: 8, most: 32 };
const scrollback = 5_000;

/** CAN ends whatever sequence the parser is in, RIS makes all as new: in order with what was written before. */
const resetSequence = Uint8Array.of(0x18, 0x1b, 0x63);

export interface ScreenEvents {
  /** What was typed, pasted or answered; for reports of the mouse in its oldest encoding, bytes. */
  input(data: string | Uint8Array): void;
  /** A key for the screen itself. True: it is taken, the program does not get it. */
  key(event: KeyboardEvent): boolean;
  size(columns: number, rows: number): void;
  title(title: string): void;
}

export interface TerminalScreen extends Screen {
  readonly terminal: Terminal;
  /** Fills its host; does nothing while that has no size. */
  fill(): void;
  setTextSize(size: number): number;
  /** A quiet line of the window's own, below all output. */
  note(text: string): void;
  dispose(): void;
}

export function makeScreen(host: HTMLElement, textSize: number, events: ScreenEvents): TerminalScreen {
  const closing = new AbortController();
  const terminal = new Terminal({
    scrollback,
    fontFamily: 'Hack, "DejaVu Sans Mono", "Noto Sans Mono", "JetBrains Mono", Menlo, Consolas, monospace',
    fontSize: textSize,
    // At 1 the DOM renderer cuts underscores off.
    lineHeight: 1.15,
    theme: currentTheme(),
    cursorBlink: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    cursorInactiveStyle: 'outline',
    macOptionIsMeta: true,
    allowProposedApi: false,
    linkHandler: {
      // As in Konsole a link needs Ctrl: a click on a word must not lead away. Only to the web, and with no way back here.
      activate: (event, address) => {
        if ((event.ctrlKey || event.metaKey) && /^https?:/i.test(address))
          window.open(address, '_blank', 'noopener,noreferrer');
      },
      hover: (_event, address) => {
        host.title = `${address}\nCtrl+click to open`;
      },
      leave: () => host.removeAttribute('title'),
    },
  });
  const fitting = new FitAddon();
  terminal.loadAddon(fitting);
  terminal.open(host);
  drawByGpu(terminal);

  guardPastes(host, terminal, closing.signal);

  const mute = makeMute(terminal);
  terminal.onData((data) => mute.swallows(data) || events.input(data));
  terminal.onBinary((data) => events.input(Uint8Array.from(data, (character) => character.charCodeAt(0))));
  terminal.onResize(({ cols, rows }) => events.size(cols, rows));
  terminal.onTitleChange(events.title);
  terminal.attachCustomKeyEventHandler((event) => event.type !== 'keydown' || !events.key(event));
  onThemeChange(() => {
    terminal.options.theme = currentTheme();
  }, closing.signal);

  const fill = () => {
    if (host.clientWidth > 0 && host.clientHeight > 0) fitting.fit();
  };
  // A font that arrives late has other cells.
  void document.fonts.ready.then(() => closing.signal.aborted || fill());

  return {
    terminal,
    fill,
    // An empty write is parsed when all that was written before it is.
    mute: (on) => terminal.write('', () => mute.set(on)),
    write: (bytes, parsed) => terminal.write(bytes, parsed),
    reset: () => terminal.write(resetSequence),
    note: (text) =>
      terminal.write('', () => {
        const newLine = terminal.buffer.active.cursorX > 0 ? '\r\n' : '';
        terminal.write(`${newLine}\x1b[0;90m${text}\x1b[0m\r\n`);
      }),
    setTextSize: (size) => {
      const bounded = Math.min(textSizes.most, Math.max(textSizes.least, size));
      terminal.options.fontSize = bounded;
      fill();
      return bounded;
    },
    dispose: () => {
      closing.abort();
      terminal.dispose();
    },
  };
}

function drawByGpu(terminal: Terminal): void {
  if (!hasRealGpu()) return;
  try {
    const webgl = new WebglAddon();
    // Without the addon xterm.js draws by the DOM: browsers take contexts away when there are many.
    webgl.onContextLoss(() => webgl.dispose());
    terminal.loadAddon(webgl);
  } catch {
    // No context to be had: the DOM renderer stays.
  }
}
