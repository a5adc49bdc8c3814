import { createHash, type Hash } from 'node:crypto';
import type { Authentication } from './authenticate.ts';
import { createChunkedDecoder, type ChunkedDecoder } from './aws-chunked.ts';
import {
  checkedValue,
  checksumHeader,
  createChecksum,
  type ChecksumAlgorithm,
  type DeclaredChecksum,
  type RunningChecksum,
} from './checksums.ts';
import { S3Error } from './errors.ts';

/** What a body must turn out to be. */
export type BodyExpectation = {
  readonly authentication: Authentication;
  /** Bytes after decoding. */
  readonly length: number;
  /** `Content-MD5`, base64. */
  readonly contentMd5: string | undefined;
  readonly checksum: DeclaredChecksum | undefined;
  /** A checksum wanted by the receiver though the sender may not have declared it. */
  readonly alsoCompute: ChecksumAlgorithm | undefined;
};

/** What a body turned out to be; only of one that passed every check. */
export type BodyDigest = {
  readonly size: number;
  readonly md5: Buffer;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
};

/** A body being received. */
export type VerifiedBody = {
  /** Bytes it is to have. */
  readonly length: number;
  readonly chunks: AsyncIterable<Buffer>;
  /** May be called once `chunks` has ended without throwing. */
  readonly digest: () => BodyDigest;
};

/** Decodes and checks a body while it streams by; the last check is made before `chunks` ends. */
export function verifyBody(raw: AsyncIterable<Buffer>, expectation: BodyExpectation): VerifiedBody {
  let digest: BodyDigest | undefined;
  async function* chunks(): AsyncGenerator<Buffer> {
    const check = new BodyCheck(expectation);
    const decoder = decoderFor(expectation.authentication);
    for await (const input of raw) {
      for (const data of decoder === undefined ? [input] : decoder.push(input)) {
        check.update(data);
        yield data;
      }
    }
    digest = check.finish(decoder?.finish() ?? new Map());
  }
  return {
    length: expectation.length,
    chunks: chunks(),
    digest: () => {
      if (digest === undefined) throw new Error('the digest of a body was asked for before its end');
      return digest;
    },
  };
}

function decoderFor({ payload, chunkSigning }: Authentication): ChunkedDecoder | undefined {
  switch (payload.kind) {
    case 'signed-chunks':
      return createChunkedDecoder(chunkSigning);
    case 'unsigned-chunks':
      return createChunkedDecoder(undefined);
    case 'hashed':
    case 'unsigned':
      return undefined;
  }
}

class BodyCheck {
  readonly #expectation: BodyExpectation;
  readonly #md5: Hash = createHash('md5');
  readonly #sha256: Hash | undefined;
  readonly #checksum: RunningChecksum | undefined;
  readonly #algorithm: ChecksumAlgorithm | undefined;
  #size = 0;

  constructor(expectation: BodyExpectation) {
    this.#expectation = expectation;
    this.#sha256 = expectation.authentication.payload.kind === 'hashed' ? createHash('sha256') : undefined;
    this.#algorithm = expectation.checksum?.algorithm ?? expectation.alsoCompute;
    this.#checksum = this.#algorithm === undefined ? undefined : createChecksum(this.#algorithm);
  }

  update(data: Buffer): void {
    this.#size += data.length;
    if (this.#size > this.#expectation.length) throw wrongLength();
    this.#md5.update(data);
    this.#sha256?.update(data);
    this.#checksum?.update(data);
  }

  finish(trailers: ReadonlyMap<string, string>): BodyDigest {
    if (this.#size !== this.#expectation.length) throw wrongLength();
    this.#checkSha256();
    const md5 = this.#md5.digest();
    this.#checkMd5(md5);
    return { size: this.#size, md5, checksum: this.#finishChecksum(trailers) };
  }

  #checkSha256(): void {
    const { payload } = this.#expectation.authentication;
    if (payload.kind === 'hashed' && this.#sha256?.digest('hex') !== payload.sha256) {
      throw new S3Error('XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match.");
    }
  }

  #checkMd5(md5: Buffer): void {
    const { contentMd5 } = this.#expectation;
    if (contentMd5 === undefined) return;
    const declared = Buffer.from(contentMd5, 'base64');
    if (declared.length !== 16) throw new S3Error('InvalidDigest', 'The Content-MD5 you specified is not valid.');
    if (!declared.equals(md5)) {
      throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
    }
  }

  #finishChecksum(trailers: ReadonlyMap<string, string>): BodyDigest['checksum'] {
    const algorithm = this.#algorithm;
    if (algorithm === undefined || this.#checksum === undefined) return undefined;
    const value = this.#checksum.digest().toString('base64');
    const declared = this.#expectation.checksum?.value;
    const expected = declared === null ? trailerValue(algorithm, trailers) : declared;
    if (expected !== undefined && expected !== value) {
      throw new S3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
    }
    return { algorithm, value };
  }
}

function trailerValue(algorithm: ChecksumAlgorithm, trailers: ReadonlyMap<string, string>): string {
  const value = trailers.get(checksumHeader(algorithm));
  if (value === undefined) throw new S3Error('InvalidRequest', 'The declared trailer is missing from the body.');
  return checkedValue(algorithm, value);
}

function wrongLength(): S3Error {
  return new S3Error('IncompleteBody', 'The body is not as long as the headers say.');
}
