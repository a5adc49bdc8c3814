import { readdirSync, readFileSync } from 'node:fs';
import avro from 'avsc';
import { rabinFingerprint } from './rabin.ts';

// Avro single-object encoding: C3 01, the schema's 8-byte fingerprint, the datum. No registry is needed: every schema
// ever released is in avro/, and a reader resolves any of them to the newest.
// https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding

export const headerBytes = 10;

export type SingleObjectCodec = {
  encode: (datum: unknown) => Buffer;
  /** Throws where the bytes are no datum of a released schema; callers turn that into a rejection. */
  decode: (bytes: Buffer) => unknown;
  /** Whether the newest schema wrote these bytes. */
  isNewest: (bytes: Buffer) => boolean;
  newest: avro.Type;
  released: readonly avro.Type[];
};

const folder = new URL('./avro/', import.meta.url);

const versionOf = (file: string): number => Number(/\.v(\d+)\.avsc$/.exec(file)?.[1]);

const headerOf = (type: avro.Type): Buffer =>
  Buffer.concat([Buffer.from([0xc3, 0x01]), rabinFingerprint(JSON.stringify(type.schema()))]);

/** Codec over every released version of one schema, `avro/NAME.vN.avsc`. */
export const singleObjectCodec = (name: string): SingleObjectCodec => {
  const files = readdirSync(folder).filter((file) => file.startsWith(`${name}.v`) && file.endsWith('.avsc'));
  const released = files
    .sort((a, b) => versionOf(a) - versionOf(b))
    .map((file) => avro.Type.forSchema(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as avro.Schema));
  const newest = released.at(-1);
  if (newest === undefined) throw new Error(`no released schema avro/${name}.vN.avsc`);
  const header = headerOf(newest);
  const readers = new Map(
    released.map((type) => [
      headerOf(type).toString('latin1'),
      type === newest ? undefined : newest.createResolver(type),
    ]),
  );

  const decode = (bytes: Buffer): unknown => {
    const fingerprint = bytes.toString('latin1', 0, headerBytes);
    if (!readers.has(fingerprint))
      throw new Error(`no released schema has the fingerprint ${bytes.toString('hex', 0, headerBytes)}`);
    return newest.fromBuffer(bytes.subarray(headerBytes), readers.get(fingerprint));
  };

  return {
    encode: (datum) => Buffer.concat([header, newest.toBuffer(datum)]),
    decode,
    isNewest: (bytes) => header.equals(bytes.subarray(0, headerBytes)),
    newest,
    released,
  };
};
