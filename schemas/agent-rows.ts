// Rows of the agents processor's tables. Instants are µs UTC.

/** An event about an agent, or the start of a switch (no agent): the grow-only set that spans are folded from. */
export type AgentEventRow = {
  tenant_id: string;
  agent_id: string;
  occurred_at: number;
  event_id: string;
  content_hash: string;
  /** 2^53 − observed_at: of equal events the one received first is kept. */
  observed_order: number;
  switch_id: string;
  type: string;
  event: Buffer;
};

export type AgentSpanKind = 'login' | 'queue' | 'pause' | 'contact' | 'wrap';

/** A stretch of an agent's time, cut at the borders of its UTC day. */
export type AgentSpanRow = {
  kind: AgentSpanKind;
  /** Of a login its session, of a membership or pause its queue (a pause of all: empty), else the visit. */
  scope: string;
  from: number;
  /** Null where it went on when the last event of the day came. */
  to: number | null;
  /** Of a pause, as the switch gave it. */
  reason: string;
  queue_id: string;
  /** Whether an event of its own told the end; else it was closed by what came next. */
  told: boolean;
};

/** What an agent did on one UTC day. */
export type AgentDayRow = {
  tenant_id: string;
  agent_id: string;
  day_at: number;
  version: number;
  spans: readonly AgentSpanRow[];
  events: number;
  last_event_at: number;
  updated_at: number;
};
