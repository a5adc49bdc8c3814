import { pause } from '../../../runtime/retry.ts';
import { queueLogText } from '../../asterisk/queue-log-line.ts';
import type { Source } from '../../dialect.ts';
import type { SentRecord } from '../../records.ts';
import { gapEvent } from '../asterisk-own-events.ts';
import type { Reader, SourceParts } from '../run-source.ts';
import { createFollower } from './follower.ts';
import type { FileMark } from './mark.ts';
import type { settings } from './settings.ts';

const pollEveryMs = 500;

/** Follows a queue_log until the signal aborts. */
export const readQueueLog = (parts: SourceParts<typeof settings, FileMark | null>): Reader => {
  const { config, metrics, logger, signal } = parts;
  let state = 'not read yet';
  const follower = createFollower({ ...listening(parts), path: config.path, found: parts.found, nowMs: Date.now });

  const pollOnce = async (): Promise<void> => {
    try {
      const isThere = await follower.poll();
      state = isThere ? reading : `there is no ${config.path} yet`;
    } catch (error) {
      if (signal.aborted || (error as NodeJS.ErrnoException).code === undefined) throw error;
      const problem = (error as Error).message;
      if (state !== problem) logger.error({ err: error, path: config.path }, 'the log cannot be read, trying again');
      state = problem;
    }
    metrics.connected(state === reading);
  };

  const follow = async (): Promise<void> => {
    try {
      for (;;) {
        await pollOnce();
        await pause(pollEveryMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await follower.close();
    }
  };

  return { health: () => ({ ready: state === reading, state }), ended: follow() };
};

const reading = 'reading';

/** What the follower gives its lines to. */
const listening = ({ config, feed, metrics, logger }: SourceParts<typeof settings, FileMark | null>) => ({
  take: async (lines: Buffer, mark: FileMark): Promise<void> => {
    const source = await feed.source(Date.now() * 1000);
    switchOf(source);
    if (mark.lineAtUs !== null) metrics.lag((source.observedAtUs - mark.lineAtUs) / 1_000_000);
    await feed.take({ own: [], records: recordsOf(lines), source, mark });
  },
  onLost: async (mark: FileMark): Promise<void> => {
    const source = await feed.source(Date.now() * 1000);
    const gap = { fromSeq: 0, toSeq: 0, reason: 'file_lost', fromAtUs: mark.lineAtUs, toAtUs: source.observedAtUs };
    metrics.gap(gap.reason);
    logger.warn({ ...gap, path: config.path }, 'the file that was being read is gone, with what was left in it');
    await feed.take({ own: [gapEvent({ source, switchId: switchOf(source) }, gap)], records: [], source, mark });
  },
});

const recordsOf = (lines: Buffer): SentRecord[] =>
  queueLogText.split(lines).map(({ start, end, ...record }) => ({ ...record, raw: () => lines.subarray(start, end) }));

const switchOf = ({ askedSwitchId, boundSwitchId }: Source): string => {
  const switchId = askedSwitchId ?? boundSwitchId;
  if (switchId === null)
    throw new Error('the switch has no name: set TRUNKLINE_SOURCE_SWITCH, or use a key made with --switch');
  return switchId;
};
