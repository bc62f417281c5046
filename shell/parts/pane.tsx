/** What a window shows where it has no content: why, and what one can do about it. */
import { type JSX, Show } from 'solid-js';
import { type Problem, problemKind } from '../../protocol/problem.ts';

export interface PaneProps {
  title: string;
  detail?: string | undefined;
  icon?: JSX.Element;
  class?: string;
  /** 'alert' is read out at once; 'status' when there is time. */
  role?: 'alert' | 'status';
  children?: JSX.Element;
}

export function Pane(props: PaneProps) {
  return (
    <div class={`pane ${props.class ?? ''}`}>
      <Show when={props.icon}>
        <div class="pane-icon" aria-hidden="true">
          {props.icon}
        </div>
      </Show>
      <p class="pane-title" role={props.role}>
        {props.title}
      </p>
      <Show when={props.detail}>
        <p class="pane-detail">{props.detail}</p>
      </Show>
      <Show when={props.children}>
        <div class="pane-actions">{props.children}</div>
      </Show>
    </div>
  );
}

const offline = 'This tries again by itself as soon as the box is back.';

export function ProblemPane(props: {
  problem: Problem;
  class?: string;
  icon?: JSX.Element;
  action: string;
  onAction(): void;
  children?: JSX.Element;
}) {
  return (
    <Pane
      role="alert"
      class={props.class ?? ''}
      icon={props.icon}
      title={props.problem.title}
      detail={props.problem.detail ?? (problemKind(props.problem) === 'offline' ? offline : undefined)}
    >
      <button type="button" class="button primary" onClick={() => props.onAction()}>
        {props.action}
      </button>
      {props.children}
    </Pane>
  );
}
