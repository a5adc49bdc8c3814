import type { AgentDayRow, AgentEventRow } from '../../schemas/agent-rows.ts';
import type { DeadLetter } from '../../schemas/dead-letters.ts';
import type { AgentIdentity } from './assembly/agent-days.ts';

// What a cycle needs of the world. Every insert is idempotent and resolves when the rows are safe and can be read.

export type StoredAgentEvent = AgentIdentity & { readonly event: Buffer };

export type AgentStore = {
  readonly insertEvents: (rows: readonly AgentEventRow[]) => Promise<void>;
  /** Events of these agents since an instant (µs). */
  readonly readEvents: (agents: readonly AgentIdentity[], sinceUs: number) => Promise<readonly StoredAgentEvent[]>;
  /** Starts of these switches since an instant. */
  readonly readStarts: (switches: readonly SwitchIdentity[], sinceUs: number) => Promise<readonly StoredAgentEvent[]>;
  /** The agents that events of these switches since an instant are about. */
  readonly findAgents: (switches: readonly SwitchIdentity[], sinceUs: number) => Promise<readonly AgentIdentity[]>;
  readonly insertDays: (rows: readonly AgentDayRow[]) => Promise<void>;
};

export type SwitchIdentity = { readonly tenant_id: string; readonly switch_id: string };

export type AgentStores = {
  readonly agents: AgentStore;
  readonly deadLetters: { readonly publish: (letters: readonly DeadLetter[]) => Promise<void> };
};
