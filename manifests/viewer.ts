import type { ManifestInput } from '../protocol/manifest.ts';

export default {
  id: 'viewer',
  name: 'Viewer',
  summary: 'Look at a file',
  category: 'Files',
  roles: ['admin', 'member'],
  launcher: false,
  size: [800, 600],
  opens: { kind: 'component', component: 'viewer' },
} satisfies ManifestInput;
