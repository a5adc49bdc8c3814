import { sendWhole, summary } from './answer.ts';
import { queryError } from './errors.ts';
import { answerHead, type Exchange } from './exchange.ts';
import type { SpoolFile } from './spool.ts';
import { type Statement, withInput } from './statement.ts';

type Insert = Extract<Statement, { kind: 'insert' }>;

/** Runs a statement without rows in a write lane. */
export async function runCommand(exchange: Exchange, text: string, wrote = false): Promise<void> {
  const { parts, signal, request, response } = exchange;
  const release = await parts.writes.enter(signal);
  try {
    const result = await parts.engine.run(
      { ...exchange.query, text, changesSession: !wrote, format: request.defaultFormat },
      signal,
    );
    await sendWhole(response, answerHead(exchange, request.defaultFormat), result.bytes, summary(result, wrote));
  } finally {
    release();
  }
}

async function runInsert(exchange: Exchange, insert: Insert, file: SpoolFile, compression: 'gzip' | 'none') {
  try {
    await runCommand(exchange, withInput(insert, file.path, compression), true);
  } finally {
    await file.remove();
  }
}

/** An INSERT in the URL, its data the body: spooled as it comes, compressed or not. */
export async function insertFromBody(exchange: Exchange, insert: Insert): Promise<void> {
  const { message, request, parts, signal } = exchange;
  const inline = insert.text.slice(insert.data);
  const begun = inline.trim() !== '';
  if (begun && request.gzipBody) throw queryError('notImplemented', 'Data begins in the URL and goes on in gzip');
  const file = await parts.spool.write(Buffer.from(begun ? inline : ''), message, signal);
  // Nobody has looked at the expressions that a body in the format Values may hold.
  const settings = new Map(exchange.query.settings).set('input_format_values_interpret_expressions', '0');
  const literal = { ...exchange, query: { ...exchange.query, settings } };
  await runInsert(literal, insert, file, request.gzipBody ? 'gzip' : 'none');
}

/** An INSERT whose data follows it in the same text; `whole` are that text's bytes, since data need not be UTF-8. */
export async function insertFromText(exchange: Exchange, insert: Insert, whole: Buffer): Promise<void> {
  const data = whole.subarray(Buffer.byteLength(insert.text.slice(0, insert.data)));
  const file = await exchange.parts.spool.write(data, undefined, exchange.signal);
  await runInsert(exchange, insert, file, 'none');
}
