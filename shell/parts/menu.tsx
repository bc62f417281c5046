/**
 * A context menu. It lies in the browser's top layer (the Popover API), so that no window's edge or transform cuts it,
 * while its events still bubble through the window that it belongs to.
 */
import { createSignal, For, onCleanup, onMount, Show } from 'solid-js';
import './menu.css';

export interface MenuItem {
  label: string;
  /** As on the keyboard: "Ctrl+Shift+C". */
  keys?: string;
  disabled?: boolean;
  /** Present: the item is a switch. */
  checked?: boolean;
  /** A line above it. */
  separated?: boolean;
  run(): void;
}

export interface MenuOpening {
  /** In the page, CSS px. */
  x: number;
  y: number;
  items: MenuItem[];
}

const edge = 4;

export function Menu(props: { label: string; opening: MenuOpening | undefined; closed(): void }) {
  return (
    <Show when={props.opening} keyed>
      {(opening) => <Popup label={props.label} opening={opening} closed={props.closed} />}
    </Show>
  );
}

function Popup(props: { label: string; opening: MenuOpening; closed(): void }) {
  let menu!: HTMLDivElement;
  const [place, setPlace] = createSignal({ left: props.opening.x, top: props.opening.y });
  const buttons = () => [...menu.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];

  onMount(() => {
    const before = document.activeElement;
    menu.showPopover();
    const { width, height } = menu.getBoundingClientRect();
    setPlace({
      left: Math.max(edge, Math.min(props.opening.x, window.innerWidth - width - edge)),
      top: Math.max(edge, Math.min(props.opening.y, window.innerHeight - height - edge)),
    });
    menu.focus({ preventScroll: true });
    onCleanup(() => {
      // Closed by a press elsewhere, the keys are there already.
      const held = document.activeElement;
      const mine = held === null || held === document.body || menu.contains(held);
      if (mine && before instanceof HTMLElement) before.focus({ preventScroll: true });
    });
  });

  const step = (by: 1 | -1 | 'first' | 'last') => {
    const all = buttons();
    const now = all.indexOf(document.activeElement as HTMLButtonElement);
    const next =
      by === 'first' ? 0 : by === 'last' ? all.length - 1 : now < 0 ? (by > 0 ? 0 : -1) : (now + by) % all.length;
    all.at(next)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move = { ArrowDown: 1, ArrowUp: -1, Home: 'first', End: 'last' } as const;
    if (event.key in move) step(move[event.key as keyof typeof move]);
    else if (event.key === 'Tab') props.closed();
    else if (event.key === 'Escape') props.closed();
    else {
      event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={menu}
      popover="auto"
      role="menu"
      class="menu"
      tabindex="-1"
      aria-label={props.label}
      style={{ left: `${place().left}px`, top: `${place().top}px` }}
      on:toggle={(event) => event.newState === 'closed' && props.closed()}
      on:keydown={onKeyDown}
      on:contextmenu={(event) => event.preventDefault()}
    >
      <For each={props.opening.items}>
        {(item) => (
          <>
            <Show when={item.separated}>
              <hr />
            </Show>
            <button
              type="button"
              role={item.checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
              attr:aria-checked={item.checked}
              tabindex="-1"
              disabled={item.disabled}
              onPointerEnter={(event) => event.currentTarget.focus({ preventScroll: true })}
              onClick={() => {
                // First the focus goes back to where it was: what runs may want it elsewhere.
                props.closed();
                item.run();
              }}
            >
              <span class="menu-mark" aria-hidden="true">
                {item.checked ? '✓' : ''}
              </span>
              <span class="menu-label">{item.label}</span>
              <Show when={item.keys}>
                <span class="menu-keys">{item.keys}</span>
              </Show>
            </button>
          </>
        )}
      </For>
    </div>
  );
}
