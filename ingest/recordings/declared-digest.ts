import type { IncomingHttpHeaders } from 'node:http';

export type DeclaredDigest = { sha256Hex: string; header: string };

/** The SHA-256 that an upload declares, in our header or the standard ones; a problem where none or several differ. */
export const declaredDigest = (headers: IncomingHttpHeaders): DeclaredDigest | { header: string; problem: string } => {
  const found: DeclaredDigest[] = [];
  for (const [header, read] of readers) {
    const value = headers[header];
    if (typeof value !== 'string') continue;
    const sha256Hex = read(value);
    if (sha256Hex === null) return { header, problem: 'holds no SHA-256 of 32 bytes' };
    found.push({ sha256Hex, header });
  }
  const [first] = found;
  if (first === undefined)
    return { header: 'x-content-sha256', problem: 'is missing: send the SHA-256 of the audio in hex' };
  const other = found.find(({ sha256Hex }) => sha256Hex !== first.sha256Hex);
  return other === undefined ? first : { header: other.header, problem: `says something else than ${first.header}` };
};

const ofHex = (value: string): string | null => {
  const hex = value.trim().toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? hex : null;
};

const ofBase64 = (value: string | undefined): string | null => {
  const bytes = Buffer.from(value ?? '', 'base64');
  return bytes.length === 32 ? bytes.toString('hex') : null;
};

const readers: readonly (readonly [string, (value: string) => string | null])[] = [
  ['x-content-sha256', ofHex],
  // RFC 9530: sha-256=:BASE64:
  ['content-digest', (value) => ofBase64(/sha-256=:([^:]+):/i.exec(value)?.[1])],
  // RFC 3230: sha-256=BASE64
  ['digest', (value) => ofBase64(/sha-256=([^,\s]+)/i.exec(value)?.[1])],
];
