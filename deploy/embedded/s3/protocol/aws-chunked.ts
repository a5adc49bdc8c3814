import { createHash, timingSafeEqual, type Hash } from 'node:crypto';
import { S3Error } from './errors.ts';
import { chunkStringToSign, sign, trailerStringToSign, type Scope } from './sigv4.ts';

/**
 * The `aws-chunked` body encoding: `SIZE[;chunk-signature=…]CRLF data CRLF … 0[;…]CRLF trailers CRLF`.
 * Decodes a stream cut anywhere. Data is handed out before its chunk's signature is seen, for a chunk may be as large
 * as the object: nothing may be kept until `finish` has returned.
 */
export type ChunkedDecoder = {
  push: (input: Buffer) => Buffer[];
  /** To be called when the input ends; returns the trailing headers, names in lower case. */
  finish: () => ReadonlyMap<string, string>;
};

/** What chained chunk signatures are computed from. */
export type ChunkSigning = {
  readonly key: Buffer;
  readonly amzDate: string;
  readonly scope: Scope;
  readonly seedSignature: string;
};

const maxLineBytes = 1024;
const maxTrailers = 16;
const signatureTrailer = 'x-amz-trailer-signature';

type State =
  | { readonly at: 'size' }
  | { readonly at: 'data'; readonly left: number; readonly signature: string }
  | { readonly at: 'data-end' }
  | { readonly at: 'trailer' }
  | { readonly at: 'done' };

/** Starts a decoder; `signing` is given when chunks are signed, and then each signature is checked. */
export function createChunkedDecoder(signing: ChunkSigning | undefined): ChunkedDecoder {
  const signatures = signing === undefined ? undefined : new SignatureChain(signing);
  const trailers = new Map<string, string>();
  let state: State = { at: 'size' };
  let line: Buffer = Buffer.alloc(0);

  /** Moves input into `line` up to its CRLF; returns what is left, or undefined when the line goes on. */
  function takeLine(input: Buffer): Buffer | undefined {
    const seen = line.length;
    const joined = seen === 0 ? input : Buffer.concat([line, input]);
    const end = joined.indexOf('\r\n', Math.max(0, seen - 1));
    if ((end === -1 ? joined.length : end) > maxLineBytes) throw malformed();
    line = end === -1 ? Buffer.from(joined) : joined.subarray(0, end);
    return end === -1 ? undefined : joined.subarray(end + 2);
  }

  function onLine(text: string): State {
    line = Buffer.alloc(0);
    if (state.at === 'data-end') {
      if (text !== '') throw malformed();
      return { at: 'size' };
    }
    if (state.at === 'trailer') {
      if (text === '') return { at: 'done' };
      if (trailers.size >= maxTrailers) throw malformed();
      addTrailer(trailers, text);
      return state;
    }
    const { size, signature } = parseSizeLine(text, signatures !== undefined);
    if (size > 0) return { at: 'data', left: size, signature };
    signatures?.endChunk(signature);
    return { at: 'trailer' };
  }

  function push(input: Buffer): Buffer[] {
    const data: Buffer[] = [];
    let rest: Buffer | undefined = input;
    while (rest !== undefined && rest.length > 0) {
      if (state.at === 'done') throw malformed();
      if (state.at === 'data') {
        const piece: Buffer = rest.subarray(0, state.left);
        rest = rest.subarray(piece.length);
        signatures?.update(piece);
        data.push(piece);
        const { signature } = state;
        const left = state.left - piece.length;
        if (left === 0) signatures?.endChunk(signature);
        state = left === 0 ? { at: 'data-end' } : { at: 'data', left, signature };
      } else {
        rest = takeLine(rest);
        if (rest !== undefined) state = onLine(line.toString('latin1'));
      }
    }
    return data;
  }

  function finish(): ReadonlyMap<string, string> {
    if (state.at !== 'done') throw new S3Error('IncompleteBody', 'The request body ended before its last chunk.');
    if (trailers.size > 0) signatures?.endTrailers(trailers);
    return trailers;
  }

  return { push, finish };
}

function parseSizeLine(text: string, signed: boolean): { size: number; signature: string } {
  const match = /^([0-9a-f]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(text);
  if (match?.[1] === undefined || (match[2] !== undefined) !== signed) throw malformed();
  return { size: Number.parseInt(match[1], 16), signature: match[2] ?? '' };
}

function addTrailer(trailers: Map<string, string>, text: string): void {
  const colon = text.indexOf(':');
  if (colon < 1) throw malformed();
  const name = text.slice(0, colon).trim().toLowerCase();
  if (trailers.has(name)) throw malformed();
  trailers.set(name, text.slice(colon + 1).trim());
}

/** Checks that each chunk is signed, and follows the one before it. */
class SignatureChain {
  readonly #signing: ChunkSigning;
  #previous: string;
  #data: Hash = createHash('sha256');

  constructor(signing: ChunkSigning) {
    this.#signing = signing;
    this.#previous = signing.seedSignature;
  }

  update(piece: Buffer): void {
    this.#data.update(piece);
  }

  endChunk(signature: string): void {
    const { amzDate, scope } = this.#signing;
    this.#check(chunkStringToSign(amzDate, scope, this.#previous, this.#data.digest('hex')), signature);
    this.#data = createHash('sha256');
  }

  endTrailers(trailers: ReadonlyMap<string, string>): void {
    const { amzDate, scope } = this.#signing;
    const signed = [...trailers].filter(([name]) => name !== signatureTrailer);
    const text = signed.map(([name, value]) => `${name}:${value}\n`).join('');
    const signature = trailers.get(signatureTrailer) ?? '';
    this.#check(trailerStringToSign(amzDate, scope, this.#previous, text), signature);
  }

  #check(text: string, signature: string): void {
    const expected = sign(this.#signing.key, text);
    if (!sameText(signature, expected)) {
      throw new S3Error('SignatureDoesNotMatch', 'The signature of a body chunk does not match the one calculated.');
    }
    this.#previous = expected;
  }
}

/** Compares in constant time. */
export function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function malformed(): S3Error {
  return new S3Error('InvalidRequest', 'The aws-chunked encoding of the request body is malformed.');
}
