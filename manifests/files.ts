import type { ManifestInput } from '../protocol/manifest.ts';

export default {
  id: 'files',
  name: 'Files',
  summary: 'Browse your files',
  category: 'System',
  keywords: ['folders', 'documents', 'home', 'dolphin', 'explorer'],
  roles: ['admin', 'member'],
  size: [880, 560],
  opens: { kind: 'component', component: 'files' },
} satisfies ManifestInput;
