import { amiText } from './asterisk/ami-text.ts';
import { celCsv } from './asterisk/cel-csv.ts';
import { normaliseAmi } from './asterisk/normalise-ami.ts';
import { normaliseCel } from './asterisk/normalise-cel.ts';
import { normaliseQueueLog } from './asterisk/normalise-queue-log.ts';
import { queueLogText } from './asterisk/queue-log-line.ts';
import { normaliseCanonicalEvent } from './canonical/normalise-canonical.ts';
import { type Normalised, reject, type Source } from './dialect.ts';
import { eventPlain } from './freeswitch/event-plain.ts';
import { normaliseFreeswitchCdr } from './freeswitch/normalise-cdr.ts';
import { normaliseFreeswitchEvent } from './freeswitch/normalise-event.ts';
import { callbackForms, normaliseHostedCallback } from './hosted/normalise-callback.ts';
import type { Dialect } from './judging.ts';
import { normaliseKamailio } from './kamailio/normalise-kamailio.ts';
import type { TextForm } from './text-form.ts';

/** A dialect with the address that takes it and, where it has one, the text its records may stand in. */
export type RoutedDialect = Dialect & {
  path: string;
  summary: string;
  text: TextForm | null;
  /** The query parameter that its senders append to any address, of no meaning here. */
  appended: string | null;
};

type JsonObject = Readonly<Record<string, unknown>>;

const ofObjects =
  (normalise: (record: JsonObject, source: Source) => Normalised): Dialect['normalise'] =>
  (value, source) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? normalise(value as JsonObject, source)
      : reject('NOT_AN_OBJECT', '', 'a record must be a JSON object');

export const dialects = {
  canonical: {
    name: 'canonical',
    path: '/v1/events',
    summary: 'Send events in the canonical form',
    text: null,
    appended: null,
    normalise: normaliseCanonicalEvent,
    origin: { switchId: ['switch_id'], bootId: ['boot_id'], seq: ['native.seq'] },
  },
  freeswitchEvents: {
    name: 'freeswitch-events',
    path: '/v1/ingest/freeswitch/events',
    summary: 'Send events of FreeSWITCH',
    text: eventPlain,
    appended: null,
    normalise: ofObjects(normaliseFreeswitchEvent),
    origin: {
      switchId: ['FreeSWITCH-Switchname', 'FreeSWITCH-Hostname'],
      bootId: ['Core-UUID'],
      seq: ['Event-Sequence'],
    },
  },
  freeswitchCdr: {
    name: 'freeswitch-cdr',
    path: '/v1/ingest/freeswitch/cdr',
    summary: 'Send CDRs of mod_json_cdr',
    text: null,
    appended: 'uuid',
    normalise: ofObjects(normaliseFreeswitchCdr),
    origin: { switchId: ['switchname'], bootId: ['core-uuid'], seq: [] },
  },
  asteriskCel: {
    name: 'asterisk-cel',
    path: '/v1/ingest/asterisk/cel',
    summary: 'Send CEL rows of Asterisk',
    text: celCsv,
    appended: null,
    normalise: ofObjects(normaliseCel),
    origin: { switchId: ['systemname', 'SystemName', 'system_name'], bootId: [], seq: [] },
  },
  asteriskAmi: {
    name: 'asterisk-ami',
    path: '/v1/ingest/asterisk/ami',
    summary: 'Send manager events of Asterisk',
    text: amiText,
    appended: null,
    normalise: ofObjects(normaliseAmi),
    origin: { switchId: ['SystemName'], bootId: [], seq: ['SequenceNumber'] },
  },
  asteriskQueueLog: {
    name: 'asterisk-queue-log',
    path: '/v1/ingest/asterisk/queue-log',
    summary: 'Send lines of queue_log of Asterisk',
    text: queueLogText,
    appended: null,
    normalise: ofObjects(normaliseQueueLog),
    origin: { switchId: ['systemname'], bootId: [], seq: [] },
  },
  kamailio: {
    name: 'kamailio',
    path: '/v1/ingest/kamailio/events',
    summary: 'Send accounting rows, CDRs and dialog events of Kamailio',
    text: null,
    appended: null,
    normalise: ofObjects(normaliseKamailio),
    origin: { switchId: ['server_id', 'hostname', 'host'], bootId: [], seq: [] },
  },
  hosted: {
    name: 'hosted',
    path: '/v1/ingest/hosted/callbacks',
    summary: 'Send call-backs of a hosted provider',
    text: callbackForms,
    appended: 'bodySHA256',
    normalise: ofObjects(normaliseHostedCallback),
    origin: { switchId: ['AccountSid', 'account_sid'], bootId: [], seq: ['SequenceNumber'] },
  },
} as const satisfies Readonly<Record<string, RoutedDialect>>;
