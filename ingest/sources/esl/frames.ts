import { ConnectionEnded } from '../keep-connected.ts';

/** One frame of the event socket: its header lines, and as many bytes as `Content-Length` says. */
export type EslFrame = { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer };

export type FrameSplitter = {
  /** The frames that this chunk completes. Throws `ConnectionEnded` for a frame that no event socket would send. */
  push: (chunk: Buffer) => EslFrame[];
};

const maxHeadBytes = 64 * 1024;
const headEnd = '\n\n';
const noBytes = Buffer.alloc(0);

type Reading =
  | { kind: 'head'; bytes: Buffer }
  | { kind: 'body'; headers: Readonly<Record<string, string>>; parts: Buffer[]; missing: number };

/** Cuts what a socket gives, in chunks of any size, into frames of at most `maxBodyBytes`. */
export const createFrameSplitter = (maxBodyBytes: number): FrameSplitter => {
  let reading: Reading = { kind: 'head', bytes: noBytes };
  const frames: EslFrame[] = [];

  const finish = (headers: EslFrame['headers'], body: Buffer): void => {
    frames.push({ headers, body });
    reading = { kind: 'head', bytes: noBytes };
  };

  const takeHead = (before: Buffer, chunk: Buffer): Buffer => {
    const bytes = withoutBlankLines(before.length === 0 ? chunk : Buffer.concat([before, chunk]));
    const end = bytes.indexOf(headEnd);
    if (end > maxHeadBytes || (end === -1 && bytes.length > maxHeadBytes))
      throw new ConnectionEnded(`a frame's head is longer than ${maxHeadBytes} bytes`);
    if (end === -1) {
      reading = { kind: 'head', bytes };
      return noBytes;
    }
    const headers = headersOf(bytes.toString('latin1', 0, end));
    const length = bodyLength(headers, maxBodyBytes);
    if (length === 0) finish(headers, noBytes);
    else reading = { kind: 'body', headers, parts: [], missing: length };
    return bytes.subarray(end + headEnd.length);
  };

  const takeBody = (body: Extract<Reading, { kind: 'body' }>, chunk: Buffer): Buffer => {
    const part = chunk.subarray(0, body.missing);
    body.parts.push(part);
    body.missing -= part.length;
    if (body.missing === 0) finish(body.headers, body.parts.length === 1 ? part : Buffer.concat(body.parts));
    return chunk.subarray(part.length);
  };

  return {
    push: (chunk) => {
      let rest = chunk;
      while (rest.length > 0) rest = reading.kind === 'head' ? takeHead(reading.bytes, rest) : takeBody(reading, rest);
      return frames.splice(0);
    },
  };
};

const withoutBlankLines = (bytes: Buffer): Buffer => {
  let start = 0;
  while (bytes[start] === 0x0a || bytes[start] === 0x0d) start++;
  return bytes.subarray(start);
};

const headersOf = (head: string): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const line of head.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new ConnectionEnded(`a frame's head has no "Name: value": ${line.slice(0, 60)}`);
    headers[line.slice(0, colon).toLowerCase()] ??= line.slice(colon + 1).trim();
  }
  return headers;
};

const bodyLength = (headers: Readonly<Record<string, string>>, maxBodyBytes: number): number => {
  const text = headers['content-length'] ?? '0';
  const length = Number(text);
  if (!/^\d+$/.test(text) || length > maxBodyBytes)
    throw new ConnectionEnded(`Content-Length ${text.slice(0, 20)} is none, or above ${maxBodyBytes} bytes`);
  return length;
};
