import { render } from 'solid-js/web';
import './theme.css';
import './controls.css';
import { Page } from './page.tsx';
import { keepUpToDate } from './updates.ts';

render(() => <Page />, document.body);
keepUpToDate();
