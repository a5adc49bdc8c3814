import type { Event } from '../../schemas/events.ts';
import type { LegFacts } from '../../schemas/payloads.ts';
import { q850Of, sipFailure } from '../../schemas/q850.ts';
import type { AnsweringMachine, EndedBy, EndpointKind } from '../../schemas/vocabulary.ts';
import { cleanText } from '../clean-text.ts';
import { isAnonymous, presentationOf } from '../presentation.ts';
import { type Callback, hostedEvent, secondsOf, textOf } from './callback.ts';

/** What each call-back tells of its leg. The provider's own numbers stand where a caller withheld one. */
const legFacts = ({ fields }: Callback): LegFacts => {
  const inbound = textOf(fields, 'Direction', 'direction') === 'inbound';
  const [from, to] = [textOf(fields, 'From', 'from'), textOf(fields, 'To', 'to')];
  const isHidden = isAnonymous(from) || /^\+?266696687$/.test(from);
  const endpoint = cleanText(inbound ? from : to);
  return {
    created_at: null,
    direction: inbound ? 'in' : 'out',
    endpoint: isHidden && inbound ? '' : endpoint,
    endpoint_kind: endpointKind(endpoint),
    caller_number: isHidden ? '' : numberIn(from),
    caller_name: isHidden ? '' : cleanText(textOf(fields, 'CallerName', 'caller_name')),
    caller_presentation: presentationOf(isHidden ? '' : from, isHidden),
    dialled: numberIn(to),
    context: '',
    sip_call_id: cleanText(textOf(fields, 'call_id')),
  };
};

/** `sip:1002@pbx.example` and `client:grace` are of one's own; all else goes over a carrier. */
const endpointKind = (endpoint: string): EndpointKind => {
  if (endpoint === '') return 'unknown';
  return /^(?:sips?|client):/.test(endpoint) ? 'user' : 'trunk';
};

const numberIn = (address: string): string =>
  cleanText(address.replace(/^(?:sips?|client):/, '').replace(/[@;].*$/s, ''));

const answeredBy = ({ fields }: Callback): AnsweringMachine => {
  const said = textOf(fields, 'AnsweredBy');
  if (said === 'human') return 'human';
  return said.startsWith('machine') || said === 'fax' ? 'machine' : 'unknown';
};

/** Any status shows that the leg was there by then; the earliest tells best when it began. */
const created = (callback: Callback, atUs = callback.occurredAtUs): Event =>
  hostedEvent(callback, 'leg.created', { leg: legFacts(callback), parent_leg_id: callback.parentId || null }, atUs);

const progress =
  (kind: 'trying' | 'ringing' | 'early_media') =>
  (callback: Callback): Event[] => [hostedEvent(callback, 'leg.progress', { kind, sip_code: null })];

/** A leg that another called talks with that from its answer on. */
const answered = (callback: Callback): Event[] => {
  const leg = legFacts(callback);
  const events = [hostedEvent(callback, 'leg.answered', { leg, amd: answeredBy(callback) })];
  if (callback.parentId === '') return events;
  const bridge_id = `${callback.parentId}/${callback.callId}`;
  return [...events, hostedEvent(callback, 'leg.bridged', { bridge_id, bridge_kind: 'talk', leg })];
};

type End = { cause: number | null; native: string; sipCode: number | null };

const ended =
  ({ cause, native, sipCode: usual }: End) =>
  (callback: Callback): Event[] => {
    const told = Number(textOf(callback.fields, 'SipResponseCode', 'sip_status'));
    const sipCode = sipFailure(Number.isSafeInteger(told) ? told : null) ?? usual;
    const billMs = secondsOf(callback.fields, 'CallDuration', 'duration');
    return [
      hostedEvent(callback, 'leg.ended', {
        cause_q850: q850Of(sipCode, cause),
        sip_code: sipCode,
        cause_native: native,
        ended_by: endedBy(callback),
        leg: legFacts(callback),
        totals: native === 'completed' ? { duration_ms: null, bill_ms: billMs, hold_ms: null } : null,
      }),
    ];
  };

const endedBy = ({ fields }: Callback): EndedBy => {
  const by = textOf(fields, 'call_termination_by');
  if (by === 'caller') return 'far';
  return by === 'jambonz' ? 'switch' : 'unknown';
};

const byStatus: ReadonlyMap<string, (callback: Callback) => Event[]> = new Map([
  ['queued', () => []],
  ['initiated', () => []],
  ['trying', () => []],
  ['ringing', progress('ringing')],
  ['early-media', progress('early_media')],
  ['in-progress', answered],
  ['answered', answered],
  ['completed', ended({ cause: 16, native: 'completed', sipCode: null })],
  ['busy', ended({ cause: 17, native: 'busy', sipCode: 486 })],
  ['no-answer', ended({ cause: 19, native: 'no-answer', sipCode: 480 })],
  ['canceled', ended({ cause: null, native: 'ORIGINATOR_CANCEL', sipCode: 487 })],
  ['failed', ended({ cause: 41, native: 'failed', sipCode: null })],
]);

export const callStatuses: readonly string[] = [...byStatus.keys()];

/** The events of a leg's status, or of what answering-machine detection heard later; none where it tells neither. */
export const legEvents = (callback: Callback): Event[] => {
  const status = textOf(callback.fields, 'CallStatus', 'call_status');
  if (status === '' && textOf(callback.fields, 'AnsweredBy') !== '') return answered(callback);
  const events = byStatus.get(status)?.(callback);
  if (events === undefined) return [];
  const spanMs = status === 'completed' ? (secondsOf(callback.fields, 'CallDuration', 'duration') ?? 0) : 0;
  return [created(callback, callback.occurredAtUs - spanMs * 1000), ...events];
};
