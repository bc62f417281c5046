/** The keys follow the active window: its app takes the DOM focus, unless something inside it has it already. */
import { createEffect } from 'solid-js';
import type { AppProps } from '../app.ts';

/** A text field is left alone on a touch screen, where it would raise the keyboard unasked: there `root` takes the focus. */
export function focusOn(root: HTMLElement, target: HTMLElement | undefined): void {
  const raises = target instanceof HTMLTextAreaElement && window.matchMedia('(pointer: coarse)').matches;
  (raises || !target ? root : target).focus({ preventScroll: true });
}

/** The launcher, a menu or another pop-up has the keys: whatever becomes ready meanwhile leaves them there. */
export function popupHasKeys(): boolean {
  return document.activeElement?.closest(':popover-open') != null;
}

/** @param root needs a tabindex, for while there is no target. @param target may be reactive: it takes over when there. */
export function takeFocus(
  props: Pick<AppProps, 'active' | 'visible'>,
  root: () => HTMLElement,
  target: () => HTMLElement | undefined,
): void {
  createEffect(() => {
    const wanted = target();
    const held = document.activeElement;
    const inside = held !== root() && root().contains(held);
    if (props.active && props.visible && !inside && !popupHasKeys()) focusOn(root(), wanted);
  });
}
