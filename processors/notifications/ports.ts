import type { CallIdentity } from '../calls/assembly/identity.ts';
import type { CallRef } from '../calls/call-ref.ts';
import type { CallView } from './call-view.ts';
import type { Announced } from './decide.ts';

/** Names a call's row. */
export type CallName = Pick<CallIdentity, 'tenant_id' | 'call_id' | 'call_started_at'>;

/** What was told about a call, or is to be: until it is `sent` nobody knows whether it was. */
export type Announcement = CallName & Announced & { readonly sent: boolean; readonly notifications: readonly Buffer[] };

export type NotificationStores = {
  /** The calls that these keys name, as far as they are known. */
  readonly find: (refs: readonly CallRef[]) => Promise<readonly CallIdentity[]>;
  readonly rows: (calls: readonly CallName[]) => Promise<readonly CallView[]>;
  readonly announced: (calls: readonly CallName[]) => Promise<readonly Announcement[]>;
  readonly insert: (announcements: readonly Announcement[]) => Promise<void>;
  /** Resolves when the log has the notifications, each under its call's key. */
  readonly publish: (messages: readonly { readonly call: CallName; readonly value: Buffer }[]) => Promise<void>;
};
