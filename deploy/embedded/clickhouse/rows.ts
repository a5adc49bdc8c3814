import type { Readable } from 'node:stream';
import { beginStream, sendWhole, summary } from './answer.ts';
import type { EngineResult } from './engine.ts';
import { CODES, fromEngine, QueryError, queryError } from './errors.ts';
import { answerHead, type Exchange } from './exchange.ts';
import { quote, type Statement, withOutput } from './statement.ts';

/** Results up to this size are answered whole: with their length, their summary and, if they fail, the right status. */
const WHOLE_BYTES = 256 * 1024;
/** The same for wait_end_of_query, which must not begin to answer before the end. */
const WAITED_BYTES = 64 * 1024 * 1024;

type Rows = Extract<Statement, { kind: 'rows' }>;
type Ended = { readonly ok: true; readonly result: EngineResult } | { readonly ok: false; readonly error: QueryError };

interface Reader {
  /** The result's next bytes; `undefined` at their end; rejects when the client goes away. */
  next(): Promise<Buffer | undefined>;
  /** Reads the rest away: the engine would wait for a reader for ever. */
  drain(): Promise<void>;
}

function openReader(source: Readable, signal: AbortSignal): Reader {
  const chunks: AsyncIterator<Buffer> = source.iterator({ destroyOnReturn: false });
  const gone = new Promise<never>((_, reject) => {
    const leave = (): void => reject(queryError('cancelled', 'The client went away'));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
  });
  gone.catch(() => undefined);
  return {
    async next() {
      const step = await Promise.race([chunks.next(), gone]);
      return step.done === true ? undefined : step.value;
    },
    async drain() {
      while ((await chunks.next()).done !== true);
    },
  };
}

async function resultOf(ended: Promise<Ended>): Promise<EngineResult> {
  const end = await ended;
  if (!end.ok) throw end.error;
  return end.result;
}

async function answer(exchange: Exchange, format: string, reader: Reader, ended: Promise<Ended>): Promise<void> {
  const { request, response, signal, parts } = exchange;
  const head = answerHead(exchange, format);
  const most = request.waitEnd ? WAITED_BYTES : WHOLE_BYTES;
  const first: Buffer[] = [];
  let size = 0;
  let chunk = await reader.next();
  for (; chunk !== undefined && size + chunk.length <= most; chunk = await reader.next()) {
    first.push(chunk);
    size += chunk.length;
  }
  if (chunk === undefined) {
    const result = await resultOf(ended);
    // Some kinds of EXPLAIN take no INTO OUTFILE and return their rows.
    const body = size === 0 ? result.bytes : Buffer.concat(first);
    return sendWhole(response, head, body, summary(result, false));
  }
  if (request.waitEnd) throw queryError('resultIsTooLarge', `wait_end_of_query holds back at most ${most} bytes`);
  const stream = beginStream(response, head);
  try {
    for (const held of first) await stream.write(held, signal);
    for (; chunk !== undefined; chunk = await reader.next()) await stream.write(chunk, signal);
    await resultOf(ended);
    stream.end();
  } catch (reason) {
    if (!signal.aborted) await stream.fail(fromEngine(reason), parts.engine.version);
    throw reason;
  }
}

/** The engine says what is wrong with a text; of one that we made of it, it would speak of what nobody wrote. */
async function ownWords(exchange: Exchange, statement: Rows, reason: unknown): Promise<QueryError> {
  const error = fromEngine(reason);
  if (error.code !== CODES.syntaxError[0] || exchange.signal.aborted) return error;
  const text = `SELECT formatQuery(${quote(statement.text)})`;
  const parse = { ...exchange.query, params: new Map(), settings: new Map(), text, format: 'Null' };
  try {
    await exchange.parts.engine.run({ ...parse, changesSession: false }, exchange.signal);
    return error;
  } catch (found) {
    const { code, message } = fromEngine(found);
    const own = message.split(': In scope SELECT formatQuery(')[0] ?? message;
    return code === error.code ? new QueryError(code, error.type, own) : error;
  }
}

async function runInLane(exchange: Exchange, statement: Rows): Promise<void> {
  const { parts, query, signal, request } = exchange;
  const format = statement.format ?? request.defaultFormat;
  const pipe = parts.pipes.take();
  const opened = pipe.open();
  const ended = parts.engine
    .run({ ...query, text: withOutput(statement, pipe.path, format), changesSession: false, format }, signal)
    .then<Ended, Ended>(
      (result) => ({ ok: true, result }),
      async (reason: unknown) => ({ ok: false, error: await ownWords(exchange, statement, reason) }),
    )
    .finally(() => opened.finish());
  const reader = openReader(opened.source, signal);
  try {
    await answer(exchange, format, reader, ended);
  } catch (reason) {
    exchange.abandon();
    throw reason;
  } finally {
    await reader.drain();
    await ended;
    parts.pipes.give(pipe);
  }
}

/** Runs a query with rows and answers with them as they are made; the engine waits for a slow client. */
export async function runRows(exchange: Exchange, statement: Rows): Promise<void> {
  const release = await exchange.parts.reads.enter(exchange.signal);
  try {
    await runInLane(exchange, statement);
  } finally {
    release();
  }
}
