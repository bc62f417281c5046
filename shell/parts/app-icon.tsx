/** An app's picture; for an app that has none, the first letter of its name on a colour of its own. Decoration. */
import { createSignal, Show } from 'solid-js';
import './app-icon.css';

/** 0 to 359, the same for the same id. */
const hue = (id: string) => [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);

export function AppIcon(props: { id: string; name: string; size: number }) {
  const [missing, setMissing] = createSignal(false);
  const monogram = () => (
    <span
      class="app-monogram"
      aria-hidden="true"
      style={{ '--size': `${props.size}px`, background: `hsl(${hue(props.id)} 45% 36%)` }}
    >
      {props.name.charAt(0).toUpperCase()}
    </span>
  );
  return (
    <Show when={!missing()} fallback={monogram()}>
      <img
        src={`/apps/${props.id}.svg`}
        alt=""
        width={props.size}
        height={props.size}
        draggable={false}
        onError={() => setMissing(true)}
      />
    </Show>
  );
}
