/**
 * The page's own web manifest: what an icon on the home screen opens.
 * Source of the members: https://www.w3.org/TR/appmanifest/
 */
const icon = (file: string, sizes: string, purpose: 'any' | 'maskable' = 'any') => ({
  src: `/${file}`,
  sizes,
  type: file.endsWith('.svg') ? 'image/svg+xml' : 'image/png',
  purpose,
});

export const webManifest = {
  id: '/',
  name: 'Porthole',
  short_name: 'Porthole',
  description: 'Your own Linux box, as a desktop at a URL.',
  start_url: '/',
  scope: '/',
  display: 'standalone',
  background_color: '#16324b',
  theme_color: '#202326',
  icons: [
    icon('porthole-192.png', '192x192'),
    icon('porthole-512.png', '512x512'),
    icon('porthole-maskable-512.png', '512x512', 'maskable'),
    icon('porthole.svg', 'any'),
  ],
  shortcuts: [
    { name: 'Terminal', url: '/?open=terminal', icons: [icon('apps/terminal.svg', 'any')] },
    { name: 'Files', url: '/?open=files', icons: [icon('apps/files.svg', 'any')] },
  ],
};

export default webManifest;
