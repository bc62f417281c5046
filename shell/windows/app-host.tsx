/** The app inside a window: while it loads, when it cannot be loaded, and itself. */
import { createEffect, createSignal, ErrorBoundary, Match, on, Switch } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import type { RegistryApp } from '../../protocol/manifest.ts';
import type { AppProps, ShellApp } from '../app.ts';
import { loadApp } from './apps.ts';

type Loading = { step: 'loading' } | { step: 'failed'; why: string } | { step: 'loaded'; app: ShellApp };

export function AppHost(props: Omit<AppProps, 'app'> & { app: RegistryApp | undefined }) {
  const [loading, setLoading] = createSignal<Loading>({ step: 'loading' });
  const load = async () => {
    const { app } = props;
    if (!app) return;
    setLoading({ step: 'loading' });
    try {
      setLoading({ step: 'loaded', app: await loadApp(app) });
    } catch (error) {
      setLoading({ step: 'failed', why: error instanceof Error ? error.message : String(error) });
    }
  };
  // Also when what this person may open came later than the window.
  createEffect(
    on(
      () => props.app?.id,
      () => void load(),
    ),
  );
  const step = () => loading().step;
  const loaded = () => {
    const now = loading();
    return now.step === 'loaded' ? now.app : undefined;
  };

  return (
    <Switch>
      <Match when={!props.app}>
        <div class="pane" role="alert">
          <p class="pane-title">This app is not available</p>
          <p class="pane-detail">It was removed from your box, or you may not open it any more.</p>
        </div>
      </Match>
      <Match when={step() === 'failed'}>
        <div class="pane" role="alert">
          <p class="pane-title">{props.app?.name} could not be loaded</p>
          <p class="pane-detail">Its files could not be had from your box.</p>
          <div class="pane-actions">
            <button type="button" class="button primary" onClick={() => void load()}>
              Try again
            </button>
          </div>
        </div>
      </Match>
      <Match when={step() === 'loading'}>
        <div class="pane" role="status">
          <span class="spinner" aria-hidden="true" />
          <span class="visually-hidden">Loading {props.app?.name}…</span>
        </div>
      </Match>
      <Match when={loaded()}>
        {(app) => (
          <ErrorBoundary
            fallback={(_, reset) => (
              <div class="pane" role="alert">
                <p class="pane-title">{props.app?.name} has stopped</p>
                <p class="pane-detail">Something in it went wrong. Nothing on your box was changed by that.</p>
                <div class="pane-actions">
                  <button type="button" class="button primary" onClick={reset}>
                    Start it again
                  </button>
                </div>
              </div>
            )}
          >
            <Dynamic component={app().component} {...(props as AppProps)} />
          </ErrorBoundary>
        )}
      </Match>
    </Switch>
  );
}
