import { callId } from '../../../schemas/ids.ts';

/** What names a call; it never changes, whatever events come. */
export type CallIdentity = {
  readonly tenant_id: string;
  readonly call_key: string;
  readonly call_id: string;
  /** The anchor, µs. */
  readonly call_started_at: number;
};

/** The identity of the call with that key and anchor. */
export const identityOf = (
  { tenant_id, call_key }: Pick<CallIdentity, 'tenant_id' | 'call_key'>,
  callStartedAt: number,
): CallIdentity => ({
  tenant_id,
  call_key,
  call_id: callId(tenant_id, call_key, callStartedAt),
  call_started_at: callStartedAt,
});
