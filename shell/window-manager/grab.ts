/**
 * Grabs of windows in the page: pointer and keys in, the frame's place out, in the handler that the event came to.
 *
 * Nothing waits for the worker, for Solid or for a frame: what is on the screen is the newest pointer position. On
 * release one command is dispatched. Meanwhile `data-grabbing` stands on the document's root (`move` or the edge): the
 * style sheet takes the pointer away from iframes by it, and shows the cursor.
 */
import { shownRect } from '../../workers/window-manager/state.ts';
import type { Command, Point, Rect, State } from '../../workers/window-manager/types.ts';
import {
  byKeys,
  type Gesture,
  type Grip,
  idle,
  nudged,
  pointed,
  press,
  previewOf,
  rectOf,
  released,
} from './gesture.ts';

export type GrabOptions = {
  /** What is shown now. */
  current(): State;
  dispatch(command: Command): void;
  /** The zone that the window would fill if it were dropped now, or null. Called on changes only. */
  onPreview(zone: Rect | null): void;
};

export type Grab = {
  /** To be called on `pointerdown` on a title bar (which has `touch-action: none`) or a resize handle. */
  pointerDown(event: PointerEvent, id: string, frame: HTMLElement, grip: Grip): void;
  /** Moves or resizes by the arrow keys (16 px, with Ctrl 1 px) until Enter, or Escape, which puts it back. */
  keyboard(id: string, frame: HTMLElement, what: 'move' | 'resize'): void;
  /** The window that is being moved or resized, or null. */
  readonly id: string | null;
  /** Ends what is under way, the window staying where it is. */
  close(): void;
};

/** Puts a frame (`position: absolute`, at the page's top left) there. The one place that says how. */
export function placeFrame(frame: HTMLElement, rect: Rect): void {
  frame.style.transform = `translate(${rect.x}px, ${rect.y}px)`;
  frame.style.width = `${rect.width}px`;
  frame.style.height = `${rect.height}px`;
}

/** Two presses nearer than this, in time (ms) and place (px), are a double click. */
const doubleClick = { within: 400, distance: 10 };
const step = { coarse: 16, fine: 1 };
const arrows: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function makeGrab(options: GrabOptions): Grab {
  let gesture: Gesture = idle;
  let frame: HTMLElement | null = null;
  let preview: Rect | null = null;
  let listening = new AbortController();
  let lastClick: { id: string; at: Point; time: number } | null = null;

  function show(next: Gesture): void {
    gesture = next;
    const rect = rectOf(next);
    if (rect !== null && frame !== null) placeFrame(frame, rect);
    const zone = previewOf(next);
    if (
      zone?.x === preview?.x &&
      zone?.y === preview?.y &&
      zone?.width === preview?.width &&
      zone?.height === preview?.height
    )
      return;
    preview = zone;
    options.onPreview(zone);
  }

  function begin(begun: Gesture, of: HTMLElement, grip: Grip): AbortSignal {
    frame = of;
    listening = new AbortController();
    document.documentElement.dataset['grabbing'] = grip;
    show(begun);
    return listening.signal;
  }

  /** Back to idle. The frame then lies where the state says, whatever the gesture did to it. */
  function end(command: Command | null): void {
    const id = heldId();
    const was = frame;
    listening.abort();
    delete document.documentElement.dataset['grabbing'];
    show(idle);
    frame = null;
    if (command !== null) options.dispatch(command);
    const state = options.current();
    const window = id === null ? undefined : state.windows[id];
    if (window !== undefined && was !== null) placeFrame(was, shownRect(state, window));
  }

  const heldId = () => (gesture.stage === 'idle' ? null : gesture.held.id);

  /** Toggles maximised on the second of two clicks; by mouse, pen or finger. */
  function clicked(id: string, event: PointerEvent): void {
    const at = { x: event.clientX, y: event.clientY };
    const last = lastClick;
    const second =
      last !== null &&
      last.id === id &&
      event.timeStamp - last.time < doubleClick.within &&
      Math.hypot(at.x - last.at.x, at.y - last.at.y) < doubleClick.distance;
    lastClick = second ? null : { id, at, time: event.timeStamp };
    if (second) options.dispatch({ type: 'toggle-maximize', id });
  }

  function pointerDown(event: PointerEvent, id: string, of: HTMLElement, grip: Grip): void {
    if (gesture.stage !== 'idle' || event.button !== 0 || !event.isPrimary) return;
    // A button in the title bar is not a part to grip it by.
    if (!(event.target instanceof Element) || event.target.closest('button, a, input') !== null) return;
    // What has the keys keeps them: a press on its own title bar takes them from no terminal.
    event.preventDefault();
    const pressed = press(options.current(), id, grip, { x: event.clientX, y: event.clientY });
    if (pressed.stage === 'idle') return;
    const { pointerId } = event;
    event.target.setPointerCapture(pointerId);
    const signal = begin(pressed, of, grip);
    // On the page, not on the element: an element that is removed loses the pointer without being told.
    const on = <K extends keyof WindowEventMap>(type: K, handle: (event: WindowEventMap[K]) => void) =>
      window.addEventListener(type, handle, { capture: true, signal });
    const mine = (handle: (event: PointerEvent) => void) => (each: PointerEvent) => {
      if (each.pointerId === pointerId) handle(each);
    };
    on(
      'pointermove',
      mine((each) => show(pointed(gesture, { x: each.clientX, y: each.clientY }))),
    );
    on(
      'pointerup',
      mine((each) => {
        const isClick = gesture.stage === 'pressed';
        end(released(gesture));
        if (isClick && grip === 'move') clicked(id, each);
      }),
    );
    const interrupted = mine(() => end(released(gesture, true)));
    on('pointercancel', interrupted);
    on('lostpointercapture', interrupted);
    on('keydown', (each) => {
      if (each.key !== 'Escape') return;
      each.preventDefault();
      each.stopImmediatePropagation();
      end(null);
    });
  }

  function keyboard(id: string, of: HTMLElement, what: 'move' | 'resize'): void {
    if (gesture.stage !== 'idle') return;
    const begun = byKeys(options.current(), id, what);
    if (begun.stage === 'idle') return;
    const signal = begin(begun, of, what === 'move' ? 'move' : 'se');
    const keys = { capture: true, signal };
    window.addEventListener(
      'keydown',
      (event) => {
        // Every key is the grab's until it ends, as in Plasma.
        event.preventDefault();
        event.stopImmediatePropagation();
        const arrow = arrows[event.key];
        const by = event.ctrlKey ? step.fine : step.coarse;
        if (arrow !== undefined) show(nudged(gesture, arrow[0] * by, arrow[1] * by));
        else if (event.key === 'Escape') end(null);
        else if (event.key === 'Enter' && !event.repeat) end(released(gesture));
      },
      keys,
    );
    const interrupted = () => end(released(gesture, true));
    window.addEventListener('pointerdown', interrupted, keys);
    window.addEventListener('blur', interrupted, { signal });
  }

  return {
    pointerDown,
    keyboard,
    get id() {
      return heldId();
    },
    close() {
      if (gesture.stage !== 'idle') end(released(gesture, true));
    },
  };
}
