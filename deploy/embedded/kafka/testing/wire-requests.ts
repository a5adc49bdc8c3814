import { LATEST_TIMESTAMP } from '../protocol/list-offsets.ts';
import type { WireClient } from './wire-client.ts';

type Place = { topic: string; partition: number };
export type Membership = { memberId: string; generation: number };

/** Produces one batch with acks=all. */
export async function produceBatch(
  client: WireClient,
  { topic, partition }: Place,
  batch: Buffer,
): Promise<{ errorCode: number; baseOffset: number }> {
  const answer = await client.request(0, 3, (w) =>
    w.nullableString(null).int16(-1).int32(5_000).int32(1).string(topic).int32(1).int32(partition).bytes(batch),
  );
  answer.int32(); // one topic
  answer.string();
  answer.int32(); // one partition
  answer.int32();
  return { errorCode: answer.int16(), baseOffset: answer.int64() };
}

/** Version 0, no topics, no user data: Apache Kafka looks into it. */
const NO_SUBSCRIPTION = Buffer.from('000000000000ffffffff', 'hex');

/** What an idempotent producer starts with. */
export async function initProducerId(client: WireClient): Promise<{ errorCode: number; id: number; epoch: number }> {
  const answer = await client.request(22, 1, (w) => w.nullableString(null).int32(1_000));
  answer.int32(); // throttle time
  return { errorCode: answer.int16(), id: answer.int64(), epoch: answer.int16() };
}

/** Joins as a consumer with one protocol; the answer comes when the rebalance is over. */
export async function joinGroup(client: WireClient, groupId: string, memberId: string): Promise<Membership> {
  const answer = await client.request(11, 2, (w) =>
    w
      .string(groupId)
      .int32(10_000) // session timeout
      .int32(10_000) // rebalance timeout
      .string(memberId)
      .string('consumer')
      .int32(1)
      .string('any')
      .bytes(NO_SUBSCRIPTION),
  );
  answer.int32(); // throttle time
  const errorCode = answer.int16();
  const generation = answer.int32();
  answer.string(); // protocol
  answer.string(); // leader
  if (errorCode !== 0) throw new Error(`join refused: ${errorCode}`);
  return { generation, memberId: answer.string() };
}

/** The leader's request; it assigns nothing to anybody. */
export async function syncGroup(client: WireClient, groupId: string, member: Membership): Promise<number> {
  const answer = await client.request(14, 1, (w) =>
    w.string(groupId).int32(member.generation).string(member.memberId).int32(0),
  );
  answer.int32(); // throttle time
  return answer.int16();
}

export async function heartbeat(client: WireClient, groupId: string, member: Membership): Promise<number> {
  const answer = await client.request(12, 1, (w) => w.string(groupId).int32(member.generation).string(member.memberId));
  answer.int32(); // throttle time
  return answer.int16();
}

export async function leaveGroup(client: WireClient, groupId: string, memberId: string): Promise<number> {
  const answer = await client.request(13, 1, (w) => w.string(groupId).string(memberId));
  answer.int32(); // throttle time
  return answer.int16();
}

/** Gives the error code for the one partition. */
export async function commitOffset(
  client: WireClient,
  groupId: string,
  member: Membership,
  { topic, partition, offset }: Place & { offset: number },
): Promise<number> {
  const answer = await client.request(8, 2, (w) =>
    w
      .string(groupId)
      .int32(member.generation)
      .string(member.memberId)
      .int64(-1) // retention
      .int32(1)
      .string(topic)
      .int32(1)
      .int32(partition)
      .int64(offset)
      .nullableString(null),
  );
  answer.int32(); // one topic
  answer.string();
  answer.int32(); // one partition
  answer.int32();
  return answer.int16();
}

/** -1 when nothing is committed. */
export async function committedOffset(client: WireClient, groupId: string, place: Place): Promise<number> {
  const answer = await client.request(9, 1, (w) =>
    w.string(groupId).int32(1).string(place.topic).int32(1).int32(place.partition),
  );
  answer.int32(); // one topic
  answer.string();
  answer.int32(); // one partition
  answer.int32();
  return answer.int64();
}

/** The offset of the first record at or after the time, or of the log's end. */
export async function offsetAt(client: WireClient, place: Place, timestamp = LATEST_TIMESTAMP): Promise<number> {
  const answer = await client.request(2, 1, (w) =>
    w.int32(-1).int32(1).string(place.topic).int32(1).int32(place.partition).int64(timestamp),
  );
  answer.int32(); // one topic
  answer.string();
  answer.int32(); // one partition
  answer.int32();
  const errorCode = answer.int16();
  if (errorCode !== 0) throw new Error(`cannot list offsets: ${errorCode}`);
  answer.int64(); // timestamp
  return answer.int64();
}

/** Gives how many partitions the topic is to have; its own code tells what came of it. */
export async function createPartitions(client: WireClient, topic: string, totalCount: number): Promise<number> {
  const answer = await client.request(
    37,
    0,
    (w) =>
      w
        .int32(1)
        .string(topic)
        .int32(totalCount)
        .int32(-1) // no assignments
        .int32(5_000)
        .boolean(false), // not only validated
  );
  answer.int32(); // throttle time
  answer.int32(); // one topic
  answer.string();
  return answer.int16();
}

export type Fetched = { errorCode: number; highWatermark: number; bytes: number };

/** Reads one partition; `bytes` is how long the records are that came. */
export async function fetchFrom(
  client: WireClient,
  { topic, partition, offset }: Place & { offset: number },
  { maxWaitMs = 0, maxBytes = 100_000_000 } = {},
): Promise<Fetched> {
  const answer = await client.request(1, 4, (w) =>
    w
      .int32(-1) // replica
      .int32(maxWaitMs)
      .int32(1) // min bytes
      .int32(maxBytes)
      .int8(0) // isolation level
      .int32(1)
      .string(topic)
      .int32(1)
      .int32(partition)
      .int64(offset)
      .int32(maxBytes),
  );
  answer.int32(); // throttle time
  answer.int32(); // one topic
  answer.string();
  answer.int32(); // one partition
  answer.int32();
  const [errorCode, highWatermark] = [answer.int16(), answer.int64()];
  answer.int64(); // last stable offset
  answer.int32(); // no aborted transactions
  return { errorCode, highWatermark, bytes: answer.int32() };
}
