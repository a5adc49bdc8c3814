import type { Channel } from './channel.ts';
import { carriers, outsider, type Party, type Queue, queues } from './company.ts';
import type { Random } from './random.ts';
import { ms, notAnswered, type Scene, type SceneEnd } from './scene.ts';
import { fromCarrier, type NativeEvent, type SwitchCall, toPhone } from './simulated-switch.ts';
import { talk } from './talk.ts';

// A caller waits in a queue of mod_callcenter. The agent's leg carries the caller's Channel-Call-UUID, as if the queue
// called it by the caller's channel.

type Member = { call: SwitchCall; random: Random; queue: Queue; caller: Channel; enteredAt: number; id: string };

const seconds = (us: number): string => String(Math.floor(us / 1e6));

const memberHeaders = ({ queue, caller, id }: Member, action: string): NativeEvent => ({
  'CC-Queue': queue.id,
  'CC-Action': action,
  'CC-Member-UUID': id,
  'CC-Member-Session-UUID': caller.uuid,
  'CC-Member-CID-Name': caller.caller.name,
  'CC-Member-CID-Number': caller.caller.number,
});

const agentHeaders = (agent: Party): NativeEvent => ({
  'CC-Agent': `${agent.number}@default`,
  'CC-Agent-System': 'single_box',
});

/** Rings an agent from an instant on; gives the agent's leg, ringing. */
const offer = (member: Member, agent: Party, atUs: number): Channel => {
  const { call, caller } = member;
  call.queueEvent(atUs, {
    ...memberHeaders(member, 'agent-offering'),
    ...agentHeaders(agent),
    'CC-Agent-Type': 'callback',
  });
  const leg = call.create(atUs + 10 * ms, toPhone(caller.caller, agent.number), caller);
  call.ring(atUs + 150 * ms, leg);
  return leg;
};

const offerFails = (
  member: Member,
  agent: Party,
  offeredAt: number,
  leg: Channel,
  endUs: number,
  cause: string,
): void => {
  const sipStatus = cause === 'NO_ANSWER' ? { sipStatus: 480 } : {};
  member.call.hangUp(endUs, leg, { cause, disposition: 'send_cancel', ...sipStatus });
  member.call.queueEvent(endUs + 5 * ms, {
    ...memberHeaders(member, 'bridge-agent-fail'),
    ...agentHeaders(agent),
    'CC-Hangup-Cause': cause,
    'CC-Agent-Called-Time': seconds(offeredAt),
    'CC-Agent-Aborted-Time': seconds(endUs),
  });
};

const abandon = (member: Member, endUs: number): SceneEnd => {
  const { call, caller, enteredAt } = member;
  call.hangUp(endUs, caller, { cause: 'NORMAL_CLEARING', disposition: 'recv_bye' });
  call.queueEvent(
    endUs,
    {
      ...memberHeaders(member, 'member-queue-end'),
      'CC-Cause': 'Cancel',
      'CC-Cancel-Reason': 'BREAK_OUT',
      'CC-Member-Joined-Time': seconds(enteredAt),
      'CC-Member-Leaving-Time': seconds(endUs),
    },
    caller,
  );
  return notAnswered('inbound', 'abandoned', (endUs - enteredAt) / ms);
};

const connect = (member: Member, agent: Party, offeredAt: number, leg: Channel): SceneEnd => {
  const { call, random, caller, enteredAt } = member;
  const answeredAt = offeredAt + random.spanMs(5000, 900, 18_000) * ms;
  const bridgedAt = answeredAt + 30 * ms;
  const times = {
    'CC-Agent-UUID': leg.uuid,
    'CC-Agent-Called-Time': seconds(offeredAt),
    'CC-Agent-Answered-Time': seconds(answeredAt),
    'CC-Member-Joined-Time': seconds(enteredAt),
  };
  call.answer(answeredAt, leg);
  call.queueEvent(
    bridgedAt,
    { ...memberHeaders(member, 'bridge-agent-start'), ...agentHeaders(agent), ...times },
    caller,
  );
  const talkMs = random.spanMs(180_000, 8000, 1_800_000);
  const recorded = random.chance(0.5);
  const spoken = talk(call, random, { startUs: bridgedAt, talkMs, caller, callee: leg, recorded });
  const closing = { ...agentHeaders(agent), ...times, 'CC-Hangup-Cause': 'NORMAL_CLEARING' };
  const endUs = Math.max(caller.hangupAt, leg.hangupAt) + 5 * ms;
  call.queueEvent(
    endUs,
    { ...memberHeaders(member, 'bridge-agent-end'), ...closing, 'CC-Bridge-Terminated-Time': seconds(endUs) },
    caller,
  );
  call.queueEvent(
    endUs,
    { ...memberHeaders(member, 'member-queue-end'), ...closing, 'CC-Cause': 'Terminated' },
    caller,
  );
  const waitMs = (bridgedAt - enteredAt) / ms;
  return { direction: 'inbound', disposition: 'answered', answeredAt: bridgedAt, waitMs, ...spoken };
};

/** The caller hears music until an agent takes the call; some agents let it ring, some callers give up. */
export const queueCall: Scene = (call, random, startUs) => {
  const queue = random.pick(queues);
  const caller = call.create(startUs, fromCarrier(outsider(random), queue.number, random.pick(carriers)));
  const switchAnsweredAt = startUs + random.integer(120, 400) * ms;
  call.answer(switchAnsweredAt, caller);
  const enteredAt = switchAnsweredAt + random.integer(1500, 4000) * ms;
  const member: Member = { call, random, queue, caller, enteredAt, id: random.uuid() };
  call.queueEvent(enteredAt, memberHeaders(member, 'member-queue-start'), caller);

  let freeAt = enteredAt + random.spanMs(18_000, 300, 240_000) * ms;
  if (random.chance(0.14)) return abandon(member, freeAt);
  const agents = random.shuffled(queue.agents);
  while (agents.length > 1 && random.chance(0.18)) {
    const silent = agents.pop() as Party;
    const leg = offer(member, silent, freeAt);
    const endUs = freeAt + 20_000 * ms;
    offerFails(member, silent, freeAt, leg, endUs, 'NO_ANSWER');
    freeAt = endUs + 1000 * ms;
  }
  const agent = agents.pop() as Party;
  return connect(member, agent, freeAt, offer(member, agent, freeAt));
};
