/** The terminal's colours: Konsole's Breeze on the dark, the same hues deep enough for paper on the light. */
import type { ITheme } from '@xterm/xterm';

const dark: ITheme = {
  background: '#232627',
  foreground: '#fcfcfc',
  cursor: '#fcfcfc',
  cursorAccent: '#232627',
  selectionBackground: '#3daee966',
  selectionInactiveBackground: '#7f8c8d55',
  black: '#232627',
  red: '#ed1515',
  green: '#11d116',
  yellow: '#f67400',
  blue: '#1d99f3',
  magenta: '#9b59b6',
  cyan: '#1abc9c',
  white: '#fcfcfc',
  brightBlack: '#7f8c8d',
  brightRed: '#ff5c57',
  brightGreen: '#1cdc9a',
  brightYellow: '#fdbc4b',
  brightBlue: '#3daee9',
  brightMagenta: '#c17ad6',
  brightCyan: '#3fd9bb',
  brightWhite: '#ffffff',
};

const light: ITheme = {
  background: '#ffffff',
  foreground: '#232629',
  cursor: '#232629',
  cursorAccent: '#ffffff',
  selectionBackground: '#3daee966',
  selectionInactiveBackground: '#7f8c8d44',
  black: '#232627',
  red: '#bf0303',
  green: '#14731b',
  yellow: '#9c5200',
  blue: '#0b5fa5',
  magenta: '#7d3c98',
  cyan: '#0e7265',
  white: '#7f8c8d',
  brightBlack: '#5e686b',
  brightRed: '#d62f2b',
  brightGreen: '#1b8a3a',
  brightYellow: '#b45f06',
  brightBlue: '#2980b9',
  brightMagenta: '#9b59b6',
  brightCyan: '#12897a',
  brightWhite: '#63686d',
};

const query = window.matchMedia('(prefers-color-scheme: dark)');

export function currentTheme(): ITheme {
  return query.matches ? dark : light;
}

/** Calls `changed` when the person's colour scheme changes, until `signal` is aborted. */
export function onThemeChange(changed: () => void, signal: AbortSignal): void {
  query.addEventListener('change', changed, { signal });
}
