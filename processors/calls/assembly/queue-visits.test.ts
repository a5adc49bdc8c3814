import { suite, test } from 'node:test';
import { at } from '../../testing/event-table.ts';
import { given } from '../../testing/given.ts';

const entered = `
  0.0  leg.created   a dir=in kind=trunk from=+15550001 to=800
  0.1  leg.answered  a
  1.0  queue.entered a`;

const connected = `${entered}
  2.0  leg.created     b dir=out kind=user to=2001
  2.0  queue.offered   a attempt=1 agent=ann agent_leg=b
  2.5  leg.progress    b
  6.0  leg.answered    b
  6.0  queue.offer_ended a attempt=1 agent=ann outcome=answered
  6.0  queue.connected a agent=ann agent_leg=b
  6.2  leg.bridged     a with=b`;

suite('a visit to a queue', () => {
  test('answered by an agent', () => {
    given(`${connected}
      8.0  leg.held        a
      9.0  leg.resumed     a
      20.2 leg.ended       a q850=16
      20.2 queue.completed a agent=ann by=caller
      20.3 leg.ended       b q850=16
    `).gives({
      disposition: 'answered',
      wait_ms: 5000,
      ring_ms: 0,
      connect_ms: 14_000,
      hold_ms: 1000,
      answered_by_kind: 'agent',
      answered_by_id: 'ann',
      ended_by: 'caller',
      legs: [{ role: 'caller' }, { leg_id: 'b', role: 'agent' }],
      queue_visits: [
        {
          visit_id: 'v1',
          queue_id: 'support',
          entered_at: at(1),
          connected_at: at(6),
          left_at: null,
          ended_at: at(20.2),
          outcome: 'answered',
          agent_id: 'ann',
          agent_leg_id: 'b',
          wait_ms: 5000,
          ring_ms: 4000,
          connect_ms: 14_000,
          hold_ms: 1000,
          ended_by: 'caller',
          offers: [{ attempt_id: '1', agent_id: 'ann', at: at(2), outcome: 'answered', ring_ms: 4000 }],
        },
      ],
    });
  });

  test('still waiting, still talking', () => {
    given(`${entered}
      5.0 queue.offered a attempt=1 agent=ann`).gives({
      queue_visits: [{ outcome: 'waiting', wait_ms: 4000, left_at: null, connected_at: null }],
    });
    given(`${connected}
      9.2 leg.progress b progress=trying`).gives({
      disposition: 'in_progress',
      queue_visits: [{ outcome: 'answered', connect_ms: 3000, ended_at: null }],
    });
  });

  test('given up, told by the queue or not', () => {
    const gone = {
      disposition: 'abandoned',
      queue_visits: [{ outcome: 'abandoned', left_at: at(8), wait_ms: 7000 }],
    } as const;
    given(`${entered}
      8.0 queue.left a outcome=abandoned
      8.0 leg.ended  a q850=16`).gives(gone);
    given(`${entered}
      8.0 leg.ended a q850=16`).gives(gone);
  });

  test('given up while the agent hears an announcement', () => {
    given(`${entered}
      2.0 leg.created       b dir=out kind=user to=2001
      2.0 queue.offered     a attempt=1 agent=ann agent_leg=b
      5.0 leg.answered      b
      5.0 queue.connected   a agent=ann agent_leg=b
      6.0 queue.offer_ended a attempt=1 agent=ann outcome=caller_left
      6.0 queue.left        a outcome=abandoned
      6.0 leg.ended         a q850=16
      6.1 leg.ended         b q850=16
    `).gives({
      disposition: 'abandoned',
      answered_at: null,
      queue_visits: [{ outcome: 'abandoned', connect_ms: 0, connected_at: null, offers: [{ outcome: 'caller_left' }] }],
    });
  });

  test('left by a key, for another queue: two visits, one call', () => {
    given(`${entered}
      5.0  queue.left      a outcome=timeout
      5.5  queue.entered   a visit=v2 queue=sales origin=overflow
      6.0  leg.created     b dir=out kind=user to=2002
      8.0  leg.answered    b
      8.0  queue.connected a visit=v2 queue=sales agent=bob agent_leg=b
      8.0  leg.bridged     a with=b
      18.0 leg.ended       b q850=16
      18.0 leg.ended       a q850=16
    `).gives({
      wait_ms: 6500,
      connect_ms: 10_000,
      queue_visits: [
        { queue_id: 'support', outcome: 'timeout', wait_ms: 4000 },
        { queue_id: 'sales', outcome: 'answered', wait_ms: 2500, origin: 'overflow' },
      ],
    });
  });

  test('rings and is offered again: one visit', () => {
    given(`${entered}
      2.0  queue.offered     a attempt=1 agent=ann
      5.0  queue.offer_ended a attempt=1 agent=ann outcome=no_answer ring_ms=3000
      6.0  queue.offered     a attempt=2 agent=ann
      9.0  queue.left        a outcome=exit_key
      9.0  leg.ended         a q850=16
    `).gives({
      queue_visits: [
        {
          outcome: 'exit_key',
          offers: [
            { attempt_id: '1', ring_ms: 3000 },
            { attempt_id: '2', outcome: 'caller_left' },
          ],
        },
      ],
    });
  });

  test('a caller who comes back under the same id makes a second visit', () => {
    given(`${entered}
      5.0  queue.left    a outcome=abandoned
      9.0  queue.entered a
      12.0 queue.left    a outcome=exit_key
      13.0 leg.ended     a q850=16
    `).gives({
      queue_visits: [
        { visit_id: 'v1', outcome: 'abandoned', wait_ms: 4000 },
        { visit_id: 'v1#2', outcome: 'exit_key', wait_ms: 3000 },
      ],
    });
  });

  test('whatever is told first makes the visit; what comes later fills it in', () => {
    given(`
      0.0  leg.created     a dir=in kind=trunk from=+15550001 to=800
      0.9  queue.offered   a attempt=1 agent=ann agent_leg=b
      1.0  queue.entered   a
      1.0  leg.created     b dir=out kind=user to=2001
      4.0  leg.answered    b
      4.0  leg.bridged     a with=b
      4.5  queue.connected a agent=ann agent_leg=b
      9.0  leg.ended       a q850=16
      9.0  leg.ended       b q850=16
    `).gives({ queue_visits: [{ entered_at: at(1), outcome: 'answered', connect_ms: 5000 }] });
  });

  test('a connection that no bridge confirms failed, where the switch tells bridges', () => {
    given(`${entered}
      2.0 leg.bridged     a bridge=moh bridge_kind=hold
      5.0 queue.connected a agent=ann agent_leg=b
      8.0 leg.ended       a q850=16
    `).gives({ quality: ['gap'], queue_visits: [{ outcome: 'failed' }] });
  });

  test('where the switch tells no bridges, its word for the connection must do', () => {
    given(
      `
      1.0  queue.entered   a
      9.0  queue.connected a agent=ann wait_ms=8000 ring_ms=2000
      30.0 queue.completed a agent=ann by=agent connect_ms=21000
    `,
      { kind: 'asterisk' },
    ).gives({
      queue_visits: [
        {
          outcome: 'answered',
          wait_ms: 8000,
          ring_ms: 2000,
          connect_ms: 21_000,
          hold_ms: null,
          ended_by: 'agent',
          ended_at: at(30),
        },
      ],
    });
  });

  test('the agent’s time ends at the transfer, not with the call', () => {
    given(`${connected}
      10.2 leg.transferred b transfer=blind by=b target=1003
      10.2 leg.ended       b cause=BLIND_TRANSFER
      10.2 queue.completed a agent=ann by=transfer
      10.3 leg.created     c dir=out kind=user to=1003
      12.0 leg.answered    c
      12.0 leg.bridged     a with=c
      20.0 leg.ended       c q850=16
      20.0 leg.ended       a q850=16
    `).gives({
      connect_ms: 12_000,
      last_answered_by_id: '1003',
      queue_visits: [{ connect_ms: 4000, ended_at: at(10.2), ended_by: 'transfer' }],
    });
  });

  test('waiting for a second queue after a talk is wait, not hold', () => {
    given(`${connected}
      10.2 leg.ended     b cause=BLIND_TRANSFER
      10.5 queue.entered a visit=v2 queue=sales origin=transfer
      10.5 leg.bridged   a bridge=moh bridge_kind=hold
      15.5 queue.left    a visit=v2 queue=sales outcome=abandoned
      15.5 leg.ended     a q850=16
    `).gives({ disposition: 'answered', connect_ms: 4000, hold_ms: 0, wait_ms: 10_000 });
  });
});
