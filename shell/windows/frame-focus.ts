/**
 * A click in an iframe raises no event in the page. What the page can see is that it lost the keys, and which element
 * has them: from that follows the window that was clicked in, and that pop-ups close, as after any press elsewhere.
 */
export function followFrameFocus(focused: (windowId: string) => void, signal: AbortSignal): void {
  let watching = 0;
  let last: Element | null = null;

  // From one iframe to the next the page is told nothing at all: while one has the keys it looks once a frame.
  const look = () => {
    const { activeElement } = document;
    // Also while the browser itself is in the background: it comes back into the iframe, and says nothing of that.
    if (!(activeElement instanceof HTMLIFrameElement)) {
      watching = 0;
      last = null;
      return;
    }
    if (activeElement !== last) {
      last = activeElement;
      for (const popup of document.querySelectorAll<HTMLElement>(':popover-open')) popup.hidePopover();
      const id = activeElement.closest<HTMLElement>('[data-window]')?.dataset['window'];
      if (id) focused(id);
    }
    watching = requestAnimationFrame(look);
  };
  const begin = () => {
    cancelAnimationFrame(watching);
    // The element has the keys after this event.
    watching = requestAnimationFrame(look);
  };
  window.addEventListener('blur', begin, { signal });
  signal.addEventListener('abort', () => cancelAnimationFrame(watching));
}
