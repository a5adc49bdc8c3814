import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.ts';

export type Readiness = { readonly ready: boolean; readonly checks: Readonly<Record<string, string>> };

export type ProbeOptions = {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly metrics: Metrics;
  readonly ready: () => Readiness;
  readonly live: () => boolean;
};

export type Probes = { readonly port: number; readonly stop: () => Promise<void> };

/** Serves `/livez`, `/readyz` and `/metrics` for a process that has no HTTP of its own. */
export async function startProbes(options: ProbeOptions): Promise<Probes> {
  const server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, response) => {
    answer(options, request.url ?? '/', response).catch((error: unknown) => {
      send(response, 500, 'application/json', JSON.stringify({ error: String(error) }));
    });
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(options: ProbeOptions, url: string, response: ServerResponse): Promise<void> {
  switch (url.split('?')[0]) {
    case '/livez': {
      const live = options.live();
      return send(response, live ? 200 : 503, 'application/json', JSON.stringify({ live }));
    }
    case '/readyz': {
      const readiness = options.ready();
      return send(response, readiness.ready ? 200 : 503, 'application/json', JSON.stringify(readiness));
    }
    case '/metrics': {
      const { registry } = options.metrics;
      return send(response, 200, registry.contentType, await registry.metrics());
    }
    case undefined:
    default:
      return send(response, 404, 'application/json', JSON.stringify({ error: 'not found' }));
  }
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' });
  response.end(body);
}
