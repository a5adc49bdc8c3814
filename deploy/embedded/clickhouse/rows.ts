import type { Readable } from 'node:stream';
import { beginStream, sendWhole, summary } from './answer.ts';
import type { EngineResult } from './engine.ts';
import { fromEngine, type QueryError, queryError } from './errors.ts';
import { answerHead, type Exchange } from './exchange.ts';
import { type Statement, withOutput } from './statement.ts';

/** Results up to this size are answered whole: with their length, their summary and, if they fail, the right status. */
const WHOLE_BYTES = 256 * 1024;

type Rows = Extract<Statement, { kind: 'rows' }>;
type Ended = { readonly ok: true; readonly result: EngineResult } | { readonly ok: false; readonly error: QueryError };
type Next = () => Promise<Buffer | undefined>;

/** The result's bytes as they come, until its end, the query's failure or the client's leaving. */
function reader(source: Readable, ended: Promise<Ended>, signal: AbortSignal): Next {
  const chunks = source.iterator({ destroyOnReturn: false });
  const failed = new Promise<never>((_, reject) => {
    const leave = (): void => reject(queryError('cancelled', 'The client went away'));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    void ended.then((end) => (end.ok ? undefined : reject(end.error)));
  });
  failed.catch(() => undefined);
  return async () => {
    const step = await Promise.race([chunks.next(), failed]);
    return step.done === true ? undefined : (step.value as Buffer);
  };
}

async function resultOf(ended: Promise<Ended>): Promise<EngineResult> {
  const end = await ended;
  if (!end.ok) throw end.error;
  return end.result;
}

async function answer(exchange: Exchange, format: string, next: Next, ended: Promise<Ended>): Promise<void> {
  const { request, response, signal, parts } = exchange;
  const head = answerHead(exchange, format);
  const most = request.waitEnd ? Number.MAX_SAFE_INTEGER : WHOLE_BYTES;
  const first: Buffer[] = [];
  let size = 0;
  let chunk = await next();
  for (; chunk !== undefined && size + chunk.length <= most; chunk = await next()) {
    first.push(chunk);
    size += chunk.length;
  }
  if (chunk === undefined) {
    const result = await resultOf(ended);
    return sendWhole(response, head, Buffer.concat(first), summary(result, false));
  }
  const stream = beginStream(response, head);
  try {
    for (const held of first) await stream.write(held, signal);
    for (; chunk !== undefined; chunk = await next()) await stream.write(chunk, signal);
    await resultOf(ended);
    await stream.end();
  } catch (reason) {
    if (!signal.aborted) await stream.fail(fromEngine(reason), parts.engine.version);
    throw reason;
  }
}

async function runInLane(exchange: Exchange, statement: Rows): Promise<void> {
  const { parts, query, signal, request } = exchange;
  const format = statement.format ?? request.defaultFormat;
  const pipe = parts.pipes.take();
  const source = pipe.open();
  const ended = parts.engine
    .run({ ...query, text: withOutput(statement, pipe.path, format), format })
    .then<Ended, Ended>(
      (result) => ({ ok: true, result }),
      (reason: unknown) => ({ ok: false, error: fromEngine(reason) }),
    );
  try {
    await answer(exchange, format, reader(source, ended, signal), ended);
  } catch (reason) {
    await parts.engine.kill(query.mark);
    throw reason;
  } finally {
    // The engine would wait for a reader for ever: what it still writes is read away.
    source.on('error', () => undefined).resume();
    await ended;
    source.destroy();
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
