import { setTimeout as delay } from 'node:timers/promises';
import type { Output } from '../cli/output.ts';
import type { Begun, Many, QuarantineClient, RecordSummary, Skipped } from './quarantine-client.ts';
import { kindLines, wrapped } from './record-lines.ts';

export const exitCodes = { done: 0, refused: 1, timedOut: 3 } as const;

const idsAtOnce = 100;
const pollMs = 200;
const shownAtMost = 20;

export type RedriveOptions = {
  /** Ids or filters, as the API takes them. */
  readonly which: object;
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
};

/** Has many records taken again as they are; resolves to the exit code. */
export const redrive = async (
  client: QuarantineClient,
  { which, dryRun, wait, timeoutMs }: RedriveOptions,
  output: Output,
): Promise<number> => {
  if (dryRun) {
    const { data } = await client.redriveMany({ ...which, dry_run: true });
    output.print(kindLines(data.kinds ?? []));
    output.print(`${data.asked} would be redriven`);
    return exitCodes.done;
  }
  const { begun, skipped } = await askForAll(client, which, output);
  tellSkipped(skipped, output);
  output.print(`${begun.length} asked for, ${skipped.length} skipped`);
  const code = wait && begun.length > 0 ? await waitForAll(client, begun, timeoutMs, output) : exitCodes.done;
  return code === exitCodes.done && skipped.length > 0 ? exitCodes.refused : code;
};

/** Asks for all that `which` names or filters, a part at a time. */
const askForAll = async (
  client: QuarantineClient,
  which: object,
  output: Output,
): Promise<{ begun: readonly Begun[]; skipped: readonly Skipped[] }> => {
  const begun: Begun[] = [];
  const skipped: Skipped[] = [];
  let cursor: string | null = null;
  do {
    const { data, meta }: Many = await client.redriveMany({ ...which, ...(cursor !== null && { cursor }) });
    begun.push(...data.attempts);
    skipped.push(...data.skipped);
    cursor = meta.next_cursor;
    output.progress(`${begun.length} asked for`);
  } while (cursor !== null);
  return { begun, skipped };
};

/** Waits until what was asked for has an end, tells it, and gives the exit code. */
export const waitForAll = async (
  client: QuarantineClient,
  begun: readonly Begun[],
  timeoutMs: number,
  output: Output,
): Promise<number> => {
  const left = new Map(begun.map(({ id, attempt_id }) => [id, attempt_id]));
  const settled: RecordSummary[] = [];
  let progressAt = performance.now();
  for (;;) {
    const ended = await endedOf(client, left);
    for (const record of ended) left.delete(record.id);
    settled.push(...ended);
    output.progress(`${settled.length} of ${begun.length} have an end`);
    if (left.size === 0) return tell(client, settled, output);
    if (ended.length > 0) progressAt = performance.now();
    if (performance.now() - progressAt > timeoutMs) {
      await tell(client, settled, output);
      output.print(`timed out: ${left.size} have no end yet; is \`trunkline processor redrive\` running?`);
      return exitCodes.timedOut;
    }
    await delay(pollMs);
  }
};

/** Another attempt may have ended it in the meantime. */
const hasEnded = ({ status, last_attempt }: RecordSummary, attemptId: string | undefined): boolean =>
  status === 'redriven' || (last_attempt?.id === attemptId && status !== 'redriving');

const endedOf = async (client: QuarantineClient, left: ReadonlyMap<string, string>): Promise<RecordSummary[]> => {
  const ended: RecordSummary[] = [];
  const ids = [...left.keys()];
  for (let at = 0; at < ids.length; at += idsAtOnce) {
    const part = ids.slice(at, at + idsAtOnce);
    const { records } = await client.list({ ids: part.join(',') }, idsAtOnce);
    ended.push(...records.filter((record) => hasEnded(record, left.get(record.id))));
  }
  return ended;
};

const tell = async (client: QuarantineClient, settled: readonly RecordSummary[], output: Output): Promise<number> => {
  const refused = settled.filter(({ status }) => status !== 'redriven');
  for (const { id } of refused.slice(0, shownAtMost)) {
    const last = (await client.show(id)).attempt_list.at(-1);
    output.print(`${id} is refused again`);
    output.print(wrapped(`${last?.code ?? ''} ${last?.message ?? ''}`, '  '));
  }
  if (refused.length > shownAtMost) output.print(`… and ${refused.length - shownAtMost} more`);
  output.print(`${settled.length - refused.length} redriven, ${refused.length} refused again`);
  return refused.length === 0 ? exitCodes.done : exitCodes.refused;
};

const tellSkipped = (skipped: readonly Skipped[], output: Output): void => {
  for (const { id, message } of skipped.slice(0, shownAtMost))
    output.print(`${id} is skipped\n${wrapped(message, '  ')}`);
  if (skipped.length > shownAtMost) output.print(`… and ${skipped.length - shownAtMost} more`);
};
