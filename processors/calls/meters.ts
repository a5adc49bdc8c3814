import type { Metrics } from '../../runtime/metrics.ts';
import type { CallsLoop } from './calls-loop.ts';
import type { CycleReport } from './cycle.ts';

export type CallsMeters = {
  readonly onCycle: (report: CycleReport, seconds: number) => void;
  /** Shows the size of the loop's memory whenever it is asked for. */
  readonly watch: (loop: Pick<CallsLoop, 'size'>) => void;
};

/** What the calls processor tells of its work; the group's lag and retries are told by the consumer itself. */
export const createCallsMeters = (metrics: Metrics): CallsMeters => {
  const counter = (name: string, help: string) => metrics.counter({ name, help });
  const events = counter('calls_events_total', 'Events taken from the log into calls');
  const ignored = counter('calls_ignored_total', 'Records that are events of no call');
  const rows = counter('calls_rows_total', 'Rows written to the table calls');
  const recordings = counter('calls_recording_rows_total', 'Rows written to the table recordings');
  const waiting = counter('calls_waiting_events_total', 'Events kept because nobody knows their call’s anchor yet');
  const joined = counter('calls_joined_events_total', 'Events that waited for an anchor and joined their call');
  const rejected = metrics.counter({
    name: 'calls_rejected_total',
    help: 'Records that became dead letters, by reason',
    labels: ['code'],
  });
  const cycles = metrics.histogram({ name: 'calls_cycle_seconds', help: 'Time from batches to rows' });
  const open = metrics.gauge({ name: 'calls_open', help: 'Calls kept in memory' });
  const openEvents = metrics.gauge({ name: 'calls_open_events', help: 'Events kept in memory' });
  let size: CallsLoop['size'] = () => ({ calls: 0, events: 0 });
  return {
    onCycle: (report, seconds) => {
      events.inc(report.events);
      ignored.inc(report.ignored);
      rows.inc(report.calls);
      recordings.inc(report.recordings);
      waiting.inc(report.waiting);
      joined.inc(report.joined);
      for (const code of report.rejected) rejected.inc({ code });
      cycles.observe(seconds);
      open.set(size().calls);
      openEvents.set(size().events);
    },
    watch: (loop) => {
      size = loop.size;
    },
  };
};
