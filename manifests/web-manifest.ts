/** The web manifest of the page itself: what a phone or laptop installs. The build writes it as `/manifest.webmanifest`. */

type Icon = { src: string; sizes: string; type: string; purpose?: 'any' | 'maskable' };

/** The members that Porthole uses. Source: https://www.w3.org/TR/appmanifest/ */
export type WebManifest = {
  id: string;
  name: string;
  short_name: string;
  description: string;
  lang: string;
  start_url: string;
  scope: string;
  display: 'standalone';
  display_override: string[];
  theme_color: string;
  background_color: string;
  categories: string[];
  icons: Icon[];
  shortcuts: { name: string; description: string; url: string; icons: Icon[] }[];
};

const shortcut = (app: string, name: string, description: string) => ({
  name,
  description,
  url: `/?open=${app}`,
  icons: [{ src: `/apps/${app}.svg`, sizes: 'any', type: 'image/svg+xml' }],
});

export const webManifest: WebManifest = {
  id: '/',
  name: 'Porthole',
  short_name: 'Porthole',
  description: 'Your homelab, as a desktop at a URL.',
  lang: 'en',
  start_url: '/',
  scope: '/',
  display: 'standalone',
  display_override: ['standalone', 'minimal-ui'],
  theme_color: '#1b3f5c',
  background_color: '#16324b',
  categories: ['utilities', 'productivity'],
  icons: [
    { src: '/porthole.svg', sizes: 'any', type: 'image/svg+xml' },
    { src: '/porthole-192.png', sizes: '192x192', type: 'image/png' },
    { src: '/porthole-512.png', sizes: '512x512', type: 'image/png' },
    { src: '/porthole-maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
  ],
  shortcuts: [
    shortcut('terminal', 'Terminal', 'Open a shell on your box'),
    shortcut('files', 'Files', 'Browse your files'),
  ],
};
