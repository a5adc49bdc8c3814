import type { CallRow } from '../../schemas/call-row.ts';
import type { DeadLetter } from '../../schemas/dead-letters.ts';
import type { CallAnchorRow, CallEventRow, RecordingRow, UnanchoredEventRow } from '../../schemas/rows.ts';
import type { InsertSigns } from '../switch-signs.ts';
import type { CallIdentity } from './assembly/identity.ts';
import type { CallRef } from './call-ref.ts';

// What a cycle needs of the world. Every insert is idempotent and resolves when the rows are safe and can be read.

export type StoredEvent = { readonly call_id: string; readonly content_hash: string; readonly event: Buffer };

/** Where a call's rows are. */
export type CallPlace = Omit<CallIdentity, 'call_key'>;

export type CallStore = {
  readonly insertEvents: (rows: readonly CallEventRow[]) => Promise<void>;
  /** All events of the calls, each content once, the copy received first. */
  readonly readEvents: (calls: readonly CallPlace[]) => Promise<readonly StoredEvent[]>;
  readonly insertCalls: (rows: readonly CallRow[]) => Promise<void>;
  readonly insertRecordings: (rows: readonly RecordingRow[]) => Promise<void>;
};

export type AnchorStore = {
  readonly insert: (rows: readonly CallAnchorRow[]) => Promise<void>;
  readonly find: (refs: readonly CallRef[]) => Promise<readonly CallAnchorRow[]>;
};

/** An event that waits, as it is read. */
export type WaitingEvent = Omit<UnanchoredEventRow, 'switch_id' | 'observed_order'>;

/** Events that wait for their call's anchor; they stay there after they joined it. */
export type WaitingStore = {
  readonly insert: (rows: readonly UnanchoredEventRow[]) => Promise<void>;
  readonly find: (refs: readonly CallRef[]) => Promise<readonly WaitingEvent[]>;
};

export type DeadLetterSink = { readonly publish: (letters: readonly DeadLetter[]) => Promise<void> };

/** What finding the calls that others are linked with reads. */
export type LinkedReads = {
  readonly anchors: Pick<AnchorStore, 'find'>;
  readonly calls: Pick<CallStore, 'readEvents'>;
};

export type CycleStores = {
  /** When switches were alive, for the closing rules. */
  readonly signs: { readonly insert: InsertSigns };
  readonly calls: CallStore;
  readonly anchors: AnchorStore;
  readonly waiting: WaitingStore;
  readonly deadLetters: DeadLetterSink;
};
