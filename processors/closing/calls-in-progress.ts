import type { CallLife } from './call-life.ts';
import type { ActiveRow, CallSummary, ClosingReader } from './ports.ts';

/** A call that goes on, with what was read of it. */
export type CallInProgress = { readonly summary: CallSummary; life: CallLife | null };

/** Remembers what was read of calls in progress, so that a sweep reads again only what changed. */
export class CallsInProgress {
  #known = new Map<string, CallInProgress>();

  /** Learns of the calls in progress that began before an instant (µs), and forgets the others. */
  async refresh(reader: Pick<ClosingReader, 'activeCalls' | 'summaries'>, beforeUs: number): Promise<void> {
    const next = new Map<string, CallInProgress>();
    const changed: ActiveRow[] = [];
    for await (const block of reader.activeCalls(beforeUs)) {
      for (const row of block) {
        const known = this.#known.get(row.call_id);
        if (known !== undefined && known.summary.version === row.version) next.set(row.call_id, known);
        else changed.push(row);
      }
    }
    for (const summary of await reader.summaries(changed)) {
      if (summary.state === 'active') next.set(summary.call_id, { summary, life: null });
    }
    this.#known = next;
  }

  calls(): readonly CallInProgress[] {
    return [...this.#known.values()];
  }
}
