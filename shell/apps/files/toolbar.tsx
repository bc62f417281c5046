/** Where one is in Files and how to get elsewhere: back, forward, up, and the path as buttons or as text. */
import { createEffect, createSignal, For, Show } from 'solid-js';
import { Icon, type IconName } from '../../parts/icons.tsx';
import { crumbs, resolve } from './path.ts';
import { shownName } from './words.ts';

export interface ToolbarProps {
  path: string;
  home: string;
  canBack: boolean;
  canForward: boolean;
  canUp: boolean;
  hidden: boolean;
  loading: boolean;
  /** The path as a text field. */
  editing: boolean;
  edit(on: boolean): void;
  back(): void;
  forward(): void;
  up(): void;
  go(path: string): void;
  toggleHidden(): void;
  reload(): void;
}

export function ToolButton(props: {
  icon: IconName;
  name: string;
  keys?: string;
  class?: string;
  disabled?: boolean;
  pressed?: boolean;
  run(): void;
}) {
  return (
    <button
      type="button"
      class={`tool-button ${props.class ?? ''}`}
      aria-label={props.name}
      aria-pressed={props.pressed}
      title={props.keys ? `${props.name} (${props.keys})` : props.name}
      disabled={props.disabled}
      onClick={() => props.run()}
    >
      <Icon name={props.icon} />
    </button>
  );
}

export function Toolbar(props: ToolbarProps) {
  return (
    <div class="files-toolbar" role="toolbar" aria-label="Navigation">
      <ToolButton icon="back" name="Back" keys="Alt+Left" disabled={!props.canBack} run={props.back} />
      <ToolButton
        class="files-wide"
        icon="forward"
        name="Forward"
        keys="Alt+Right"
        disabled={!props.canForward}
        run={props.forward}
      />
      <ToolButton icon="up" name="Up" keys="Alt+Up" disabled={!props.canUp} run={props.up} />
      <Show when={props.editing} fallback={<Crumbs {...props} />}>
        <PathField {...props} />
      </Show>
      <ToolButton
        icon="hidden"
        name="Show hidden files"
        keys="Ctrl+H"
        pressed={props.hidden}
        run={props.toggleHidden}
      />
      <ToolButton class={props.loading ? 'files-busy' : ''} icon="reload" name="Reload" keys="F5" run={props.reload} />
    </div>
  );
}

function Crumbs(props: ToolbarProps) {
  let list!: HTMLOListElement;
  // A long path shows its end.
  createEffect(() => {
    crumbs(props.path, props.home);
    list.scrollLeft = list.scrollWidth;
  });
  return (
    <nav class="files-location" aria-label="Location">
      <ol ref={list}>
        <For each={crumbs(props.path, props.home)}>
          {(crumb, at) => {
            const last = () => at() === crumbs(props.path, props.home).length - 1;
            return (
              <li>
                <button
                  type="button"
                  aria-current={last() ? 'location' : undefined}
                  onClick={() => props.go(crumb.path)}
                >
                  <bdi>{shownName(crumb.name)}</bdi>
                </button>
              </li>
            );
          }}
        </For>
      </ol>
      <button
        type="button"
        class="files-edit"
        aria-label="Edit location"
        title="Edit location (Ctrl+L)"
        onClick={() => props.edit(true)}
      >
        <Icon name="edit" />
      </button>
    </nav>
  );
}

function PathField(props: ToolbarProps) {
  const [text, setText] = createSignal(props.path);
  let left = false;
  const leave = () => {
    if (left) return;
    left = true;
    props.edit(false);
  };
  return (
    <input
      ref={(field) => queueMicrotask(() => field.select())}
      class="field files-path"
      type="text"
      aria-label="Location"
      autocomplete="off"
      autocapitalize="off"
      spellcheck={false}
      value={text()}
      onInput={(event) => setText(event.currentTarget.value)}
      onBlur={leave}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape') leave();
        if (event.key !== 'Enter' || event.isComposing) return;
        event.preventDefault();
        leave();
        props.go(resolve(text(), props.path, props.home));
      }}
    />
  );
}
