/** What Prometheus is told. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = new Counter({
    name: 'porthole_requests_total',
    help: 'Requests and upgrades by route and status.',
    labelNames: ['method', 'route', 'status'],
    registers: [this.#registry],
  });

  constructor(open: () => { sessions: number; open: number }) {
    collectDefaultMetrics({ register: this.#registry });
    const gauge = (name: string, help: string, value: () => number) =>
      new Gauge({
        name,
        help,
        registers: [this.#registry],
        collect() {
          this.set(value());
        },
      });
    gauge('porthole_live_sessions', 'Sessions that hold a socket or stream open.', () => open().sessions);
    gauge('porthole_live_streams', 'Sockets and streams held open by sessions.', () => open().open);
  }

  count(method: string, route: string, status: number): void {
    this.#requests.inc({ method, route, status });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
