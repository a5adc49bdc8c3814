import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM texts of an authority of our own and of a server that it vouches for. */
export type Certificates = {
  readonly authority: string;
  readonly serverKey: string;
  readonly serverCertificate: string;
};

/** Makes them with openssl, for `localhost`, `127.0.0.1` and the host given; they hold for two days. */
export const makeCertificates = (host: string): Certificates => {
  const folder = mkdtempSync(join(tmpdir(), 'trunkline-certificates-'));
  const openssl = (command: string): void => {
    execFileSync('openssl', command.split(' '), { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  const hostName = /^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`;
  writeFileSync(join(folder, 'names'), `subjectAltName=DNS:localhost,IP:127.0.0.1,${hostName}`);
  try {
    openssl('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=trunkline-tests');
    openssl('req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost');
    openssl('x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names');
    return { authority: read('ca.pem'), serverKey: read('server.key'), serverCertificate: read('server.pem') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('openssl is missing: install it (these tests make certificates with it)', { cause: error });
  } finally {
    rmSync(folder, { recursive: true });
  }
};
