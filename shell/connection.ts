/**
 * The line to the gateway: `/api/events`. Whether it stands is what the page means by online. It comes back by itself:
 * after a jittered pause that grows to 10 s, or at once when the network returns or the page is looked at again.
 */
import { createSignal, onCleanup } from 'solid-js';
import type { ContainerStatus } from '../protocol/api.ts';
import { closedBySignOut, type GatewayEvent, pingInterval } from '../protocol/events.ts';
import { socketUrl } from './gateway.ts';

export type Line = 'connecting' | 'online' | 'offline';

const pause = { least: 250, most: 10_000 };
/** A socket that is not open by then is given up, ms: a network that swallows packets never says so. */
const openWithin = 8_000;

export type ConnectionOptions = {
  /** The line stands again after it did not. */
  onBack(): void;
  onRegistry(): void;
  onSignedOut(): void;
  /** A try to connect failed: is there nobody, or may this session not? A socket cannot tell. */
  onRefused(): void;
  /** The gateway runs another build than when the page was loaded. */
  onNewBuild(): void;
};

export function createConnection(options: ConnectionOptions) {
  const [line, setLine] = createSignal<Line>('connecting');
  const [container, setContainer] = createSignal<ContainerStatus>();
  const ending = new AbortController();
  let socket: WebSocket | undefined;
  let failures = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let build: string | undefined;

  const expect = (within: number) => {
    clearTimeout(silence);
    silence = setTimeout(lost, within);
  };

  function take(event: GatewayEvent): void {
    switch (event.type) {
      case 'hello':
        if (build !== undefined && event.build !== build) options.onNewBuild();
        build = event.build;
        return;
      case 'container':
        setContainer(event.status);
        return;
      case 'registry':
        options.onRegistry();
        return;
      case 'ping':
        return;
    }
  }

  function lost(): void {
    clearTimeout(silence);
    clearTimeout(retry);
    if (ending.signal.aborted) return;
    drop();
    const full = Math.min(pause.most, pause.least * 2 ** failures);
    failures += 1;
    // Before anyone is told: whatever showing it may throw, the line comes back.
    retry = setTimeout(open, full * (0.5 + Math.random() / 2));
    setLine('offline');
  }

  function drop(): void {
    const old = socket;
    socket = undefined;
    old?.close();
  }

  function open(): void {
    clearTimeout(retry);
    const opened = new WebSocket(socketUrl('/api/events'));
    socket = opened;
    expect(openWithin);
    let stood = false;
    const mine = (handle: () => void) => () => {
      if (socket === opened) handle();
    };
    opened.onopen = mine(() => {
      stood = true;
      const again = line() === 'offline';
      failures = 0;
      setLine('online');
      expect(2 * pingInterval);
      if (again) options.onBack();
    });
    opened.onmessage = ({ data }) => {
      if (socket !== opened) return;
      expect(2 * pingInterval);
      if (typeof data === 'string') take(JSON.parse(data) as GatewayEvent);
    };
    opened.onclose = ({ code }) => {
      if (socket !== opened) return;
      if (code !== closedBySignOut) {
        lost();
        if (!stood) options.onRefused();
        return;
      }
      close();
      options.onSignedOut();
    };
  }

  /** Does not wait for the pause to end. */
  const hurry = () => {
    if (line() !== 'offline' || document.visibilityState !== 'visible') return;
    failures = 0;
    drop();
    open();
  };

  function close(): void {
    ending.abort();
    clearTimeout(retry);
    clearTimeout(silence);
    drop();
  }

  window.addEventListener('online', hurry, { signal: ending.signal });
  window.addEventListener('offline', () => lost(), { signal: ending.signal });
  document.addEventListener('visibilitychange', hurry, { signal: ending.signal });
  onCleanup(close);
  open();
  return { line, container, hurry };
}
export type Connection = ReturnType<typeof createConnection>;
