import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createChunkedDecoder, type ChunkSigning } from './aws-chunked.ts';
import { chunkStringToSign, sign, signingKey, trailerStringToSign } from './sigv4.ts';

const scope = { day: '20130524', region: 'us-east-1', service: 's3' };
const amzDate = '20130524T000000Z';
const key = signingKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', scope);
const crlf = '\r\n';

function signingFrom(seedSignature: string): ChunkSigning {
  return { key, amzDate, scope, seedSignature };
}

/** Encodes as a client does, signing when asked to. */
function encode(chunks: readonly Buffer[], trailers: Readonly<Record<string, string>>, signing?: ChunkSigning): Buffer {
  let previous = signing?.seedSignature ?? '';
  const wire: Buffer[] = [];
  for (const chunk of [...chunks.filter((piece) => piece.length > 0), Buffer.alloc(0)]) {
    const hash = createHash('sha256').update(chunk).digest('hex');
    previous = sign(key, chunkStringToSign(amzDate, scope, previous, hash));
    const extension = signing === undefined ? '' : `;chunk-signature=${previous}`;
    wire.push(Buffer.from(chunk.length.toString(16) + extension + crlf), chunk);
    if (chunk.length > 0) wire.push(Buffer.from(crlf));
  }
  const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}`);
  if (signing !== undefined && lines.length > 0) {
    const signature = sign(key, trailerStringToSign(amzDate, scope, previous, `${lines.join('\n')}\n`));
    lines.push(`x-amz-trailer-signature:${signature}`);
  }
  return Buffer.concat([...wire, Buffer.from(lines.map((line) => line + crlf).join('') + crlf)]);
}

function decode(
  pieces: readonly Buffer[],
  signing?: ChunkSigning,
): { data: Buffer; trailers: ReadonlyMap<string, string> } {
  const decoder = createChunkedDecoder(signing);
  const data = pieces.flatMap((piece) => decoder.push(piece));
  return { data: Buffer.concat(data), trailers: decoder.finish() };
}

/** Cuts at the given places. */
function cut(whole: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (whole.length + 1)), whole.length].sort((a, b) => a - b);
  return sorted.slice(1).map((place, index) => whole.subarray(sorted[index], place));
}

const chunksArbitrary = fc.array(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 6 },
);
const cutsArbitrary = fc.array(fc.nat(), { maxLength: 40 });

describe('published examples', () => {
  // "Signature Calculations: Transferring Payload in Multiple Chunks": 65,536 and 1,024 letters a.
  test('signed chunks', () => {
    const seed = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';
    const signatures = [
      'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
      '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
      'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
    ];
    const wire =
      `10000;chunk-signature=${signatures[0]}${crlf}${'a'.repeat(65_536)}${crlf}` +
      `400;chunk-signature=${signatures[1]}${crlf}${'a'.repeat(1024)}${crlf}` +
      `0;chunk-signature=${signatures[2]}${crlf}${crlf}`;
    assert.equal(decode([Buffer.from(wire)], signingFrom(seed)).data.length, 66_560);
  });

  // "… Including Trailing Headers": the same content with its CRC-32C behind.
  test('signed chunks with a signed trailer', () => {
    const seed = '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e';
    const wire =
      `10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2${crlf}${'a'.repeat(65_536)}${crlf}` +
      `400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7${crlf}${'a'.repeat(1024)}${crlf}` +
      `0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992${crlf}` +
      `x-amz-checksum-crc32c:sOO8/Q==\n${crlf}` +
      `x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435${crlf}${crlf}`;
    const { trailers } = decode([Buffer.from(wire)], signingFrom(seed));
    assert.equal(trailers.get('x-amz-checksum-crc32c'), 'sOO8/Q==');
  });
});

describe('decoder', () => {
  test('gives back the content and the trailers, wherever chunks and reads are cut', () => {
    fc.assert(
      fc.property(chunksArbitrary, cutsArbitrary, fc.boolean(), fc.boolean(), (chunks, cuts, signed, trailing) => {
        const signing = signed ? signingFrom('0'.repeat(64)) : undefined;
        const sent: Record<string, string> = trailing ? { 'x-amz-checksum-crc32': 'AAAAAA==' } : {};
        const { data, trailers } = decode(cut(encode(chunks, sent, signing), cuts), signing);
        assert.deepEqual(data, Buffer.concat(chunks));
        assert.equal(trailers.get('x-amz-checksum-crc32'), sent['x-amz-checksum-crc32']);
      }),
    );
  });

  test('refuses signed content with any octet changed', () => {
    const signing = signingFrom('0'.repeat(64));
    fc.assert(
      fc.property(chunksArbitrary, fc.nat(), fc.integer({ min: 1, max: 255 }), (chunks, place, change) => {
        const wire = encode(chunks, { 'x-amz-checksum-crc32': 'AAAAAA==' }, signing);
        const at = place % wire.length;
        wire[at]! ^= change;
        try {
          const { data, trailers } = decode([wire], signing);
          // What is not signed may change: the case of hex digits and names, the space around a trailer's value.
          assert.deepEqual(data, Buffer.concat(chunks));
          assert.equal(trailers.get('x-amz-checksum-crc32'), 'AAAAAA==');
        } catch (error) {
          assert.equal((error as Error).name, 'S3Error');
        }
      }),
      { numRuns: 300 },
    );
  });

  test('refuses a body that ends early', () => {
    const wire = encode([Buffer.from('some content')], { 'x-amz-checksum-crc32': 'AAAAAA==' });
    for (let length = 0; length < wire.length; length++) {
      assert.throws(() => decode([wire.subarray(0, length)]), { code: 'IncompleteBody' });
    }
  });

  for (const [what, wire] of [
    ['bytes behind the end', `0${crlf}${crlf}x`],
    ['a size that is no number', `zz${crlf}${crlf}`],
    ['a size of more than 10 digits', `fffffffffff${crlf}`],
    ['no line end behind a chunk', `1${crlf}abc${crlf}`],
    ['an endless line', 'a'.repeat(5000)],
    ['a trailer without a colon', `0${crlf}what${crlf}${crlf}`],
    ['a trailer given twice', `0${crlf}a:1${crlf}a:1${crlf}${crlf}`],
    ['a signature where none is announced', `0;chunk-signature=${'0'.repeat(64)}${crlf}${crlf}`],
  ] as const) {
    test(`refuses ${what}`, () => assert.throws(() => decode([Buffer.from(wire)]), { code: 'InvalidRequest' }));
  }

  test('refuses unsigned chunks where signed ones are announced', () => {
    assert.throws(() => decode([encode([Buffer.from('x')], {})], signingFrom('0'.repeat(64))), {
      code: 'InvalidRequest',
    });
  });
});
