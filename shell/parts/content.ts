/** A file's bytes: where they are, and how the browser saves them. */
import { gatewayOrigin } from '../gateway.ts';

export function contentUrl(path: string): string {
  return new URL(`/agent/files/content?path=${encodeURIComponent(path)}`, gatewayOrigin).href;
}

/** The browser's own download: it shows progress, and goes on when the window is closed. */
export function download(path: string): void {
  const link = document.createElement('a');
  link.href = `${contentUrl(path)}&download`;
  link.download = '';
  link.click();
}
