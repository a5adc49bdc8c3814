import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type AudioStore, upload } from '../../../ingest/recordings/upload.ts';
import { source } from '../../../ingest/testing/sources.ts';
import { createDownloadLinks } from '../../../query-api/recordings/download-links.ts';
import { decodeEvent } from '../../../schemas/event-codec.ts';
import type { Event } from '../../../schemas/events.ts';
import type { RecordingRow } from '../../../schemas/rows.ts';
import { topics } from '../../../schemas/topics.ts';
import { processUploads } from '../../recordings/process-uploads.ts';
import { wavFile } from '../../recordings/testing/audio-files.ts';
import { audioStore, batchOf, sha256Of, uploadOf } from '../../recordings/testing/uploads.ts';
import { at } from '../event-table.ts';
import { canonical, trunkline } from './canonical.ts';
import { cel, channel } from './cel-rows.ts';
import { freeswitch } from './freeswitch-events.ts';
import { eventsOf, type NativeRecord } from './native-records.ts';
import { tablesOfEvents } from './tables-of-events.ts';
import { told } from './told.ts';

/** A call of two extensions that talk from second 4.1 to 64.1. */
const call = `
  0.0  CHANNEL_CREATE          a inbound sofia/internal/1001@pbx 1001>1002
  0.2  CHANNEL_CREATE          b outbound sofia/internal/1002@10.0.0.7 1001>1002 of=a
  4.0  CHANNEL_ANSWER          b
  4.0  CHANNEL_ANSWER          a
  4.1  CHANNEL_BRIDGE          a b
  64.1 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=recv_bye
  64.1 CHANNEL_HANGUP_COMPLETE b NORMAL_CLEARING by=send_bye`;

const audio = wavFile({ ms: 60_000 });
const objectKey = 'tenants/acme/recordings/rec_1.wav';

/** What the recordings processor makes of an upload: its row, and what it tells the call. */
const uploaded = async (callKey: string): Promise<{ rows: RecordingRow[]; events: Event[] }> => {
  const rows: RecordingRow[] = [];
  const events: Event[] = [];
  const ports = {
    audio: audioStore({ [objectKey]: { bytes: audio } }),
    insertRecordings: async (given: readonly RecordingRow[]) => void rows.push(...given),
    publish: async (messages: readonly { readonly topic: string; readonly value: Buffer }[]) => {
      for (const { topic, value } of messages) {
        const decoded = decodeEvent(value);
        if (topic === topics.callEvents && 'event' in decoded) events.push(decoded.event);
      }
    },
    onChecked: () => {},
  };
  const envelope = { call_key: callKey, occurred_at: at(70), observed_at: at(80_000), leg_id: 'a' };
  await processUploads(ports, batchOf([uploadOf(audio, { started_at: at(4.1), object_key: objectKey }, envelope)]));
  return { rows, events };
};

/** The recordings that records of a switch and an upload make, in that order. */
const recordingsOf = async (
  records: readonly NativeRecord[],
  { rows, events }: { rows: readonly RecordingRow[]; events: readonly Event[] } = { rows: [], events: [] },
): Promise<readonly RecordingRow[]> => {
  const { recordings } = await tablesOfEvents([[...eventsOf(records), ...events]]);
  recordings.insert(rows);
  return recordings.final();
};

test('case 71: a recording of no call is kept as an orphan, and joins its call when that is told', async () => {
  const orphan = await uploaded('');
  assert.deepEqual(
    (await recordingsOf([], orphan)).map(({ call_key, call_id, status }) => [call_key, call_id, status]),
    [['', '', 'available']],
  );
  // Its call is named, but not known yet.
  const early = await uploaded('a');
  assert.deepEqual(
    (await recordingsOf([], early)).map(({ call_key, call_id, status }) => [call_key, call_id, status]),
    [['a', '', 'available']],
  );
  const [joined] = await recordingsOf(freeswitch(call), early);
  assert.deepEqual(
    [joined?.call_id.startsWith('call_'), joined?.direction, joined?.status],
    [true, 'internal', 'available'],
  );
});

test('case 72: the audio before the call or after it: the same', async () => {
  const { rows, events } = await uploaded('a');
  const told = eventsOf(freeswitch(call));
  const orders = [
    [events, told],
    [told, events],
    [told.slice(0, 3), events, told.slice(3)],
  ];
  const results = await Promise.all(
    orders.map(async (batches) => {
      const { calls, recordings } = await tablesOfEvents(batches);
      recordings.insert(rows);
      return { calls: calls.final(), recordings: recordings.final() };
    }),
  );
  for (const result of results) assert.deepEqual(result, results[0]);
  assert.deepEqual(
    results[0]?.calls.map(({ has_recording, recordings }) => [has_recording, recordings[0]?.duration_ms]),
    [[true, 60_000]],
  );
  assert.equal(results[0]?.recordings[0]?.call_id, results[0]?.calls[0]?.call_id);
});

test('case 73: several recordings of one call', async () => {
  await told(
    freeswitch(`${call}
      30.0 RECORD_START a /var/rec/second.wav
      60.0 RECORD_STOP  a /var/rec/second.wav variable_record_ms=30000
      5.0  RECORD_START a /var/rec/first.wav
      25.0 RECORD_STOP  a /var/rec/first.wav variable_record_ms=20000`),
  ).gives({
    recordings: [
      { recording_id: 'a.first', started_at: at(5), duration_ms: 20_000 },
      { recording_id: 'a.second', started_at: at(30), duration_ms: 30_000 },
    ],
    recording_times: [
      { recording_id: 'a.first', ended_at: at(25) },
      { recording_id: 'a.second', ended_at: at(60) },
    ],
  });
});

test('case 74: paused while a card number is told: one recording, its audio without the pauses', async () => {
  const paused = canonical(`
    4.1  recording.started a anchor=0
    10.0 recording.paused  a anchor=0 reason=card_data
    22.0 recording.resumed a anchor=0
    30.0 recording.paused  a anchor=0 reason=card_data
    33.0 recording.resumed a anchor=0`);
  const pauses = [
    { from: at(10), to: at(22), reason: 'card_data' },
    { from: at(30), to: at(33), reason: 'card_data' },
  ];
  await told(freeswitch(call), paused, canonical('64.1 recording.stopped a anchor=0')).gives({
    recordings: [{ status: 'uploading', duration_ms: 45_000 }],
    recording_times: [{ ended_at: at(64.1), pauses }],
  });
  // The file knows best.
  await told(
    freeswitch(call),
    paused,
    canonical('64.1 recording.stopped a anchor=0'),
    trunkline('70 recording.stored a duration_ms=44970'),
  ).gives({ recordings: [{ status: 'available', duration_ms: 44_970 }], recording_times: [{ pauses }] });
  // By stopping and starting with the same file.
  await told(
    freeswitch(`${call}
      5.0  RECORD_START a /var/rec/one.wav
      10.0 RECORD_STOP  a /var/rec/one.wav
      22.0 RECORD_START a /var/rec/one.wav
      64.0 RECORD_STOP  a /var/rec/one.wav`),
  ).gives({
    recordings: [{ recording_id: 'a.one', duration_ms: 47_000 }],
    recording_times: [{ ended_at: at(64), pauses: [{ from: at(10), to: at(22), reason: '' }] }],
  });
});

/** Two phones of Asterisk; `CHAN_END` of both at second 20 unless it is told otherwise. */
const asteriskCall = (rows: string, answered = true): string => `
  eventtype        | eventtime | uniqueid | linkedid | channame     | cid_num | exten | extra
  CHAN_START       | 0.1       | 0.1      | 0.1      | PJSIP/1001-1 | 1001    | 1002  |
  CHAN_START       | 0.2       | 0.2      | 0.1      | PJSIP/1002-2 | 1002    | s     |
  ${
    answered
      ? `ANSWER       | 4.0       | 0.2      | 0.1      | PJSIP/1002-2 | 1002    | s     |
  ANSWER           | 4.0       | 0.1      | 0.1      | PJSIP/1001-1 | 1001    | 1002  |
  BRIDGE_ENTER     | 4.1       | 0.1      | 0.1      | PJSIP/1001-1 | 1001    | 1002  | bridge_id=x bridge_technology=simple_bridge
  BRIDGE_ENTER     | 4.1       | 0.2      | 0.1      | PJSIP/1002-2 | 1002    | s     | bridge_id=x bridge_technology=simple_bridge`
      : ''
  }
  ${rows}
  HANGUP           | 20.0      | 0.1      | 0.1      | PJSIP/1001-1 | 1001    | 1002  | hangupcause=16
  HANGUP           | 20.5      | 0.2      | 0.1      | PJSIP/1002-2 | 1002    | s     | hangupcause=16
  LINKEDID_END     | 20.6      | 0.1      | 0.1      | PJSIP/1001-1 | 1001    | 1002  |`;

const monitor = `MIXMONITOR_START | 1.0 | 0.1 | 0.1 | PJSIP/1001-1 | 1001 | 1002 | filename=/var/rec/x.wav mixmonitor_id=0x1`;
const monitorStop = `MIXMONITOR_STOP | 20.0 | 0.1 | 0.1 | PJSIP/1001-1 | 1001 | 1002 | mixmonitor_id=0x1`;

test('case 75: a recorder was started and nobody answered: there is no recording', async () => {
  for (const rows of [`${monitor}\n${monitorStop}`, monitor]) {
    await told(cel(asteriskCall(rows, false))).gives({
      disposition: 'cancelled',
      has_recording: false,
      recordings: [{ status: 'absent', duration_ms: null }],
    });
  }
  await told(
    freeswitch(`${call}
      5.0 RECORD_START a /var/rec/empty.wav
      5.0 RECORD_STOP  a /var/rec/empty.wav variable_record_ms=0`),
  ).gives({ has_recording: false, recordings: [{ status: 'absent' }] });
  // No link to what is not there.
  const links = createDownloadLinks(
    { presign: async () => 'http://s3/x' },
    { read: async () => [] },
    { expiresInSeconds: 60 },
  );
  const absent = { recording_id: 'r', status: 'absent', object_key: '', format: '', content_type: '' } as const;
  assert.equal(await links.linkTo('acme', absent), null);
});

test('case 76: a recording that nobody stopped ends with the call’s last leg', async () => {
  await told(cel(asteriskCall(monitor))).gives({
    recordings: [{ recording_id: `${channel('0.1').replace('/', '-')}:0x1`, status: 'uploading', duration_ms: null }],
    recording_times: [{ ended_at: at(20.5) }],
  });
  const stored = trunkline(
    `30 recording.stored - call=${channel('0.1')} recording=${channel('0.1').replace('/', '-')}:0x1 duration_ms=18900`,
    {
      kind: 'asterisk',
    },
  );
  await told(cel(asteriskCall(monitor)), stored).gives({
    has_recording: true,
    recordings: [{ status: 'available', duration_ms: 18_900 }],
    recording_times: [{ ended_at: at(20.5) }],
  });
});

test('case 77: a recording goes on through a transfer, and moves to the call that its call became part of', async () => {
  const records = freeswitch(`
    0.0  CHANNEL_CREATE          a inbound sofia/external/+442079460123@carrier +442079460123>800
    0.2  CHANNEL_ANSWER          a
    1.0  callcenter::info        a member-queue-start queue=support visit=v1
    -- The queue calls its agent in a call of the agent's own, and joins the two.
    2.0  CHANNEL_CREATE          d outbound sofia/internal/2001@10.0.0.7 +442079460123>2001
    5.0  CHANNEL_ANSWER          d
    5.0  callcenter::info        d bridge-agent-start visit=v1 agent=ann agent_leg=d
    5.1  CHANNEL_BRIDGE          a d
    5.2  RECORD_START            d /var/rec/d.wav
    30.0 CHANNEL_HANGUP_COMPLETE d NORMAL_CLEARING by=recv_bye
    30.0 RECORD_STOP             d /var/rec/d.wav variable_record_ms=24800
    30.1 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=send_bye
    30.2 callcenter::info        d bridge-agent-end visit=v1 agent=ann agent_leg=d`);
  const stored = trunkline('40 recording.stored d call=d recording=d duration_ms=24800');
  await told(records, stored).gives({
    call_key: 'a',
    quality: ['merged'],
    has_recording: true,
    recordings: [{ recording_id: 'd', leg_id: 'd', status: 'available' }],
  });
  const { calls, recordings } = await tablesOfEvents([eventsOf([...records, ...stored])]);
  const [whole] = calls.final().filter(({ state }) => state !== 'merged');
  assert.deepEqual(
    recordings
      .final()
      .map(({ recording_id, call_id, queue_id, agent_id }) => [recording_id, call_id, queue_id, agent_id]),
    [['d', whole?.call_id, 'support', 'ann']],
  );
});

test('case 78: the same path again, the same upload again, half an upload', async () => {
  // Two legs with one path are two recordings.
  await told(
    freeswitch(`${call}
      5.0  RECORD_START a /var/rec/1001.wav
      10.0 RECORD_STOP  a /var/rec/1001.wav variable_record_ms=5000
      15.0 RECORD_START b /var/rec/1001.wav
      20.0 RECORD_STOP  b /var/rec/1001.wav variable_record_ms=5000`),
  ).gives({
    recordings: [
      { recording_id: 'a.1001', status: 'uploading' },
      { recording_id: 'b.1001', status: 'uploading' },
    ],
  });

  const objects = new Map<string, Buffer>();
  const store: AudioStore = {
    bucket: 'recordings',
    put: async ({ key, body, contentLength }) => {
      const bytes = Buffer.concat(await body.toArray());
      if (bytes.length !== contentLength) throw new Error('half of it');
      if (objects.has(key)) return 'exists';
      objects.set(key, bytes);
      return 'stored';
    },
    head: async (key) => {
      const bytes = objects.get(key);
      return bytes === undefined ? null : { bytes: bytes.length, sha256Hex: sha256Of(bytes) };
    },
  };
  const send = async (bytes: Buffer, declared = bytes.length): Promise<string> =>
    (
      await upload(store, {
        key: objectKey,
        source: Readable.from([bytes]),
        contentType: 'audio/wav',
        bytes: declared,
        sha256Hex: sha256Of(bytes),
        idleTimeoutMs: 60_000,
      })
    ).outcome;
  await assert.rejects(send(audio.subarray(0, 100), audio.length), /half of it/);
  assert.equal(objects.size, 0);
  assert.deepEqual(
    [await send(audio), await send(audio), await send(audio.subarray(1))],
    ['stored', 'equal', 'conflict'],
  );
  assert.deepEqual(objects.get(objectKey), audio);
  const [once, again] = [await uploaded('a'), await uploaded('a')];
  assert.deepEqual(again, once);
});

test('case 79: a row of a recorder whose details are broken is refused; the call is built without it', async () => {
  const broken = `MIXMONITOR_START | 4.5 | 0.1 | 0.1 | PJSIP/1001-1 | 1001 | 1002 | {"filename":"/var/rec/x.wav"`;
  const records = cel(asteriskCall(broken));
  const rejected = records.filter(
    ({ dialect, value }) => 'rejection' in dialect.normalise(value, source({ askedSwitchId: 'pbx1' })),
  );
  assert.equal(rejected.length, 1);
  await told(records.filter((record) => !rejected.includes(record))).gives({
    disposition: 'answered',
    connect_ms: 15_900,
    recordings: [],
    quality: [],
  });
});

test('case 80: deleted on request: a tombstone without link, audio or text', async () => {
  const records = [
    ...freeswitch(`${call}
      5.0  RECORD_START a /var/rec/a.wav
      60.0 RECORD_STOP  a /var/rec/a.wav variable_record_ms=55000`),
    ...canonical('80 transcript.attached a anchor=0 recording=a text=said'),
    ...trunkline(`
      70   recording.stored  a recording=a duration_ms=55000
      9000 recording.deleted a recording=a`),
  ];
  await told(records).gives({
    has_recording: false,
    recordings: [{ recording_id: 'a', status: 'deleted' }],
    transcripts: [],
  });
  const { recordings } = await tablesOfEvents([eventsOf(records)]);
  const [row] = recordings.final();
  assert.equal(row?.status, 'deleted');
  const links = createDownloadLinks(
    { presign: async () => 'http://s3/x' },
    { read: async () => [] },
    { expiresInSeconds: 60 },
  );
  assert.ok(row !== undefined);
  assert.equal(await links.linkTo('acme', row), null);
});
