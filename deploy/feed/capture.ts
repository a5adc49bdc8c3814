import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { TextForm } from '../../ingest/text-form.ts';
import { CommandError } from '../cli/command-error.ts';
import type { Body } from './ingest-client.ts';

/** Records of a file that go to ingest in one request. */
export type Batch = {
  body: Body;
  /** Place of the first record in the file, counted from 0. */
  firstIndex: number;
  /** As read; undefined where a line is no JSON, which ingest says too. */
  records: readonly unknown[];
  /** Share of the file that is read with this batch, 0 to 1. */
  progress: number;
};

export type Unwrap = (document: unknown) => readonly unknown[];

const recordsPerBatch = 1000;
/** Ingest takes 10 MiB. */
const bytesPerBatch = 4 * 2 ** 20;

/** Where the records of a capture stand: in a JSON document, and in a text where the dialect has one. */
export type CaptureForm = { unwrap: Unwrap; text: TextForm | null };

/** The records of a capture, in batches: a JSON array or object, NDJSON (a line at a time, of any size), or a text. */
export async function* readCapture(file: string, { unwrap, text }: CaptureForm): AsyncGenerator<Batch> {
  switch (await formatOf(file, text !== null)) {
    case 'ndjson':
      return yield* ndjsonBatches(file);
    case 'json':
      return yield* jsonBatches(unwrap(await readJson(file)));
    case 'text':
      if (text === null) throw new CommandError(`${file} is no JSON`);
      return yield* textBatches(await readFile(file), text);
  }
}

type Format = 'json' | 'ndjson' | 'text';

const headBytes = 2 ** 20;

/** By the file's first bytes. */
const formatOf = async (file: string, mayBeText: boolean): Promise<Format> => {
  const head = await readHead(file);
  const text = head.replace(/^\uFEFF/, '').trimStart();
  if (text === '') throw new CommandError(`${file} is empty`);
  // A console's lines may begin with `[2026-03-04 10:00:00]`.
  if (text.startsWith('[')) return mayBeText && !/^\[\s*[[{\]"]/.test(text) ? 'text' : 'json';
  if (!text.startsWith('{')) return 'text';
  const firstLine = text.slice(0, text.indexOf('\n') + 1 || undefined);
  return parsed(firstLine) === undefined || firstLine.length === text.length ? 'json' : 'ndjson';
};

const readHead = async (file: string): Promise<string> => {
  const handle = await openFile(file);
  try {
    // It is read twice, which a pipe cannot be.
    if (!(await handle.stat()).isFile()) throw new CommandError(`cannot read ${file}: it is no regular file`);
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(headBytes) });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
};

const openFile = async (file: string): ReturnType<typeof open> => {
  try {
    return await open(file);
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`);
  }
};

const readJson = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new CommandError(`${file} is no JSON: ${(error as Error).message}`);
  }
};

function* jsonBatches(records: readonly unknown[]): Generator<Batch> {
  const texts = records.map((record) => JSON.stringify(record));
  for (const { from, to } of chunks(texts)) {
    yield {
      body: { content: `[${texts.slice(from, to).join(',')}]`, contentType: 'application/json' },
      firstIndex: from,
      records: records.slice(from, to),
      progress: to / texts.length,
    };
  }
}

async function* ndjsonBatches(file: string): AsyncGenerator<Batch> {
  const stream = createReadStream(file);
  const total = (await stat(file)).size;
  let lines: string[] = [];
  let bytes = 0;
  let firstIndex = 0;
  const batch = (): Batch => ({
    body: { content: lines.join('\n'), contentType: 'application/x-ndjson' },
    firstIndex,
    records: lines.map(parsed),
    progress: Math.min(1, stream.bytesRead / total),
  });
  for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const size = Buffer.byteLength(line);
    if (lines.length === recordsPerBatch || (lines.length > 0 && bytes + size > bytesPerBatch)) {
      yield batch();
      firstIndex += lines.length;
      lines = [];
      bytes = 0;
    }
    lines.push(line);
    bytes += size;
  }
  if (lines.length > 0) yield batch();
}

/** Each record is sent without what stands between them; where the text cannot be read, it goes as it is. */
function* textBatches(bytes: Buffer, form: TextForm): Generator<Batch> {
  const records = form.split(bytes);
  const head = form.head?.(bytes) ?? '';
  const texts = records.map(({ start, end }) => bytes.toString('latin1', start, end));
  for (const { from, to } of chunks(texts)) {
    yield {
      body: {
        content: Buffer.from(head + texts.slice(from, to).join('\n\n'), 'latin1'),
        contentType: form.contentTypes[0],
      },
      firstIndex: from,
      records: records.slice(from, to).map((record) => ('value' in record ? record.value : undefined)),
      progress: to / texts.length,
    };
  }
}

/** Where to cut so that no batch has too many records or bytes. */
function* chunks(texts: readonly string[]): Generator<{ from: number; to: number }> {
  let from = 0;
  let bytes = 0;
  for (const [at, text] of texts.entries()) {
    const size = Buffer.byteLength(text);
    if (at > from && (at - from === recordsPerBatch || bytes + size > bytesPerBatch)) {
      yield { from, to: at };
      from = at;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < texts.length) yield { from, to: texts.length };
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
};
