import type { Tables } from '../listing/tables.ts';
import {
  acceptedQuery,
  adapterGapsQuery,
  type Asked,
  distinctQuery,
  earlierQuery,
  gapsQuery,
  mostHours,
  publishedQuery,
  quarantinedQuery,
  waitingQuery,
} from './completeness-queries.ts';
import { type Figures, type Report, toReport } from './completeness-report.ts';

/** Null where more than `mostHours` hours of switches would have to be told. */
export type CompletenessReader = (asked: Asked, signal: AbortSignal) => Promise<Report | null>;

/** Reads how complete the records of a tenant's switches are; the figures come from independent tables. */
export const createCompletenessReader =
  (tables: Tables): CompletenessReader =>
  async (asked, signal) => {
    const read = async <Row>(query: (asked: Asked) => Parameters<Tables['read']>[0]): Promise<Row[]> =>
      tables.read<Row>(query(asked), signal);
    const published = await read<Figures['published'][number]>(publishedQuery);
    if (published.length > mostHours) return null;
    const [distinct, accepted, waiting, quarantined, gaps, adapterGaps] = await Promise.all([
      read<Figures['distinct'][number]>(distinctQuery),
      read<Figures['accepted'][number]>(acceptedQuery),
      read<Figures['waiting'][number]>(waitingQuery),
      read<Figures['quarantined'][number]>(quarantinedQuery),
      read<Figures['gaps'][number]>(gapsQuery),
      read<Figures['adapterGaps'][number]>(adapterGapsQuery),
    ]);
    const figures = { published, distinct, earlier: [], accepted, waiting, quarantined, gaps, adapterGaps };
    const nowMs = Date.now();
    const report = toReport(figures, nowMs);
    // Repetitions of what came before these hours are looked for only where something does not add up: all that the
    // switch ever sent is read for it.
    if (report.hours.every(({ unaccounted }) => unaccounted <= 0)) return report;
    return toReport({ ...figures, earlier: await read<Figures['earlier'][number]>(earlierQuery) }, nowMs);
  };
