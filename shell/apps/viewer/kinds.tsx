// biome-ignore-all lint/a11y/useMediaCaption: a person's own file has the captions that it has
/** How each kind of file is shown. */
import { For, Show } from 'solid-js';
import { blocks } from './preview.ts';

export function Text(props: { ref(body: HTMLElement): void; name: string; text: string; wrap: boolean }) {
  return (
    <section
      ref={(body) => props.ref(body)}
      class="viewer-body viewer-text"
      classList={{ 'viewer-wrap': props.wrap }}
      tabindex="0"
      aria-label={props.name}
    >
      <Show when={props.text !== ''} fallback={<p class="viewer-empty">This file is empty.</p>}>
        <For each={blocks(props.text)}>
          {(block) => (
            <pre style={{ 'contain-intrinsic-height': `auto ${block.split('\n').length * 1.45}em` }}>{block}</pre>
          )}
        </For>
      </Show>
    </section>
  );
}

export function Picture(props: {
  ref(body: HTMLElement): void;
  url: string;
  name: string;
  actual: boolean;
  toggle(): void;
  failed(): void;
}) {
  return (
    <section
      ref={(body) => props.ref(body)}
      class="viewer-body viewer-picture"
      classList={{ 'viewer-actual': props.actual }}
      tabindex="0"
      aria-label={props.name}
    >
      <img
        src={props.url}
        alt={props.name}
        draggable={false}
        onDblClick={() => props.toggle()}
        onError={() => props.failed()}
      />
    </section>
  );
}

export function Player(props: { url: string; name: string; kind: 'audio' | 'video'; failed(): void }) {
  return (
    <div class="viewer-body viewer-player">
      <Show
        when={props.kind === 'video'}
        fallback={
          <audio src={props.url} controls preload="metadata" aria-label={props.name} onError={() => props.failed()} />
        }
      >
        <video src={props.url} controls preload="metadata" aria-label={props.name} onError={() => props.failed()} />
      </Show>
    </div>
  );
}
