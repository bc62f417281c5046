import type { ManifestInput } from '../protocol/manifest.ts';

export default {
  id: 'terminal',
  name: 'Terminal',
  summary: 'A shell on your box',
  category: 'System',
  keywords: ['shell', 'console', 'bash', 'command line', 'konsole'],
  roles: ['admin', 'member'],
  size: [760, 480],
  opens: { kind: 'component', component: 'terminal' },
} satisfies ManifestInput;
