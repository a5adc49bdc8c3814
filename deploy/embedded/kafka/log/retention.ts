import type { TopicConfig } from '../topics/topic-config.ts';
import type { Segment } from './segment.ts';

/**
 * The leading segments whose records are all older than `retention.ms`, or without which the log still holds
 * `retention.bytes`. The active segment goes by age only.
 */
export function expiredSegments<S extends Pick<Segment, 'size' | 'maxTimestamp'>>(
  segments: readonly S[],
  config: Pick<TopicConfig, 'retentionMs' | 'retentionBytes'>,
  nowMs: number,
): S[] {
  let surplus = config.retentionBytes < 0 ? -1 : segments.reduce((sum, { size }) => sum + size, -config.retentionBytes);
  const expired: S[] = [];
  for (const [i, segment] of segments.entries()) {
    const isActive = i === segments.length - 1;
    const isTimed = segment.maxTimestamp >= 0; // an empty segment is not, nor one whose records carry no time
    const isOld = config.retentionMs >= 0 && isTimed && nowMs - segment.maxTimestamp > config.retentionMs;
    surplus -= segment.size;
    if (!isOld && (isActive || surplus < 0)) break;
    expired.push(segment);
  }
  return expired;
}
