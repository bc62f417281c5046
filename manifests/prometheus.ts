import type { ManifestInput } from '../protocol/manifest.ts';

export default {
  id: 'prometheus',
  name: 'Prometheus',
  summary: 'Metrics and alerts',
  category: 'Monitoring',
  keywords: ['metrics', 'graphs', 'alerts', 'promql'],
  roles: ['admin', 'member'],
  size: [1080, 720],
  // Nothing blocks it in a frame; it sends Access-Control-Allow-Origin: *, which the gateway drops for every app.
  opens: { kind: 'frame', port: 9090, health: '/-/healthy' },
} satisfies ManifestInput;
