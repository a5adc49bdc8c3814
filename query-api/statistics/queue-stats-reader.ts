import type { Tables } from '../listing/tables.ts';
import { type QueueStatsAsked, refusalsQuery, visitCountsQuery } from './queue-stats-query.ts';
import type { VisitCounts } from './visit-counts.ts';

export type QueueStats = {
  /** By the beginning of the interval (µs); intervals without visits are left out. */
  readonly visits: ReadonlyMap<number, VisitCounts>;
  readonly refused: Readonly<Record<string, number>>;
};

export type QueueStatsReader = {
  queue(tenantId: string, asked: QueueStatsAsked, signal: AbortSignal): Promise<QueueStats>;
};

export const createQueueStatsReader = (tables: Tables): QueueStatsReader => ({
  queue: async (tenantId, asked, signal) => {
    const [visits, refused] = await Promise.all([
      tables.read<VisitCounts & { readonly startsAt: number }>(visitCountsQuery(tenantId, asked), signal),
      tables.read<{ readonly reason: string; readonly refused: number }>(refusalsQuery(tenantId, asked), signal),
    ]);
    return {
      visits: new Map(visits.map(({ startsAt, ...counts }) => [startsAt, counts])),
      refused: Object.fromEntries(refused.map((row) => [row.reason, row.refused])),
    };
  },
});
