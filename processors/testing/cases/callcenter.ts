import { cellsOf, type Headers, secondOf } from './freeswitch-channels.ts';

/** A member of a queue, as far as the table has told of it. */
type Member = {
  joinedS: string;
  queue: string;
  leg: string;
  agents: Map<string, { calledS: string; answeredS: string }>;
};

export type Members = Map<string, Member>;

/**
 * Headers of `callcenter::info leg action [queue=] [visit=] [agent=] [agent_leg=] [cause=] [reason=] [CC-…=value]`,
 * the leg being the caller's. The times that mod_callcenter repeats in later events are those of the earlier ones.
 */
export const callcenter = (members: Members, leg: string, words: readonly string[], us: number): Headers => {
  const [action = ''] = words;
  const { queue = 'support', visit = 'v1', agent, agent_leg, cause, reason, ...headers } = cellsOf(words);
  const member = memberOf(members, visit, { joinedS: secondOf(us), queue, leg });
  return {
    'Event-Subclass': 'callcenter::info',
    'CC-Action': action,
    'CC-Queue': member.queue,
    'CC-Member-UUID': visit,
    'CC-Member-Session-UUID': member.leg,
    'CC-Member-Joined-Time': member.joinedS,
    'CC-Member-Leaving-Time': secondOf(us),
    ...(agent === undefined ? {} : offer(member, action, agent, us)),
    ...(agent_leg === undefined ? {} : { 'CC-Agent-UUID': agent_leg }),
    ...(cause === undefined ? {} : { 'CC-Cause': cause, 'CC-Hangup-Cause': cause }),
    ...(reason === undefined ? {} : { 'CC-Cancel-Reason': reason }),
    ...headers,
  };
};

const memberOf = (members: Members, visit: string, fresh: Omit<Member, 'agents'>): Member => {
  const member = members.get(visit) ?? { ...fresh, agents: new Map() };
  members.set(visit, member);
  return member;
};

const offer = (member: Member, action: string, agent: string, us: number): Headers => {
  const now = secondOf(us);
  const times = member.agents.get(agent) ?? { calledS: now, answeredS: now };
  member.agents.set(agent, times);
  if (action === 'agent-offering') times.calledS = now;
  if (action === 'bridge-agent-start') times.answeredS = now;
  return {
    'CC-Agent': agent,
    'CC-Agent-Called-Time': times.calledS,
    'CC-Agent-Answered-Time': times.answeredS,
    'CC-Agent-Aborted-Time': now,
    'CC-Bridge-Terminated-Time': now,
  };
};
