/** The keys follow the active window: its app takes the DOM focus, unless something inside it has it already. */
import { createEffect } from 'solid-js';
import type { AppProps } from '../../app.ts';

/**
 * @param target what takes the focus; a text field is left alone on a touch screen, where it would raise the keyboard
 *   because a window was looked at. Then `root` takes it (it needs a tabindex for that).
 */
export function takeFocus(
  props: Pick<AppProps, 'active' | 'visible'>,
  root: () => HTMLElement,
  target: () => HTMLElement | undefined,
): void {
  createEffect(() => {
    if (!props.active || !props.visible || root().contains(document.activeElement)) return;
    const wanted = target();
    const raises = wanted instanceof HTMLTextAreaElement && window.matchMedia('(pointer: coarse)').matches;
    (raises || !wanted ? root() : wanted).focus({ preventScroll: true });
  });
}
