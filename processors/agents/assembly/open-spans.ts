import type { AgentSpanKind, AgentSpanRow } from '../../../schemas/agent-rows.ts';

export type Opening = {
  readonly kind: AgentSpanKind;
  readonly scope: string;
  readonly at: number;
  readonly switchId: string;
  readonly reason?: string;
  readonly queueId?: string;
  readonly device?: string;
  /** It ends by itself then, at the latest. */
  readonly until?: number | null;
};

export type OpenSpan = {
  readonly kind: AgentSpanKind;
  readonly scope: string;
  readonly from: number;
  readonly switchId: string;
  readonly reason: string;
  readonly queueId: string;
  readonly device: string;
  readonly until: number | null;
  /** When it was opened again while it was open: off and on at one instant leave it on. */
  againAt: number | null;
};

/** Spans of one agent that go on, while events are taken in the order of time, and those that are over. */
export class OpenSpans {
  readonly #open = new Map<string, OpenSpan>();
  readonly #closed: AgentSpanRow[] = [];

  /** The open spans of a kind. */
  of(kind: AgentSpanKind): OpenSpan[] {
    return [...this.#open.values()].filter((span) => span.kind === kind);
  }

  /** What is open already stays so; a pause for another reason is another span. */
  begin({ kind, scope, at, switchId, reason = '', queueId = '', device = '', until = null }: Opening): void {
    const key = `${kind}\0${scope}`;
    const known = this.#open.get(key);
    if (known !== undefined && known.reason === reason) {
      if (at > known.from) known.againAt = at;
      return;
    }
    if (known !== undefined) this.end(known, at, true);
    this.#open.set(key, { kind, scope, from: at, switchId, reason, queueId, device, until, againAt: null });
  }

  /** Ends the span of that kind and scope, by its own event. */
  endTold(kind: AgentSpanKind, scope: string, at: number): void {
    const known = this.#open.get(`${kind}\0${scope}`);
    if (known === undefined) return;
    if (known.againAt === at) known.againAt = null;
    else this.end(known, at, true);
  }

  end(span: OpenSpan, at: number, told: boolean): void {
    this.#open.delete(`${span.kind}\0${span.scope}`);
    this.#closed.push(toRow(span, Math.max(span.from, at), told));
  }

  /** Ends what ends by itself before that instant. */
  expire(at: number): void {
    for (const span of this.#open.values()) {
      if (span.until !== null && span.until < at) this.end(span, span.until, false);
    }
  }

  /** A span that is known whole. */
  add(row: AgentSpanRow): void {
    this.#closed.push(row);
  }

  /** All spans in the order in which they began; of one that ends by itself the end is known before anything follows. */
  rows(): AgentSpanRow[] {
    const open = [...this.#open.values()].map((span) => toRow(span, span.until, false));
    return [...this.#closed, ...open].sort((a, b) => a.from - b.from || compare(nameOf(a), nameOf(b)));
  }
}

const toRow = ({ kind, scope, from, reason, queueId }: OpenSpan, to: number | null, told: boolean): AgentSpanRow => ({
  kind,
  scope,
  from,
  to,
  reason,
  queue_id: queueId,
  told,
});

const nameOf = ({ kind, scope, to }: AgentSpanRow): string => `${kind}\0${scope}\0${to ?? ''}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
