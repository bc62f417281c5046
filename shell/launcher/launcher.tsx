/**
 * The launcher: categories, and a search that the person is in as soon as it opens. The keys stay in the search field;
 * arrows walk the list, Enter opens, Escape closes. It lies in the browser's top layer, which also closes it when the
 * person presses somewhere else.
 */
import { createEffect, createMemo, createSignal, For, Show } from 'solid-js';
import type { User } from '../../protocol/api.ts';
import type { RegistryApp } from '../../protocol/manifest.ts';
import { type Action, toggleFullScreen } from '../actions.ts';
import { AppIcon } from '../parts/app-icon.tsx';
import { search } from './search.ts';
import './launcher.css';

export const launcherId = 'launcher';

export function toggleLauncher(): void {
  document.getElementById(launcherId)?.togglePopover();
}

type Entry = { id: string; name: string; summary: string; keywords: readonly string[]; isApp: boolean; run(): void };

const all = 'All';

export function Launcher(props: {
  apps: RegistryApp[];
  actions: Action[];
  user: User;
  onOpen(appId: string): void;
  onSignOut(): void;
}) {
  let panel!: HTMLElement;
  let field!: HTMLInputElement;
  const [query, setQuery] = createSignal('');
  const [category, setCategory] = createSignal<string>(all);
  const [at, setAt] = createSignal(0);

  const entries = createMemo<Entry[]>(() =>
    props.apps.map((app) => ({ ...app, isApp: true, run: () => props.onOpen(app.id) })),
  );
  const categories = createMemo(() => [all, ...new Set(props.apps.map((app) => app.category))].sort(byCategory));
  const found = createMemo<Entry[]>(() => {
    if (query().trim() !== '')
      return search(
        [...entries(), ...props.actions.map((action) => ({ ...action, isApp: false, run: action.perform }))],
        query(),
      );
    const shown = category();
    return entries().filter((_, index) => shown === all || props.apps[index]?.category === shown);
  });
  createEffect(() => {
    found();
    setAt(0);
  });
  const optionId = (index: number) => `launcher-option-${index}`;

  const close = () => panel.hidePopover();
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    close();
    entry.run();
  };
  const walk = (to: number) => {
    const count = found().length;
    if (count === 0) return;
    setAt((to + count) % count);
    document.getElementById(optionId(at()))?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') walk(at() + 1);
    else if (event.key === 'ArrowUp') walk(at() - 1);
    else if (event.key === 'Enter') run(found()[at()]);
    else if (event.key === 'Escape' && query() !== '') setQuery('');
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <section
      ref={panel}
      id={launcherId}
      class="launcher"
      popover="auto"
      aria-label="Launcher"
      on:toggle={(event) => {
        if (event.newState !== 'open') return;
        setQuery('');
        setCategory(all);
        setAt(0);
        field.focus();
      }}
    >
      <div class="launcher-search">
        <input
          ref={field}
          class="field"
          type="search"
          aria-label="Search apps and actions"
          placeholder="Search…"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-controls="launcher-list"
          aria-activedescendant={found().length > 0 ? optionId(at()) : undefined}
          value={query()}
          onInput={(event) => setQuery(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <div class="launcher-body">
        <nav class="launcher-categories" aria-label="Categories">
          <For each={categories()}>
            {(name) => (
              <button
                type="button"
                class="launcher-category"
                aria-pressed={query().trim() === '' && category() === name}
                onClick={() => {
                  setQuery('');
                  setCategory(name);
                  if (window.matchMedia('(pointer: fine)').matches) field.focus();
                }}
              >
                {name}
              </button>
            )}
          </For>
        </nav>
        <div class="launcher-results">
          <div id="launcher-list" class="launcher-list" role="listbox" aria-label="Applications" tabindex="-1">
            <For each={found()}>
              {(entry, index) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the keys stay in the search field (aria-activedescendant).
                <div
                  tabIndex={-1}
                  id={optionId(index())}
                  class="launcher-option"
                  role="option"
                  aria-label={entry.name}
                  aria-description={entry.summary}
                  aria-selected={at() === index()}
                  onPointerMove={() => setAt(index())}
                  onClick={() => run(entry)}
                >
                  <Show when={entry.isApp} fallback={<ActionMark />}>
                    <AppIcon id={entry.id} name={entry.name} size={32} />
                  </Show>
                  <span class="launcher-words">
                    <span class="launcher-name">{entry.name}</span>
                    <span class="launcher-summary">{entry.summary}</span>
                  </span>
                </div>
              )}
            </For>
          </div>
          <Show when={found().length === 0}>
            <p class="launcher-none" role="status">
              {query().trim() === '' ? 'No apps are open to this account.' : `Nothing is called “${query()}”.`}
            </p>
          </Show>
        </div>
      </div>
      <div class="launcher-footer">
        <span class="launcher-avatar" aria-hidden="true">
          {initials(props.user.name)}
        </span>
        <span class="launcher-person">
          <span class="launcher-name">{props.user.name}</span>
          <span class="launcher-summary">{props.user.email}</span>
        </span>
        <Show when={document.fullscreenEnabled}>
          <button
            type="button"
            class="tool-button"
            aria-label="Full screen"
            title="Full screen"
            onClick={() => {
              close();
              toggleFullScreen();
            }}
          >
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
              <path
                d="M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10"
                fill="none"
                stroke="currentColor"
                stroke-width="1.200"
              />
            </svg>
          </button>
        </Show>
        <button
          type="button"
          class="tool-button"
          onClick={() => {
            close();
            props.onSignOut();
          }}
        >
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path
              d="M6.500 2.500h-4v11h4M6.500 8h7M10.500 5l3 3-3 3"
              fill="none"
              stroke="currentColor"
              stroke-width="1.200"
            />
          </svg>
          Sign out
        </button>
      </div>
    </section>
  );
}

const byCategory = (a: string, b: string) => (a === all ? -1 : b === all ? 1 : a.localeCompare(b));

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((word) => word[0] ?? '')
    .join('')
    .slice(0, 2)
    .toUpperCase();

function ActionMark() {
  return (
    <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
      <circle cx="16" cy="16" r="12.500" fill="none" stroke="currentColor" stroke-opacity=".5" />
      <path d="M13 10l7 6-7 6" fill="none" stroke="currentColor" stroke-width="1.600" />
    </svg>
  );
}
