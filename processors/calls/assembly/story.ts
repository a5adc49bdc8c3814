import type { HoldRow, LegRole, TransferRow } from '../../../schemas/call-row.ts';
import type { Decision } from '../../../schemas/decisions.ts';
import type { Event } from '../../../schemas/events.ts';
import { type AppStay, foldApps } from './apps.ts';
import { type Bridges, foldBridges } from './bridges.ts';
import { closeLegs, goesOn, isInferred } from './closing.ts';
import { type Connection, connectionOf, noConnection } from './connection.ts';
import { endOf, isOver } from './ending.ts';
import { type Facets, toFacets } from './facets.ts';
import { firstUse } from './first-use.ts';
import { foldHolds } from './holds.ts';
import type { CallIdentity } from './identity.ts';
import { foldLegs, type Leg } from './legs.ts';
import { type LocalChannels, throughLocalChannels } from './local-channels.ts';
import { throughMasquerades } from './masquerades.ts';
import { closeByQueues, toldTalks } from './queue-told.ts';
import { toVisit, type Visit, type VisitContext } from './queue-visits.ts';
import { withReceiptsInOrder } from './receipts.ts';
import { rolesOf } from './roles.ts';
import { findRoot } from './root.ts';
import { union } from '../../../runtime/spans.ts';
import { byLeg, findTalks, type Talk, type TalksByLeg } from './talks.ts';
import { foldTransfers } from './transfer-fold.ts';
import { transferRows } from './transfers.ts';
import { foldVisits, type VisitFacts } from './visit-fold.ts';

/** A call's events, understood: what the columns of its row are read from. */
export type Story = {
  readonly facets: Facets;
  /** Everything the switch calls a channel, halves of local channels included. */
  readonly channels: ReadonlyMap<string, Leg>;
  readonly legs: ReadonlyMap<string, Leg>;
  readonly root: Leg | null;
  readonly roles: ReadonlyMap<string, LegRole>;
  readonly bridges: Bridges;
  readonly holds: readonly HoldRow[];
  readonly apps: readonly AppStay[];
  /** All conversations, those without the caller too. */
  readonly talks: readonly Talk[];
  readonly talksByLeg: TalksByLeg;
  readonly visits: readonly Visit[];
  readonly transfers: readonly TransferRow[];
  readonly connection: Connection;
  readonly ended: boolean;
  /** An end, the call's or a leg's, is an inference of the closing rules. */
  readonly inferred: boolean;
  /** Events of later calls under the same SIP Call-ID are left out. */
  readonly isIdReused: boolean;
  readonly startedAt: number;
  readonly end: Decision<'ended_at'>;
  /** Up to where what still goes on is counted: the end, or the last event. */
  readonly until: number;
};

/** Understands the events of a call, given in the order of their set. */
export const toStory = (identity: CallIdentity, all: readonly Event[]): Story => {
  const events = firstUse(all);
  const ordered = withReceiptsInOrder(events);
  const told = toFacets(ordered);
  const swapped = throughMasquerades(ordered, told);
  const facets = swapped === ordered ? told : toFacets(swapped);
  const channels = foldLegs(facets);
  const toldVisits = foldVisits(facets);
  closeByQueues(channels, toldVisits);
  const closing = closeLegs(channels, facets, events);
  const { legs, bridges, behind } = throughLocalChannels(foldBridges(facets, channels), channels);
  const root = findRoot(legs, identity.call_key);
  const lastEventAt = events.at(-1)?.occurred_at ?? identity.call_started_at;
  const holds = foldHolds(facets, channels);
  const apps = foldApps(facets, channels);
  const bridged = findTalks(bridges, apps, legs, lastEventAt);
  const ended = isOver(root, legs, closing);
  const end = ended ? endOf(root, legs, bridged, closing) : goesOn;
  const startedAt = root?.createdAt ?? identity.call_started_at;
  const until = end.value ?? lastEventAt;
  const tellsBridges = facets.bridges.length > 0;
  const visits = visitsOf(toldVisits, behind, {
    talks: byLeg(bridged),
    holds,
    tellsBridges,
    rootEndedAt: root?.endedAt ?? end.value,
    isEndInferred: isInferred(closing),
    horizon: until,
  });
  const talks = tellsBridges ? bridged : [...bridged, ...toldTalks(visits, until)].sort((a, b) => a.from - b.from);
  const talksByLeg = byLeg(talks);
  const waiting = union(visits.flatMap((visit) => visit.waiting));
  const connection =
    root === null || talks.length === 0
      ? noConnection
      : connectionOf({ root, legs, talks, stays: bridges.stays, apps, holds, waiting, startedAt, until });
  const transfers = transferRows(foldTransfers(facets.transfers), { root, legs, talks, apps, visits, ended });
  const roles = rolesOf({ root, legs, taken: connection.talks, apps, visits, transfers });
  return {
    facets,
    channels,
    legs,
    root,
    roles,
    bridges,
    holds,
    apps,
    talks,
    talksByLeg,
    visits,
    transfers,
    connection,
    ended,
    inferred: isInferred(closing),
    isIdReused: events !== all,
    startedAt,
    end,
    until,
  };
};

const visitsOf = (
  visits: readonly VisitFacts[],
  behind: LocalChannels['behind'],
  context: Omit<VisitContext, 'nextEnteredAt'>,
): Visit[] =>
  visits.map((visit, at) => {
    // A queue calls its agents through local channels: the agent is who is behind it.
    const agentLegId = behind.get(visit.agentLegId)?.find((legId) => legId !== visit.callerLegId) ?? visit.agentLegId;
    const nextEnteredAt = visits[at + 1]?.enteredAt ?? Number.MAX_SAFE_INTEGER;
    return toVisit({ ...visit, agentLegId }, { ...context, nextEnteredAt });
  });
