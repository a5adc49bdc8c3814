import type { RecordBatch } from '../../runtime/kafka.ts';
import type { LedgerRow } from '../../schemas/rows.ts';
import { type Counting, countMessage } from './count-message.ts';

/** Offsets a block: what is read again after a restart, at most, of each partition. */
export const blockOffsets = 2048;

/** Whether a batch reaches the end of a block, up to which it will be committed: then all counts must be safe before. */
export const endsBlock = ({ messages }: Pick<RecordBatch, 'messages'>): boolean => {
  const [first, last] = [messages[0], messages.at(-1)];
  if (first === undefined || last === undefined) return false;
  return Math.floor((Number(last.offset) + 1) / blockOffsets) > Math.floor(Number(first.offset) / blockOffsets);
};

const hourUs = 3_600_000_000;

/** The block of a partition that is being counted. */
type Open = { block: number; next: number; rows: Map<string, LedgerRow> };

/**
 * Counts the log. Each partition is counted from the beginning of a block on, so the rows of a block are the same
 * whoever counts it and however often.
 */
export class Ledger {
  readonly #open = new Map<string, Open>();
  /** Rows that no table has as they are. */
  #changed = new Set<LedgerRow>();
  /** Counts what was not counted yet: a batch may be given again. */
  take({ topic, partition, messages }: RecordBatch): void {
    for (const message of messages) {
      const offset = Number(message.offset);
      const open = this.#openFor(topic, partition, offset);
      if (open === null) continue;
      open.next = offset + 1;
      const counted = countMessage(topic, message);
      if (counted !== null) this.#changed.add(count(open, topic, partition, counted));
    }
  }

  #openFor(topic: string, partition: number, offset: number): Open | null {
    const key = `${topic}/${partition}`;
    const known = this.#open.get(key);
    if (known !== undefined && offset < known.next) return null;
    const block = Math.floor(offset / blockOffsets);
    if (known?.block === block) return known;
    const open = { block, next: offset, rows: new Map() };
    this.#open.set(key, open);
    return open;
  }

  /** The rows to write; give them back where that fails. */
  takeChanged(): readonly LedgerRow[] {
    const rows = [...this.#changed];
    this.#changed = new Set();
    return rows;
  }

  giveBack(rows: readonly LedgerRow[]): void {
    for (const row of rows) this.#changed.add(row);
  }

  /** Others may count on from here: all begins anew at what is committed. */
  forget(): void {
    this.#open.clear();
    this.#changed = new Set();
  }
}

const count = (open: Open, topic: string, partition: number, counted: Counting): LedgerRow => {
  const { tenantId, switchId, bootId, receivedAtUs, identity, seq, gap } = counted;
  const hour = Math.floor(receivedAtUs / hourUs) * 3600;
  const key = `${tenantId}\0${switchId}\0${bootId}\0${hour}`;
  let row = open.rows.get(key);
  if (row === undefined) {
    row = {
      tenant_id: tenantId,
      switch_id: switchId,
      hour,
      boot_id: bootId,
      topic,
      partition,
      block: open.block,
      messages: 0,
      identities: [],
      seqs: [],
      gap_from: [],
      gap_to: [],
    };
    open.rows.set(key, row);
  }
  row.messages += 1;
  row.identities.push(identity);
  row.seqs.push(seq);
  if (gap !== null) {
    row.gap_from.push(gap.from);
    row.gap_to.push(gap.to);
  }
  return row;
};
