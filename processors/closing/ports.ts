import type { Event } from '../../schemas/events.ts';
import type { SwitchSignRow } from '../../schemas/rows.ts';
import type { CallRef } from '../calls/call-ref.ts';
import type { ChannelList } from './rules.ts';
import type { SwitchRef } from './switch-lives.ts';

/** Names a call's row. */
export type CallName = { readonly tenant_id: string; readonly call_id: string; readonly call_started_at: number };

/** A call in progress and the version of its row. */
export type ActiveRow = CallName & { readonly version: number };

export type OpenLeg = {
  readonly leg_id: string;
  readonly native_id: string;
  readonly switch_id: string;
  /** By the switch's clock. */
  readonly created_at: number | null;
};

/** What a call's row says. */
export type CallSummary = ActiveRow & {
  readonly call_key: string;
  readonly state: string;
  /** When Trunkline received the latest new fact about it. */
  readonly updated_at: number;
  /** Others than a switch told of it too: `updated_at` need not be when a switch last did. */
  readonly told_by_others: boolean;
  readonly open_legs: readonly OpenLeg[];
};

/** A call whose events wait for an anchor that nobody told, and how many there are. */
export type WaitingCall = CallRef & { readonly events: number };

/** What the closing rules read. */
export type ClosingReader = {
  /** Calls in progress that began before an instant (µs), in blocks. */
  readonly activeCalls: (beforeUs: number) => AsyncIterable<readonly ActiveRow[]>;
  readonly summaries: (calls: readonly CallName[]) => Promise<readonly CallSummary[]>;
  /** All events of each call, those of calls that were joined with it included, by call id. */
  readonly events: (calls: readonly CallSummary[]) => Promise<ReadonlyMap<string, readonly Event[]>>;
  readonly signs: () => Promise<readonly SwitchSignRow[]>;
  /** The switch's latest lists of its channels since an instant of its clock (µs). */
  readonly channelLists: (of: SwitchRef, sinceUs: number) => Promise<readonly ChannelList[]>;
  /** Calls whose events have waited since before an instant (µs) and whose anchor is still unknown. */
  readonly waitingCalls: (beforeUs: number) => Promise<readonly WaitingCall[]>;
  readonly waitingEvents: (calls: readonly CallRef[]) => Promise<readonly Event[]>;
};
