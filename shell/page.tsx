/** The whole page: the sign-in page until it is known who is there, then their desktop. */
import { Match, onCleanup, onMount, Switch } from 'solid-js';
import { Desktop } from './desktop/desktop.tsx';
import { createSession } from './session.ts';
import { SignIn } from './sign-in/sign-in.tsx';
import { followViewport } from './viewport.ts';
import './page.css';

export function Page() {
  const session = createSession();
  onMount(() => {
    void session.start();
    // A sign-in address put into the tab that shows this page changes its fragment only: nothing is loaded.
    const look = () => location.hash.includes('token=') && void session.start();
    window.addEventListener('hashchange', look);
    onCleanup(() => window.removeEventListener('hashchange', look));
  });
  followViewport();
  const signedIn = () => {
    const state = session.state();
    return state.step === 'signed-in' ? state.user : undefined;
  };
  const signedOut = () => {
    const state = session.state();
    return state.step === 'signed-out' ? state : undefined;
  };
  const signingIn = () => {
    const state = session.state();
    return state.step === 'starting' && state.signingIn;
  };
  return (
    <div class="page">
      <Switch fallback={<SignIn signingIn={signingIn()} onRetry={() => {}} />}>
        <Match when={signedIn()} keyed>
          {(user) => <Desktop session={session} user={user} />}
        </Match>
        <Match when={signedOut()} keyed>
          {(state) => <SignIn signingIn={false} why={state.why} onRetry={() => void session.start()} />}
        </Match>
      </Switch>
    </div>
  );
}
