import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { dialects } from '../../ingest/dialects.ts';
import { callsOf } from '../../processors/testing/cases/told.ts';
import type { NativeRecord } from '../../processors/testing/cases/native-records.ts';
import { holdsHowever } from '../../processors/testing/cases/holds-however.ts';
import type { CallRow } from '../../schemas/call-row.ts';
import { microsFromIso } from '../../schemas/event-json.ts';

// Published rows of Asterisk's CEL, and CDRs of FreeSWITCH, against what is published of their calls, through the
// normalisers and the calls processor: `TRUNKLINE_SAMPLES=DIR node --test deploy/testing/sample-rows.ts`.

const folder = process.env['TRUNKLINE_SAMPLES'] ?? '';
if (folder === '') throw new Error('set TRUNKLINE_SAMPLES to the folder of the captures');

const read = <Value>(file: string): Value => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Value;

type Row = Readonly<Record<string, string>>;
type Expected = {
  started_at?: string;
  answered_at?: string | null;
  ended_at?: string;
  caller_number?: string;
  caller_endpoint?: string;
  dialed_number?: string;
  callee_number?: string;
  callee_endpoint?: string | null;
  recordings?: { $anyorder: readonly { $props: { start_time: { $dt: string }; end_time: { $dt: string } } }[] };
};
type Case = { id: string; cel: readonly Row[]; expected: Expected };

const cel = (rows: readonly Row[]): NativeRecord[] => rows.map((value) => ({ dialect: dialects.asteriskCel, value }));

const micros = (iso: string | null | undefined): number | null =>
  iso === null || iso === undefined ? null : microsFromIso(iso);

/** `SIP/as2mkq-0000001f` without what is of this channel alone. */
const lineOf = (call: CallRow, role: string): string | null =>
  call.legs
    .find((leg) => leg.role === role)
    ?.endpoint.toLowerCase()
    .replace(/-[0-9a-f]{8}$/, '') ?? null;

/** Two enter a bridge one after the other: these CDRs take the caller's moment, ours is when both are in it. */
const enteredUs = 10_000;

/** A channel is hung up, and gone a moment later: these CDRs end with the latter. */
const goneUs = 200_000;

describe('rows of CEL and the CDR expected of them', () => {
  for (const { id, cel: rows, expected } of read<{ cases: readonly Case[] }>('asterisk/cel_cases.json').cases) {
    test(id, async () => {
      const records = cel(rows);
      const [call, ...others] = await callsOf(records);
      assert.ok(call !== undefined && others.length === 0, 'one call');
      checkTimes(call, expected);
      checkParties(call, expected);
      checkRecordings(call, expected);
      await holdsHowever(records);
    });
  }
});

const checkTimes = (call: CallRow, { started_at, answered_at, ended_at }: Expected): void => {
  assert.equal(call.state, 'ended');
  if (started_at === undefined) return;
  assert.equal(call.started_at, micros(started_at));
  const answeredAt = micros(answered_at);
  if (answeredAt === null) assert.equal(call.answered_at, null);
  else assert.ok(Math.abs((call.answered_at ?? 0) - answeredAt) <= enteredUs, `answered at ${call.answered_at}`);
  assert.ok(Math.abs((call.ended_at ?? 0) - (micros(ended_at) ?? 0)) <= goneUs, `ended at ${call.ended_at}`);
};

const checkParties = (call: CallRow, expected: Expected): void => {
  // A dialplan may complete the caller's number; ours is what came in.
  if (expected.caller_number !== undefined) assert.ok(expected.caller_number.endsWith(call.caller_number));
  if (expected.dialed_number !== undefined) assert.equal(call.dialled_number, expected.dialed_number);
  if (expected.callee_number !== undefined) assert.equal(call.callee_number, expected.callee_number);
  if (expected.caller_endpoint !== undefined) assert.equal(lineOf(call, 'caller'), expected.caller_endpoint);
  if (expected.callee_endpoint !== undefined) assert.equal(lineOf(call, 'callee'), expected.callee_endpoint);
};

const checkRecordings = (call: CallRow, { recordings }: Expected): void => {
  if (recordings === undefined) return;
  const told = recordings.$anyorder.map(({ $props }) => [micros($props.start_time.$dt), micros($props.end_time.$dt)]);
  const ends = new Map(call.recording_times.map(({ recording_id, ended_at }) => [recording_id, ended_at]));
  const made = call.recordings.map(({ recording_id, started_at }) => [started_at, ends.get(recording_id) ?? null]);
  assert.deepEqual(made, told);
};

type Scenario = { section: string; rows: readonly { Record: string; Primary: string; Extra: string }[] };

const nameOfRecord = (record: string): string => record.replace(/^AST_CEL_/, '').replace('CHANNEL_', 'CHAN_');

/** The documentation's tables name channels by who is at them, and give no times: one second a line. */
const celOfScenario = ({ rows }: Scenario, roots: readonly string[]): NativeRecord[] => {
  const people = [...new Set(rows.map(({ Primary }) => Primary).filter((name) => name !== ''))];
  const idOf = (name: string): string => `1767607200.${people.indexOf(name) + 1}`;
  const rootOf = (name: string): string =>
    roots.findLast((root) => people.indexOf(root) <= people.indexOf(name)) ?? name;
  return cel(
    rows.flatMap((row, second) => {
      if (row.Record === '') return [];
      return [
        {
          eventtype: nameOfRecord(row.Record),
          eventtime: String(1_767_607_200 + second),
          uniqueid: idOf(row.Primary),
          linkedid: idOf(rootOf(row.Primary)),
          channame: row.Primary.startsWith('Local') ? `Local/x@y;${row.Primary.slice(-1)}` : `PJSIP/${row.Primary}`,
          cid_num: row.Primary,
          exten: '',
          extra: row.Extra.replace('"bridge_id", ', '"bridge_id": '),
        },
      ];
    }),
  );
};

describe('the scenarios of Asterisk’s documentation', () => {
  const scenarios = new Map(
    read<readonly Scenario[]>('asterisk/docs_cel_scenarios.json').map((scenario) => [
      scenario.section.replace('Example Scenarios / ', ''),
      scenario,
    ]),
  );
  const callsOfScenario = async (name: string, roots: readonly string[]): Promise<CallRow[]> => {
    const records = celOfScenario(scenarios.get(name) as Scenario, roots);
    await holdsHowever(records);
    return callsOf(records);
  };

  test('Dial Nominal', async () => {
    const [call] = await callsOfScenario('Dial Nominal', ['Alice']);
    assert.deepEqual(
      [call?.state, call?.disposition, call?.ended_by, call?.cause_q850],
      ['ended', 'answered', 'callee', 16],
    );
  });

  test('Dial Busy: the phone’s own cause says that it was refused', async () => {
    const [call] = await callsOfScenario('Dial Busy', ['Alice']);
    assert.deepEqual([call?.state, call?.disposition, call?.cause_q850], ['ended', 'rejected', 21]);
  });

  test('Blind Transfer', async () => {
    const [call, ...others] = await callsOfScenario('Blind Transfer', ['Alice']);
    assert.deepEqual([call?.state, call?.disposition, others.length], ['ended', 'answered', 0]);
    assert.deepEqual(
      call?.transfers.map(({ kind, to }) => [kind, to]),
      [['blind', 'exten']],
    );
  });

  test('Attended Transfer', async () => {
    const [call] = await callsOfScenario('Attended Transfer', ['Alice']);
    assert.deepEqual([call?.state, call?.disposition], ['ended', 'answered']);
    assert.deepEqual(
      call?.transfers.map(({ kind }) => kind),
      ['attended'],
    );
  });

  test('Multi-participant Conference: one call a participant, each answered by the room', async () => {
    const people = ['Alice', 'Bob', 'Charlie', 'David'];
    const calls = await callsOfScenario('Multi-participant Conference', people);
    assert.deepEqual(
      calls.map(({ disposition, answered_by_kind }) => [disposition, answered_by_kind]),
      people.map(() => ['answered', 'conference']),
    );
  });
});

describe('CDRs of mod_json_cdr by themselves', () => {
  for (const number of [1, 2, 3]) {
    test(`json_cdr_${number}`, async () => {
      const value = read<{ variables: Row }>(`freeswitch/json_cdr_${number}.json`);
      const records: NativeRecord[] = [{ dialect: dialects.freeswitchCdr, value }];
      const [call] = await callsOf(records);
      const { variables } = value;
      assert.deepEqual(
        [call?.started_at, call?.switch_answered_at, call?.answered_at, call?.ended_at, call?.disposition],
        [
          Number(variables['start_uepoch']),
          Number(variables['answer_uepoch']),
          Number(variables['bridge_uepoch']),
          Number(variables['end_uepoch']),
          'answered',
        ],
      );
      await holdsHowever(records);
    });
  }
});
