/** The page of those who are not signed in. There is no password: an address that works once signs a device in. */
import { Match, Show, Switch } from 'solid-js';
import { type Problem, problemKind } from '../../protocol/problem.ts';
import './sign-in.css';

export function SignIn(props: { signingIn: boolean; why?: Problem | undefined; onRetry(): void }) {
  const offline = () => props.why?.status === 0;
  const starting = () => props.why === undefined && props.signingIn;
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <img src="/porthole.svg" alt="" width="88" height="88" />
        <h1>Porthole</h1>
        <Switch fallback={<Ask />}>
          <Match when={starting()}>
            <p class="sign-in-wait" role="status">
              <span class="spinner" aria-hidden="true" />
              Signing in…
            </p>
          </Match>
          <Match when={offline()}>
            <p class="sign-in-why" role="alert">
              Your box does not answer.
            </p>
            <p class="sign-in-detail">Is it on, and are you on its network? Nothing was lost.</p>
            <button type="button" class="button primary" onClick={() => props.onRetry()}>
              Try again
            </button>
          </Match>
          <Match when={props.why}>
            {(why) => (
              <>
                <p class="sign-in-why" role="alert">
                  {why().title}
                </p>
                <Show when={!problemKind(why()).startsWith('token-') && why().detail}>
                  <p class="sign-in-detail">{why().detail}</p>
                </Show>
                <Ask />
              </>
            )}
          </Match>
        </Switch>
      </div>
    </main>
  );
}

function Ask() {
  return (
    <div class="sign-in-ask">
      <p>
        Sign in with the address that your box prints. It works once for each device. For a new one, run on the box, in
        Porthole's folder:
      </p>
      <code>sh bin/porthole user link YOUR-EMAIL</code>
    </div>
  );
}
