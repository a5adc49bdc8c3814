import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentsTold } from './agents-told.ts';
import { canonical, receivedAt } from './canonical.ts';
import { freeswitch } from './freeswitch-events.ts';
import { queueLog } from './queue-log-lines.ts';

const dayS = 86_400;
/** The tests begin at ten o'clock; midnight is this far. */
const midnightS = 14 * 3600;

test('case 37: an agent on two devices and in two queues is one person', async () => {
  const told = agentsTold(
    canonical(`
      0   agent.logged_in    - agent=ann session=s1 device=desk
      5   agent.logged_in    - agent=ann session=s2 device=mobile
      5   agent.queue_joined - agent=ann queue=support
      6   agent.queue_joined - agent=ann queue=sales
      10  queue.connected    - agent=ann visit=v1 queue=support anchor=0
      25  queue.connected    - agent=ann visit=v2 queue=sales anchor=0
      30  queue.completed    - agent=ann visit=v1 queue=support anchor=0
      40  queue.completed    - agent=ann visit=v2 queue=sales anchor=0
      50  agent.logged_out   - agent=ann session=s1
      60  agent.logged_out   - agent=ann session=s2`),
  );
  await told.gives(
    'ann',
    [
      'login s1 0–50',
      'login s2 5–60',
      'queue sales 6–',
      'queue support 5–',
      'contact v1 10–30',
      'contact v2 25–40',
    ].sort(byBeginning),
  );
  assert.deepEqual(await told.time('ann', 0, 60), {
    login_ms: 60_000,
    pause_ms: 0,
    connect_ms: 30_000,
    wrap_ms: 0,
    occupancy: 50,
  });
});

test('an agent of Asterisk who is in two queues and on two devices', async () => {
  const told = agentsTold(
    queueLog(`
      0|0.7|NONE|ann|AGENTCALLBACKLOGIN|SIP/desk
      2|0.9|NONE|ann|AGENTCALLBACKLOGIN|SIP/mobile
      3|NONE|sales|ann|ADDMEMBER|
      3|NONE|support|ann|ADDMEMBER|
      4|4.1|support|NONE|ENTERQUEUE||5550100|1
      8|8.1|sales|NONE|ENTERQUEUE||5550101|1
      10|4.1|support|ann|CONNECT|6|@9.2|1
      25|8.1|sales|ann|CONNECT|17|@24.2|1
      30|4.1|support|ann|COMPLETECALLER|6|20|1
      40|8.1|sales|ann|COMPLETEAGENT|17|15|1
      50|0.7|NONE|ann|AGENTCALLBACKLOGOFF|SIP/desk|50
      60|0.9|NONE|ann|AGENTCALLBACKLOGOFF|SIP/mobile|58`),
  );
  const { login_ms, connect_ms, occupancy } = await told.time('ann', 0, 60);
  assert.deepEqual({ login_ms, connect_ms, occupancy }, { login_ms: 60_000, connect_ms: 30_000, occupancy: 50 });
});

/** As rows are ordered: by their first instant, then by name. */
const byBeginning = (one: string, other: string): number => {
  const from = (text: string): number => Number(/ (\d+)–/.exec(text)?.[1]);
  return from(one) - from(other) || (one < other ? -1 : 1);
};

test('case 38: paused and logged out while the call goes on', async () => {
  const told = agentsTold(
    freeswitch(`
      0.0  callcenter::info a agent-status-change agent=ann CC-Agent-Status=Available
      10.0 callcenter::info a bridge-agent-start agent=ann agent_leg=b
      20.0 callcenter::info a agent-status-change agent=ann CC-Agent-Status=On%20Break
      30.0 callcenter::info a agent-status-change agent=ann CC-Agent-Status=Logged%20Out
      40.0 callcenter::info a bridge-agent-end agent=ann agent_leg=b`),
  );
  await told.gives('ann', ['login 0–30', 'contact v1 10–40', 'pause 20–~30']);
  // The talk after the logout is told, and is no part of the time in which the agent could work; the pause begins when
  // the talk ends, which it did not before the logout.
  assert.deepEqual(await told.time('ann', 0, 60), {
    login_ms: 30_000,
    pause_ms: 0,
    connect_ms: 30_000,
    wrap_ms: 0,
    occupancy: 66.67,
  });
});

test('an agent of Asterisk who pauses and logs out while the call goes on', async () => {
  const told = agentsTold(
    queueLog(`
      0|NONE|NONE|ann|AGENTCALLBACKLOGIN|SIP/ann
      4|4.1|support|NONE|ENTERQUEUE||5550100|1
      10|4.1|support|ann|CONNECT|6|@9.2|1
      20|NONE|support|ann|PAUSE|tea
      30|NONE|NONE|ann|AGENTCALLBACKLOGOFF|SIP/ann|30
      40|4.1|support|ann|COMPLETECALLER|6|30|1`),
  );
  assert.deepEqual(await told.time('ann', 0, 60), {
    login_ms: 30_000,
    pause_ms: 0,
    connect_ms: 30_000,
    wrap_ms: 0,
    occupancy: 66.67,
  });
});

test('case 39: a login that was never closed ends with what shows that it is over', async () => {
  const loggedIn = '0 agent.logged_in - agent=ann session=s1 device=desk';
  await agentsTold(
    canonical(`${loggedIn}
      300 agent.snapshot - agent=ann status=logged_out`),
  ).gives('ann', ['login s1 0–~300']);
  await agentsTold(
    canonical(`${loggedIn}
      5   agent.paused   - agent=ann reason=lunch
      400 switch.started -`),
  ).gives('ann', ['login s1 0–~400', 'pause 5–~400 lunch']);
  await agentsTold(
    canonical(`${loggedIn}
      500 agent.logged_in  - agent=ann session=s2 device=desk
      600 agent.logged_out - agent=ann session=s2`),
  ).gives('ann', ['login s1 0–~500', 'login s2 500–600']);
  // A start of another switch says nothing, and a snapshot that finds the agent at work leaves it there.
  await agentsTold(
    canonical(`${loggedIn}
      300 agent.snapshot - agent=ann status=available
      400 switch.started - switch=pbx9`),
  ).gives('ann', ['login s1 0–']);
});

test('an agent of Asterisk whose logoff was never written: a restart ends it, and the next login counts no time twice', async () => {
  await agentsTold(
    queueLog(`
      0|NONE|NONE|ann|AGENTCALLBACKLOGIN|SIP/ann
      5|NONE|NONE|ann|PAUSEALL|lunch
      400|NONE|NONE|NONE|QUEUESTART|`),
  ).gives('ann', ['login 0–~400', 'pause 5–~400 lunch']);
  await agentsTold(
    queueLog(`
      0|NONE|NONE|ann|AGENTCALLBACKLOGIN|SIP/ann
      500|NONE|NONE|ann|AGENTCALLBACKLOGIN|SIP/ann
      600|NONE|NONE|ann|AGENTCALLBACKLOGOFF|SIP/ann|100`),
  ).gives('ann', ['login 0–600']);
});

test('case 40: a pause of all queues and of one: paused while either holds, and the time counts once', async () => {
  const told = agentsTold(
    queueLog(`
      0|NONE|NONE|ann|AGENTCALLBACKLOGIN|SIP/ann
      10|NONE|NONE|ann|PAUSEALL|lunch
      20|NONE|sales|ann|PAUSE|lunch
      30|NONE|sales|ann|UNPAUSE|
      40|NONE|NONE|ann|UNPAUSEALL|
      50|NONE|sales|ann|PAUSE|
      60|NONE|NONE|ann|UNPAUSEALL|
      70|NONE|NONE|ann|AGENTCALLBACKLOGOFF|SIP/ann|70`),
  );
  await told.gives('ann', ['login 0–70', 'pause 10–40 lunch', 'pause sales 20–30 lunch', 'pause sales 50–60']);
  assert.deepEqual(await told.time('ann', 0, 70), {
    login_ms: 70_000,
    pause_ms: 40_000,
    connect_ms: 0,
    wrap_ms: 0,
    occupancy: 0,
  });
});

test('case 41: the next caller cuts the wrap-up; one that begins with the interval is in it', async () => {
  const told = agentsTold(
    canonical(`
      0   agent.logged_in    - agent=ann
      10  queue.connected    - agent=ann visit=v1 anchor=0
      30  queue.completed    - agent=ann visit=v1 anchor=0
      30  agent.wrap_started - agent=ann visit=v1 limit_ms=60000
      45  queue.connected    - agent=ann visit=v2 anchor=0
      60  queue.completed    - agent=ann visit=v2 anchor=0
      60  agent.wrap_started - agent=ann visit=v2 limit_ms=10000
      100 agent.wrap_started - agent=ann visit=v2
      110 agent.wrap_ended   - agent=ann visit=v2
      120 agent.logged_out   - agent=ann`),
  );
  await told.gives('ann', [
    'login 0–120',
    'contact v1 10–30',
    'wrap v1 30–~45',
    'contact v2 45–60',
    // Nobody ended it: its limit did.
    'wrap v2 60–~70',
    'wrap v2 100–110',
  ]);
  assert.equal((await told.time('ann', 30, 45)).wrap_ms, 15_000);
  assert.equal((await told.time('ann', 0, 30)).wrap_ms, 0);
  assert.deepEqual(await told.time('ann', 0, 120), {
    login_ms: 120_000,
    pause_ms: 0,
    connect_ms: 35_000,
    wrap_ms: 35_000,
    occupancy: 58.33,
  });
});

test('an agent of Wazo whose wrap-up the next caller cuts; the last ends by its limit, though nothing follows', async () => {
  const told = agentsTold(
    queueLog(`
      0|NONE|NONE|ann|AGENTCALLBACKLOGIN|SIP/ann
      4|4.1|support|NONE|ENTERQUEUE||5550100|1
      10|4.1|support|ann|CONNECT|6|@9.2|1
      30|4.1|support|ann|COMPLETECALLER|6|20|1
      30|4.1|support|ann|WRAPUPSTART|60
      35|35.1|support|NONE|ENTERQUEUE||5550101|1
      45|35.1|support|ann|CONNECT|10|@44.2|1
      60|35.1|support|ann|COMPLETECALLER|10|15|1
      60|35.1|support|ann|WRAPUPSTART|10`),
  );
  await told.gives('ann', [
    'login 0–',
    'contact pbx1/1767607204.1:support 10–30',
    'wrap pbx1/1767607204.1:support 30–~45',
    'contact pbx1/1767607235.1:support 45–60',
    'wrap pbx1/1767607235.1:support 60–~70',
  ]);
  assert.equal((await told.time('ann', 60, 3600)).wrap_ms, 10_000);
});

test('an agent who works through midnight: each day has its part, and a day with no event is not lost', async () => {
  const told = agentsTold(
    receivedAt(
      4 * dayS,
      canonical(`
      0                          agent.logged_in  - agent=ann
      ${midnightS + 60}          agent.paused     - agent=ann reason=tea
      ${midnightS + 3 * dayS}    agent.unpaused   - agent=ann
      ${midnightS + 3 * dayS + 9} agent.logged_out - agent=ann`),
    ),
  );
  await told.gives('ann', [
    'login 0–',
    `login ${midnightS}–`,
    `pause ${midnightS + 60}– tea`,
    `login ${midnightS + 3 * dayS}–${midnightS + 3 * dayS + 9}`,
  ]);
  assert.deepEqual(await told.time('ann', midnightS + dayS, midnightS + 2 * dayS), {
    login_ms: dayS * 1000,
    pause_ms: dayS * 1000,
    connect_ms: 0,
    wrap_ms: 0,
    occupancy: null,
  });
});

test('a wrap-up that its limit would take past midnight, and that the next caller cuts after it', async () => {
  const told = agentsTold(
    canonical(`
      0                  agent.logged_in    - agent=ann
      ${midnightS - 5}   agent.wrap_started - agent=ann visit=v1 limit_ms=60000
      ${midnightS + 5}   queue.connected    - agent=ann visit=v2 anchor=0
      ${midnightS + 100} queue.completed    - agent=ann visit=v2 anchor=0`),
  );
  assert.equal((await told.time('ann', midnightS - 60, midnightS + 60)).wrap_ms, 10_000);
});

test('a connection that the queue took back was none', async () => {
  await agentsTold(
    freeswitch(`
      0.0  callcenter::info a agent-status-change agent=ann CC-Agent-Status=Available
      8.0  callcenter::info a bridge-agent-start agent=ann agent_leg=b
      8.2  callcenter::info a bridge-agent-fail agent=ann cause=ORIGINATOR_CANCEL
      50.0 callcenter::info a bridge-agent-start visit=v2 agent=ann agent_leg=c
      60.0 callcenter::info a bridge-agent-end visit=v2 agent=ann agent_leg=c`),
  ).gives('ann', ['login 0–', 'contact v1 8–8.2', 'contact v2 50–60']);
});
