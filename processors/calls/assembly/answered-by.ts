import type { CallRow, LegRole } from '../../../schemas/call-row.ts';
import { type AppStay, isMailboxReached } from './apps.ts';
import type { Leg } from './legs.ts';
import { partyNumber } from './party-number.ts';
import type { Visit } from './queue-visits.ts';
import { partnerIn, type Talk } from './talks.ts';

export type AnsweredBy = Pick<
  CallRow,
  'answered_by_kind' | 'answered_by_id' | 'answered_by_leg_id' | 'answered_by_amd' | 'last_answered_by_id'
>;

export type AnswerFacts = {
  readonly root: Leg | null;
  readonly legs: ReadonlyMap<string, Leg>;
  readonly roles: ReadonlyMap<string, LegRole>;
  readonly talks: readonly Talk[];
  readonly visits: readonly Visit[];
  readonly apps: readonly AppStay[];
};

type Answerer = { readonly kind: string; readonly id: string; readonly legId: string };

/** Who took the call first and last: a person or a conference; where none did, the mailbox, the menu or other application. */
export const answeredByOf = (facts: AnswerFacts): AnsweredBy => {
  const [firstTalk, lastTalk] = [facts.talks[0], facts.talks.at(-1)];
  const first = firstTalk === undefined ? machineOf(facts) : answererOf(firstTalk, facts);
  const last = lastTalk === undefined ? first : answererOf(lastTalk, facts);
  return {
    answered_by_kind: first?.kind ?? '',
    answered_by_id: first?.id ?? '',
    answered_by_leg_id: first?.legId ?? '',
    answered_by_amd: facts.legs.get(first?.legId ?? '')?.amd ?? '',
    last_answered_by_id: last?.id ?? '',
  };
};

const answererOf = (talk: Talk, facts: AnswerFacts): Answerer => {
  if (talk.b === '') return { kind: 'conference', id: roomOf(talk.a, facts), legId: '' };
  const legId = partnerIn(talk, facts.root?.id ?? '') ?? laterOf(talk, facts);
  const visit = facts.visits.find(({ row }) => row.agent_leg_id === legId);
  if (visit !== undefined) return { kind: 'agent', id: visit.row.agent_id, legId };
  const leg = facts.legs.get(legId);
  const kind = leg?.facts.endpoint_kind === 'trunk' ? 'external' : 'user';
  return { kind, id: leg === undefined ? '' : partyNumber(leg), legId };
};

/** Of two that went on without the root, the one who came later took the call. */
const laterOf = ({ a, b }: Talk, { legs }: AnswerFacts): string =>
  (legs.get(a)?.createdAt ?? 0) > (legs.get(b)?.createdAt ?? 0) ? a : b;

const roomOf = (legId: string, { apps, root }: AnswerFacts): string =>
  apps.find((stay) => stay.legId === legId && (stay.app === 'conference' || stay.app === 'meeting'))?.name ??
  root?.facts.dialled ??
  '';

/** Applications that a caller calls for their own sake: one's own mailbox, a fax, listening to others. */
const isDestination = ({ app }: AppStay): boolean => app === 'other' || app === 'fax' || app === 'spy';

const machineOf = ({ apps, root }: AnswerFacts): Answerer | undefined => {
  const mailbox = apps.find((stay) => isMailboxReached(stay, root?.facts.caller_number ?? ''));
  if (mailbox !== undefined) return { kind: 'voicemail', id: mailbox.mailbox, legId: '' };
  if (root?.answeredAt === null) return undefined;
  const menu = apps.find((stay) => stay.app === 'ivr');
  if (menu !== undefined) return { kind: 'ivr', id: menu.name, legId: '' };
  const app = apps.find((stay) => stay.legId === root?.id && isDestination(stay));
  return app === undefined ? undefined : { kind: 'app', id: app.name, legId: '' };
};
