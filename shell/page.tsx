/** The whole page: the sign-in page until it is known who is there, then their desktop. */
import { Match, onMount, Switch } from 'solid-js';
import { Desktop } from './desktop/desktop.tsx';
import { createSession } from './session.ts';
import { SignIn } from './sign-in/sign-in.tsx';
import { followViewport } from './viewport.ts';
import './page.css';

export function Page() {
  const session = createSession();
  onMount(() => void session.start());
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
