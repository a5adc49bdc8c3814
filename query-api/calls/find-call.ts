import { Type } from 'typebox';
import { ApiError, notFound } from '../http/api-error.ts';
import type { CallDetailRow } from './call-columns.ts';
import type { CallReader } from './call-reader.ts';

/** Path of the routes of one call. */
export const CallId = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 300, description: 'Our id (`call_…`), or one of the switch.' }),
});

/** The call that a path means; throws the answer to give where it means none, or several. */
export const findCall = async (
  calls: CallReader,
  tenantId: string,
  id: string,
  signal: AbortSignal,
): Promise<CallDetailRow> => found(await calls.find(tenantId, id, signal));

/** What a look-up of one call gave; throws the answer to the caller where that is not one call. */
export const found = <Found extends object>(result: Found | 'ambiguous' | null): Found => {
  if (result === null) throw notFound('call');
  if (result !== 'ambiguous') return result;
  throw new ApiError(409, 'AMBIGUOUS_ID', 'Several calls have this id of the switch; list them with ?native_id=.');
};

/** Texts that nobody may read: who the caller is, where they withheld it. */
export const withheldOf = (call: CallDetailRow): readonly string[] =>
  call.caller_presentation === 'restricted' ? [call.caller_number, call.caller_e164, call.caller_name] : [];
