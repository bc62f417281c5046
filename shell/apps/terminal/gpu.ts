/** Whether WebGL here is a graphics card's. Drawn by the CPU it is slower than the DOM: 54 ms a frame against 0.8. */

const software = /swiftshader|llvmpipe|softpipe|software|basic render|virgl/i;

let known: boolean | undefined;

export function hasRealGpu(): boolean {
  known ??= look();
  return known;
}

function look(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  // Browsers keep few contexts alive: this one is not needed any more.
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !software.test(renderer);
}
