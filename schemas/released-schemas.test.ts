import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { singleObjectCodec } from './single-object.ts';
import { rabinFingerprint } from './rabin.ts';

// A released schema file never changes: events in Kafka carry its fingerprint for ever. To change the contract add the
// next version beside it and its fingerprint here.
const released: Readonly<Record<string, string>> = {
  'dead-letter.v1.avsc': 'fcae8b24743ab5a8',
  'dead-letter.v2.avsc': '63684577edf15c13',
  'directory-event.v1.avsc': '14d7ecdc544bf024',
  'event.v1.avsc': '01b644c40934dfe7',
  'event.v2.avsc': 'e2e8e3bdbb81fe77',
  'notification.v1.avsc': '5d2f1fe70e1cb2fe',
  'quarantine-action.v1.avsc': '9e11c75bcbe304e6',
};

const folder = new URL('./avro/', import.meta.url);

test('released schemas are what they were when released', () => {
  const fingerprints = Object.fromEntries(
    readdirSync(folder).map((file) => {
      const [name] = file.split('.v');
      const version = Number(/\.v(\d+)\./.exec(file)?.[1]) - 1;
      const type = singleObjectCodec(name as string).released[version];
      return [file, rabinFingerprint(JSON.stringify(type?.schema())).toString('hex')];
    }),
  );
  assert.deepEqual(fingerprints, released);
});

test('the newest version reads every version before it', () => {
  for (const name of ['event', 'dead-letter', 'directory-event', 'notification', 'quarantine-action']) {
    const { released, newest, decode } = singleObjectCodec(name);
    for (const type of released) {
      const header = Buffer.concat([Buffer.from([0xc3, 0x01]), rabinFingerprint(JSON.stringify(type.schema()))]);
      for (let round = 0; round < 100; round++) {
        assert.ok(newest.isValid(decode(Buffer.concat([header, type.toBuffer(type.random())]))));
      }
    }
  }
});

test('the fingerprint is the one the Avro specification gives', () => {
  // The specification's own example value for the empty input, and the published fingerprint of "int".
  assert.equal(rabinFingerprint('').toString('hex'), '95a7d7a43a215dc1');
  assert.equal(rabinFingerprint('"int"').readBigUInt64LE().toString(16), '7275d51a3f395c8f');
});

test('schema files are valid JSON with a documented record', () => {
  for (const file of readdirSync(folder)) {
    const schema = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { type: string; doc: string };
    assert.equal(schema.type, 'record');
    assert.ok(schema.doc.length > 0, file);
  }
});
