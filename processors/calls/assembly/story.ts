import type { HoldRow, LegRole } from '../../../schemas/call-row.ts';
import type { Event } from '../../../schemas/events.ts';
import { type AppStay, foldApps } from './apps.ts';
import { type Bridges, foldBridges } from './bridges.ts';
import { closeLegs } from './closing.ts';
import { type Connection, connectionOf, noConnection } from './connection.ts';
import { endOf, isOver } from './ending.ts';
import { type Facets, toFacets } from './facets.ts';
import { foldHolds } from './holds.ts';
import type { CallIdentity } from './identity.ts';
import { foldLegs, type Leg } from './legs.ts';
import { toVisit, type Visit } from './queue-visits.ts';
import { rolesOf } from './roles.ts';
import { findRoot } from './root.ts';
import { union } from './spans.ts';
import { byLeg, findTalks, type Talk, type TalksByLeg } from './talks.ts';
import { foldVisits } from './visit-fold.ts';

/** A call's events, understood: what the columns of its row are read from. */
export type Story = {
  readonly facets: Facets;
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
  readonly connection: Connection;
  readonly ended: boolean;
  /** The end is an inference of the closing rules. */
  readonly inferred: boolean;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly lastEventAt: number;
  /** Up to where what still goes on is counted: the end, or the last event. */
  readonly until: number;
};

/** Understands the events of a call, given in the order of their set. */
export const toStory = (identity: CallIdentity, events: readonly Event[]): Story => {
  const facets = toFacets(events);
  const legs = foldLegs(facets);
  const closing = closeLegs(legs, facets);
  const root = findRoot(legs, identity.call_key);
  const lastEventAt = events.at(-1)?.occurred_at ?? identity.call_started_at;
  const bridges = foldBridges(facets, legs);
  const holds = foldHolds(facets, legs);
  const apps = foldApps(facets, legs);
  const talks = findTalks(bridges, apps, legs, lastEventAt);
  const ended = isOver(root, legs, closing);
  const endedAt = ended ? endOf(root, legs, talks, closing) : null;
  const startedAt = root?.createdAt ?? identity.call_started_at;
  const until = endedAt ?? lastEventAt;
  const talksByLeg = byLeg(talks);
  const tellsBridges = facets.bridges.length > 0;
  const visits = foldVisits(facets).map((visit) =>
    toVisit(visit, { talks: talksByLeg, holds, tellsBridges, rootEndedAt: root?.endedAt ?? endedAt, horizon: until }),
  );
  const waiting = union(visits.flatMap((visit) => visit.waiting));
  const connection =
    root === null || talks.length === 0
      ? noConnection
      : connectionOf({ root, talks, stays: bridges.stays, apps, holds, waiting, startedAt, until });
  const roles = rolesOf({
    root,
    legs,
    taken: connection.talks,
    talks: talksByLeg,
    visits,
    transfers: facets.transfers,
  });
  return {
    facets,
    legs,
    root,
    roles,
    bridges,
    holds,
    apps,
    talks,
    talksByLeg,
    visits,
    connection,
    ended,
    inferred: closing.inferred,
    startedAt,
    endedAt,
    lastEventAt,
    until,
  };
};
