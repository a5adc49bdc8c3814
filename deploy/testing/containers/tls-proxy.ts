import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';
import type { Certificates } from './certificates.ts';

/** Puts TLS in front of an HTTP address, for engines that are started without it. */
export const startTlsProxy = async (
  target: string,
  { serverKey, serverCertificate }: Certificates,
): Promise<{ readonly url: string; readonly stop: () => void }> => {
  const { hostname, port } = new URL(target);
  const server = createServer({ key: serverKey, cert: serverCertificate }, (client) => {
    const engine = connect(Number(port), hostname);
    // Whichever side ends or fails ends the other.
    pipeline(client, engine, client, () => engine.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => void server.close() };
};
