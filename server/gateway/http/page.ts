/** The few pages that the gateway writes itself: small, light and dark, nothing loaded from anywhere. */
import { randomBytes } from 'node:crypto';

export interface Page {
  title: string;
  text?: string | undefined;
  /** Smaller, below: what helps an administrator. */
  note?: string | undefined;
  link?: { href: string; text: string } | undefined;
  /** A script's text, the gateway's own. */
  script?: string;
  /** Who may frame it; nobody by default. */
  frameAncestors?: string;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

const style = `
:root{color-scheme:light dark;--back:#eff0f1;--card:#fff;--ink:#232629;--faint:#5b6166;--accent:#1a73a8;--line:#bcc0c4}
@media(prefers-color-scheme:dark){:root{--back:#1b1e20;--card:#2a2e32;--ink:#fcfcfc;--faint:#b0b5b9;--accent:#6cc2f5;--line:#4d5358}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:16px;background:var(--back);color:var(--ink);font:15px/1.5 "Noto Sans",system-ui,sans-serif}
main{max-width:30em;padding:24px 28px;background:var(--card);border:1px solid var(--line);border-radius:8px}
h1{font-size:19px;font-weight:600;margin:0 0 8px;overflow-wrap:anywhere}p{margin:8px 0 0;overflow-wrap:anywhere}
.note{color:var(--faint);font-size:13px}a{color:var(--accent)}`;

/** The page as headers and body. Its CSP allows its own style and script, by a nonce, and nothing else. */
export function page(of: Page): { headers: Record<string, string>; body: string } {
  const nonce = randomBytes(16).toString('base64');
  const paragraph = (text: string | undefined, note = false) =>
    text ? `<p${note ? ' class="note"' : ''}>${escaped(text)}</p>` : '';
  const link = of.link ? `<p><a target="_top" href="${escaped(of.link.href)}">${escaped(of.link.text)}</a></p>` : '';
  const script = of.script ? `<script nonce="${nonce}">${of.script}</script>` : '';
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; ` +
        `base-uri 'none'; form-action 'none'; frame-ancestors ${of.frameAncestors ?? "'none'"}`,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
    body:
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
      `<title>${escaped(of.title)}</title><style nonce="${nonce}">${style}</style>` +
      `<main><h1>${escaped(of.title)}</h1>${paragraph(of.text)}${link}${paragraph(of.note, true)}</main>${script}</html>`,
  };
}
