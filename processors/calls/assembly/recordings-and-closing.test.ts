import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { at, eventTable } from '../../testing/event-table.ts';
import { given } from '../../testing/given.ts';
import { assembleCallAndRecordings } from './assemble-call.ts';
import { identityOf } from './identity.ts';

const answered = `
  0.0  leg.created  a dir=in kind=trunk from=+15550001 to=1002
  2.0  leg.answered a
  2.0  app.entered  a app=ivr name=main
  20.0 leg.ended    a q850=16`;

suite('recordings', () => {
  test('stored: what was found in the file holds', () => {
    given(`${answered}
      2.0  recording.started a
      19.0 recording.stopped a duration_ms=16900
      22.0 recording.stored  a duration_ms=17000 bytes=272000
    `).gives({
      has_recording: true,
      recordings: [
        {
          recording_id: 'r1',
          status: 'available',
          leg_id: 'a',
          started_at: at(2),
          duration_ms: 17_000,
          bytes: 272_000,
        },
      ],
    });
  });

  test('stored before it was started, or after its call ended: the same', () => {
    given(`${answered}
      1.0  recording.stored  a duration_ms=17000
      2.0  recording.started a
    `).gives({ recordings: [{ status: 'available', started_at: at(1) }] });
  });

  test('stored at its beginning, as an upload that tells it is: what the switch says at the stop does not go over the file', () => {
    given(`${answered}
      2.0  recording.started a
      2.0  recording.stored  a duration_ms=3000
      19.0 recording.stopped a duration_ms=16900
    `).gives({ recordings: [{ status: 'available', duration_ms: 3000 }] });
  });

  test('made while the call goes on; awaited after it, though no stop was told', () => {
    given(`
      0 leg.created       a dir=in kind=user from=1001 to=1002
      2 recording.started a`).gives({ recordings: [{ status: 'recording' }], has_recording: false });
    given(`${answered}
      2 recording.started a`).gives({ recordings: [{ status: 'uploading' }], has_recording: false });
  });

  test('nothing was recorded, or it was lost', () => {
    given(`${answered}
      2 recording.started a
      3 recording.failed  a reason=absent`).gives({ recordings: [{ status: 'absent' }], has_recording: false });
    given(`${answered}
      3 recording.failed  a reason=missing_object`).gives({ recordings: [{ status: 'failed' }] });
    given(`${answered}
      3 recording.failed  a reason=missing_object
      9 recording.stored  a`).gives({ recordings: [{ status: 'available' }], has_recording: true });
  });

  test('deleted stays deleted', () => {
    given(`${answered}
      3 recording.deleted a
      9 recording.stored  a`).gives({ recordings: [{ status: 'deleted' }], has_recording: false });
  });

  test('several, in the order they began', () => {
    given(`${answered}
      9 recording.started a recording=r2
      3 recording.started a recording=r9`).gives({ recordings: [{ recording_id: 'r9' }, { recording_id: 'r2' }] });
  });

  test('their rows carry what they are listed by; a hidden number is not in them', () => {
    const rows = (shown: string) =>
      assembleCallAndRecordings(
        identityOf({ tenant_id: 'acme', call_key: 'a' }, at(0)),
        eventTable(`
          0.0 leg.created      a dir=in kind=trunk from=+15550001 name=Ann to=800 shown=${shown}
          1.0 queue.entered    a queue=sales
          2.0 recording.stored a duration_ms=500`),
      );
    const { call, recordings } = rows('allowed');
    const [recording] = recordings;
    assert.deepEqual(
      [recording?.call_id, recording?.version, recording?.direction, recording?.caller_number, recording?.queue_id],
      [call.call_id, call.version, 'inbound', '+15550001', 'sales'],
    );
    assert.equal(recording?.object_key, 'r1.wav');
    assert.deepEqual(
      rows('restricted').recordings.map(({ caller_number, caller_name }) => [caller_number, caller_name]),
      [['', '']],
    );
  });
});

suite('rows of recordings', () => {
  const rowsOf = (told: string) =>
    assembleCallAndRecordings(
      identityOf({ tenant_id: 'acme', call_key: 'a' }, at(0)),
      eventTable(`0 leg.created a dir=in from=1001 to=1002\n${told}`),
    ).recordings.map(({ status }) => status);

  test('there are none while it is being made: they would hide audio that came without the call', () => {
    assert.deepEqual(rowsOf('1 recording.started a'), []);
    assert.deepEqual(rowsOf('1 recording.started a\n2 recording.stopped a'), []);
  });

  test('there is one as soon as it is known what became of it', () => {
    assert.deepEqual(rowsOf('1 recording.started a\n2 recording.stored a'), ['available']);
    assert.deepEqual(rowsOf('1 recording.started a\n2 recording.failed a reason=absent'), ['absent']);
    assert.deepEqual(rowsOf('1 recording.stored a\n2 recording.deleted a'), ['deleted']);
  });
});

suite('mailboxes', () => {
  test('reached after nobody answered', () => {
    given(`
      0.0  leg.created  a dir=in kind=user from=1001 to=1002
      0.2  leg.created  b dir=out kind=user to=1002
      15.0 leg.ended    b q850=19
      15.1 leg.answered a
      15.2 app.entered  a app=voicemail mailbox=1002
      30.0 leg.ended    a q850=16
    `).gives({
      disposition: 'voicemail',
      reached_voicemail: true,
      answered_at: null,
      answered_by_kind: 'voicemail',
      answered_by_id: '1002',
    });
  });

  test('one’s own is not reached but listened to', () => {
    for (const entered of [
      'app=voicemail mailbox=1001',
      'app=voicemail name=VoiceMailMain',
      'app=voicemail name=check',
    ]) {
      given(`
        0.0  leg.created  a dir=in kind=user from=1001 to=*97
        0.1  leg.answered a
        0.1  app.entered  a ${entered}
        9.0  leg.ended    a q850=16
      `).gives({ reached_voicemail: false, direction: 'internal', disposition: 'cancelled' });
    }
  });
});

const open = `
  0.0  leg.created  a dir=in kind=user from=1001 to=1002
  0.2  leg.created  b dir=out kind=user to=1002
  2.0  leg.answered b
  2.0  leg.bridged  a with=b`;

suite('the end of a call', () => {
  test('told by the switch for the whole call', () => {
    given(`${open}
      9.0 leg.ended  b q850=16
      9.5 call.ended -
    `).gives({ state: 'ended', ended_at: at(9.5), connect_ms: 7000, quality: [] });
  });

  test('told before the last leg’s own end', () => {
    given(`${open}
      9.0 call.ended -
      9.1 leg.ended  a q850=16
      9.1 leg.ended  b q850=16
    `).gives({ state: 'ended', ended_at: at(9.1) });
  });

  test('inferred at the last sign of life', () => {
    given(`${open}
      900 call.end_inferred - rule=silence last=${at(60)}
    `).gives({
      state: 'ended',
      ended_at: at(60),
      connect_ms: 58_000,
      disposition: 'answered',
      cause_q850: 41,
      ended_by: 'switch',
      quality: ['end_inferred'],
    });
    given(`
      0.0 leg.created      a dir=in kind=user from=1001 to=1002
      900 call.end_inferred - last=${at(60)}`).gives({ disposition: 'unknown', state: 'ended' });
  });

  test('inferred, but then the real end comes: it holds', () => {
    given(`${open}
      30  leg.ended         a q850=16 cause=NORMAL_CLEARING
      30  leg.ended         b q850=16
      900 call.end_inferred - last=${at(25)}
    `).gives({ ended_at: at(30), hangup_cause: 'NORMAL_CLEARING', quality: [] });
  });

  test('told twice: the first tells when, the better one why', () => {
    given(`${open}
      9.00 leg.ended a cause=NORMAL_CLEARING
      9.00 leg.ended b
      9.02 leg.ended b q850=16 sip=486 by=far
    `).gives({ legs: [{}, { ended_at: at(9), sip_code: 486, cause_q850: 17 }], ended_by: 'callee' });
  });

  test('of a forked call’s final replies the best holds', () => {
    for (const order of [
      ['487', '480', '486'],
      ['486', '487', '480'],
    ]) {
      given(`
        0.0 leg.created a dir=in kind=user from=1001 to=1002
        0.2 leg.created b dir=out kind=user to=1002
        ${order.map((sip, at) => `${5 + at} leg.ended b sip=${sip}`).join('\n')}
        9.0 leg.ended   a q850=16
      `).gives({ disposition: 'busy', legs: [{}, { sip_code: 486 }] });
    }
  });
});

suite('odd clocks and contents', () => {
  test('a negative span is cut to 0 and flagged', () => {
    given(
      `
      10 leg.created a dir=in kind=user from=1001 to=1002
      8  leg.ended   a q850=16`,
      { anchor: 10 },
    ).gives({ duration_ms: 0, quality: ['clock_anomaly'] });
  });

  test('a start that is not where the anchor is, and an event from the future', () => {
    given(`
      5 leg.created a dir=in kind=user from=1001`).gives({ started_at: at(5), quality: ['clock_anomaly'] });
    given(`
      0   leg.created  a dir=in kind=user from=1001
      400 leg.answered a observed=1`).gives({ quality: ['clock_anomaly'] });
  });

  test('two contents under one id: one of them holds, whatever comes first', () => {
    const lines = ['0 leg.created a id=x from=1001 dir=in', '0 leg.created a id=x from=1002 dir=in'];
    const rows = [lines, lines.toReversed()].map((order) => given(order.join('\n')).row());
    assert.deepEqual(rows[0], rows[1]);
    assert.deepEqual(rows[0]?.quality, ['conflicting_event']);
    assert.equal(rows[0]?.events, 2);
  });

  test('without any leg, and without anything it knows', () => {
    given('1 queue.refused -').gives({ state: 'active', disposition: 'in_progress', legs: [], direction: 'unknown' });
  });

  test('instants that cannot be are left out', () => {
    given(`
      0 leg.created a dir=in from=1001
      9 leg.ended   a bill_ms=99999999999999
    `).gives({ switch_answered_at: null, bill_ms: 0 });
  });
});
