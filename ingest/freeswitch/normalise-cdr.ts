import type { Event } from '../../schemas/events.ts';
import type { Rejection } from '../../schemas/rejections.ts';
import { cleanText } from '../clean-text.ts';
import { type Normalised, reject, type Source, switchOf, timeRejection } from '../dialect.ts';
import { cdrFacts, type Flow } from './cdr-facts.ts';
import { cdrVariables, type CdrVariables } from './cdr-variables.ts';
import { bridgeId } from './channel-events.ts';
import { callLinks } from './call-links.ts';
import { amdOf, blockedFor } from './dialplan-words.ts';
import { callKeyOf, cdrKinshipOf } from './kinship.ts';
import { causeOf, legTotals, transferKinds, transferOf } from './channel-end.ts';
import { holdSpans } from './hold-spans.ts';
import { canonicalEvent, type NativeEvent, type Place } from './native-event.ts';

type Cdr = Readonly<Record<string, unknown>>;

/** The life of one leg, in µs; null for what never was. */
type Marks = {
  created: number;
  ringing: number | null;
  earlyMedia: number | null;
  answered: number | null;
  bridged: number | null;
  ended: number;
};

type Leg = { native: NativeEvent; place: Place; variables: CdrVariables; marks: Marks; flow: Flow };

/** The events of the leg that a CDR of mod_json_cdr tells of: the same call as by events, at the same times. */
export const normaliseFreeswitchCdr = (cdr: Cdr, source: Source): Normalised => {
  const variables = cdrVariables(cdr['variables']);
  const legId = cleanText(variables.text('uuid'));
  if (legId === '')
    return reject(
      'MISSING_FIELD',
      'variables.uuid',
      'variables.uuid is missing: send the JSON that mod_json_cdr makes',
    );
  // Older versions name the switch only in the variables of the INVITE's event.
  const node = typeof cdr['switchname'] === 'string' ? cdr['switchname'] : variables.text('FreeSWITCH-Switchname');
  const named = switchOf(source, cleanText(node), 'switchname');
  if ('rejection' in named) return named;
  const read = readMarks(variables, source.observedAtUs);
  if ('rejection' in read) return read;
  const kin = cdrKinshipOf(variables.text, legId);
  const callKey = callKeyOf(kin);
  const { marks } = read;
  const leg: Leg = {
    variables,
    marks,
    flow: cdr['callflow'],
    native: {
      headers: {},
      source,
      switchId: named.switchId,
      bootId: typeof cdr['core-uuid'] === 'string' ? cleanText(cdr['core-uuid']) : '',
      name: 'json_cdr',
      seq: null,
      // One CDR a leg: its end names it.
      stampUs: marks.ended,
    },
    place: { callKey, callStartedAtUs: callKey === legId ? marks.created : null, legId, otherLegId: peerOf(variables) },
  };
  const links = callLinks({ ...leg, kin, createdAtUs: marks.created });
  return { events: [...lifeOf(leg), ...holdsOf(leg), ...endOf(leg), ...links] };
};

const peerOf = (variables: CdrVariables): string | null =>
  cleanText(variables.text('bridge_uuid') || variables.text('last_bridge_to')) || null;

const readMarks = (variables: CdrVariables, nowUs: number): { marks: Marks } | { rejection: Rejection } => {
  for (const name of ['start_uepoch', 'end_uepoch']) {
    const us = variables.instant(name);
    const field = `variables.${name}`;
    if (us === null) return reject('MISSING_FIELD', field, `${field} is missing: send the CDR after the hangup`);
    const refused = timeRejection(us, field, nowUs);
    if (refused !== null) return refused;
  }
  const believed = (name: string): number | null => {
    const us = variables.instant(name);
    return us === null || timeRejection(us, name, nowUs) !== null ? null : us;
  };
  return {
    marks: {
      created: variables.instant('start_uepoch') as number,
      ringing: believed('progress_uepoch'),
      earlyMedia: believed('progress_media_uepoch'),
      answered: believed('answer_uepoch'),
      bridged: believed('bridge_uepoch'),
      ended: variables.instant('end_uepoch') as number,
    },
  };
};

const lifeOf = ({ native, place, variables, marks, flow }: Leg): Event[] => {
  const facts = cdrFacts(variables, flow, marks.created);
  const parent_leg_id = cleanText(variables.text('originator')) || null;
  const events = [canonicalEvent(native, place, 'leg.created', marks.created, { leg: facts, parent_leg_id })];
  const progress = (kind: 'ringing' | 'early_media', at: number): Event =>
    // Both may be there, so what names the event tells them apart.
    canonicalEvent(native, place, 'leg.progress', at, { kind, sip_code: null }, `${place.legId} ${kind}`);
  if (marks.ringing !== null) events.push(progress('ringing', marks.ringing));
  if (marks.earlyMedia !== null) events.push(progress('early_media', marks.earlyMedia));
  if (marks.answered !== null)
    events.push(
      canonicalEvent(native, place, 'leg.answered', marks.answered, {
        leg: facts,
        amd: amdOf(variables.text),
      }),
    );
  if (marks.bridged !== null && place.otherLegId !== null) {
    const called = variables.text('last_bridge_role') === 'originatee';
    const [legA, legB] = called ? [place.otherLegId, place.legId] : [place.legId, place.otherLegId];
    events.push(
      canonicalEvent(native, place, 'leg.bridged', marks.bridged, {
        bridge_id: bridgeId(legA as string, legB as string),
        bridge_kind: 'talk',
        leg: facts,
      }),
    );
  }
  return events;
};

const holdsOf = ({ native, place, variables }: Leg): Event[] =>
  holdSpans(variables.text('hold_events')).flatMap(({ fromUs, toUs }) => {
    if (timeRejection(fromUs, 'hold_events', native.source.observedAtUs) !== null) return [];
    const nativeId = `${place.legId} ${fromUs}`;
    const by = { by_leg_id: place.legId };
    const held = canonicalEvent(native, place, 'leg.held', fromUs, by, nativeId);
    return toUs === null ? [held] : [held, canonicalEvent(native, place, 'leg.resumed', toUs, by, nativeId)];
  });

const endOf = ({ native, place, variables, marks, flow }: Leg): Event[] => {
  const cause = cleanText(variables.text('hangup_cause'));
  const ended = canonicalEvent(native, place, 'leg.ended', marks.ended, {
    ...causeOf(cause, variables.text),
    leg: cdrFacts(variables, flow, marks.created),
    totals: legTotals({
      createdAtUs: marks.created,
      answeredAtUs: marks.answered,
      endedAtUs: marks.ended,
      holdUs: variables.count('hold_accum_usec'),
    }),
  });
  const blocked = blockedFor(variables.text);
  const told =
    blocked === null
      ? [ended]
      : [ended, canonicalEvent(native, place, 'call.blocked', marks.ended, { reason: blocked })];
  const kind = transferKinds.get(cause);
  if (kind === undefined) return told;
  const transferred = transferOf(kind, place, variables.text);
  return [...told, canonicalEvent(native, place, 'leg.transferred', marks.ended, transferred)];
};
