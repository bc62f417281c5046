/** Meta pressed and let go with nothing between: where the browser gets that key, it opens the launcher, as in Plasma. */
export function onMetaAlone(act: () => void, signal: AbortSignal): void {
  let alone = false;
  const listen = { capture: true, signal };
  window.addEventListener(
    'keydown',
    ({ key, repeat }) => {
      alone = key === 'Meta' && (alone || !repeat);
    },
    listen,
  );
  window.addEventListener(
    'keyup',
    ({ key }) => {
      if (key === 'Meta' && alone) act();
      alone = false;
    },
    listen,
  );
  const spoil = () => {
    alone = false;
  };
  window.addEventListener('pointerdown', spoil, listen);
  window.addEventListener('blur', spoil, { signal });
}
