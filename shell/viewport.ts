/**
 * The page is as high as what can be seen of it: a soft keyboard takes its part away, on browsers that resize the page
 * for it and on those that only move it. Written once an animation frame.
 */
export function followViewport(): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  let asked = 0;
  const follow = () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => {
      // Pinched in, the person looks at a part of the page: that is not another size of it.
      if (viewport.scale !== 1) return;
      const { style } = document.documentElement;
      style.setProperty('--page-height', `${viewport.height}px`);
      style.setProperty('--page-top', `${viewport.offsetTop}px`);
    });
  };
  viewport.addEventListener('resize', follow);
  viewport.addEventListener('scroll', follow);
}
