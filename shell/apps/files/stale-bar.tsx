/** Says that a listing is not what is there now, and why. */
import type { Problem } from '../../../protocol/problem.ts';

export function StaleBar(props: { problem: Problem; stopped: boolean; retry(): void; start(): void }) {
  return (
    <div class="files-stale-bar" role="alert">
      <p>
        {props.stopped ? 'Your container has stopped. ' : `${props.problem.title} `}
        This is what was here last.
      </p>
      <button type="button" class="button" onClick={() => (props.stopped ? props.start() : props.retry())}>
        {props.stopped ? 'Start again' : 'Try again'}
      </button>
    </div>
  );
}
