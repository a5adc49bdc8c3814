import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { replaceFile, syncFolder } from '../../../../runtime/durable-write.ts';
import { type InOrder, runInOrder } from '../log/in-order.ts';
import { PartitionLog } from '../log/partition-log.ts';
import type { TopicConfig } from './topic-config.ts';

export type Topic = {
  readonly name: string;
  readonly id: string;
  readonly config: TopicConfig;
  readonly partitions: PartitionLog[];
};

type StoredTopic = { name: string; id: string; partitionCount: number; config: TopicConfig };

type StoredCatalog = { clusterId: string; topics: StoredTopic[]; nextProducerId: number };

/** Ids are taken from the file by the thousand, so that handing one out seldom waits for the disk. */
const PRODUCER_ID_BLOCK = 1000;

/**
 * The topics that exist, kept in one file that is replaced as a whole; a change is on disk before it is seen.
 * Layout of the folder: `catalog.json`, `topics/NAME/PARTITION/…`, `removed/…` for what is on its way out.
 */
export class TopicCatalog {
  readonly #folder: string;
  readonly #log: Logger;
  readonly #topics = new Map<string, Topic>();
  readonly #inOrder: InOrder = runInOrder();
  #clusterId = '';
  #nextProducerId = 0;
  #producerIdsReserved = 0;

  private constructor(folder: string, log: Logger) {
    this.#folder = folder;
    this.#log = log;
  }

  static async open(folder: string, log: Logger): Promise<TopicCatalog> {
    const catalog = new TopicCatalog(folder, log);
    await mkdir(join(folder, 'topics'), { recursive: true });
    await mkdir(join(folder, 'removed'), { recursive: true });
    await catalog.#load();
    return catalog;
  }

  get clusterId(): string {
    return this.#clusterId;
  }

  /** In order of their names. */
  get topics(): Topic[] {
    return [...this.#topics.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  topic(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  partition(name: string, index: number): PartitionLog | undefined {
    return this.#topics.get(name)?.partitions[index];
  }

  /** False when the name is taken. */
  create(name: string, partitionCount: number, config: TopicConfig): Promise<boolean> {
    return this.#inOrder(async () => {
      if (this.#topics.has(name)) return false;
      await this.#discard(name); // what a failed removal or creation left is not this topic's
      const partitions = await this.#openPartitions(name, 0, partitionCount, config);
      await this.#put({ name, id: randomUUID(), config, partitions }, partitions);
      return true;
    });
  }

  /** Adds partitions until there are `totalCount`; false when there already are as many. */
  grow(topic: Topic, totalCount: number): Promise<boolean> {
    return this.#inOrder(async () => {
      const count = topic.partitions.length;
      if (this.#topics.get(topic.name) !== topic || totalCount <= count) return false;
      const added = await this.#openPartitions(topic.name, count, totalCount, topic.config);
      await this.#put({ ...topic, partitions: [...topic.partitions, ...added] }, added);
      return true;
    });
  }

  /** False when there is no such topic. Readers that hold a slice of it may finish. */
  remove(name: string): Promise<boolean> {
    return this.#inOrder(async () => {
      const topic = this.#topics.get(name);
      if (topic === undefined) return false;
      await this.#change(name, null);
      await abandonAll(topic.partitions);
      await this.#discard(name);
      return true;
    });
  }

  /** An id that no idempotent producer had before. */
  nextProducerId(): Promise<number> {
    return this.#inOrder(async () => {
      if (this.#nextProducerId === this.#producerIdsReserved) {
        await this.#save(this.#topics, this.#nextProducerId + PRODUCER_ID_BLOCK);
      }
      this.#nextProducerId += 1;
      return this.#nextProducerId - 1;
    });
  }

  /** Removes what the topics' retention lets go. A partition that cannot does not keep the others from it. */
  async applyRetention(nowMs: number): Promise<void> {
    for (const { name, partitions } of this.topics) {
      for (const [partition, partitionLog] of partitions.entries()) {
        const log = this.#log.child({ topic: name, partition });
        try {
          const removed = await partitionLog.applyRetention(nowMs);
          if (removed > 0) log.info({ removed }, 'segments removed by retention');
        } catch (error) {
          log.error({ err: error }, 'retention failed and will be tried again');
        }
      }
    }
  }

  async close(): Promise<void> {
    await this.#inOrder(async () => undefined);
    const logs = this.topics.flatMap(({ partitions }) => partitions);
    await Promise.all(logs.map((log) => log.close()));
  }

  async #load(): Promise<void> {
    const stored = await readCatalog(join(this.#folder, 'catalog.json'));
    this.#clusterId = stored?.clusterId ?? randomUUID();
    this.#nextProducerId = stored?.nextProducerId ?? 0;
    this.#producerIdsReserved = this.#nextProducerId;
    if (stored === null) await this.#save(this.#topics, this.#nextProducerId);
    await this.#discardUnknown(new Set(stored?.topics.map(({ name }) => name)));
    for (const { name, id, partitionCount, config } of stored?.topics ?? []) {
      const partitions = await this.#openPartitions(name, 0, partitionCount, config);
      this.#topics.set(name, { name, id, config, partitions });
    }
  }

  async #openPartitions(name: string, from: number, to: number, config: TopicConfig): Promise<PartitionLog[]> {
    const numbers = Array.from({ length: to - from }, (_, i) => from + i);
    const opening = await Promise.allSettled(numbers.map((partition) => this.#openPartition(name, partition, config)));
    const opened = opening.filter((each) => each.status === 'fulfilled').map(({ value }) => value);
    const failed = opening.find((each) => each.status === 'rejected');
    if (failed === undefined) return opened;
    await abandonAll(opened);
    throw failed.reason;
  }

  async #openPartition(topic: string, partition: number, config: TopicConfig): Promise<PartitionLog> {
    const log = this.#log.child({ topic, partition });
    const folder = join(this.#folder, 'topics', topic, String(partition));
    const opened = await PartitionLog.open(folder, config, (error) =>
      log.warn({ err: error }, 'no checkpoint written'),
    );
    const { removedBytes, removedBecause, scannedBytes } = opened.repair;
    if (removedBytes > 0) log.warn({ removedBytes, removedBecause }, 'a torn tail was cut off');
    else if (scannedBytes > 0) log.info({ scannedBytes }, 'the tail was checked');
    return opened;
  }

  async #put(topic: Topic, added: readonly PartitionLog[]): Promise<void> {
    try {
      await this.#change(topic.name, topic);
    } catch (error) {
      await abandonAll(added);
      throw error;
    }
  }

  /** Puts the topic in place, or removes it with `null`, once that is durable. */
  async #change(name: string, topic: Topic | null): Promise<void> {
    const topics = new Map(this.#topics);
    if (topic === null) topics.delete(name);
    else topics.set(name, topic);
    if (topic !== null) await syncFolder(join(this.#folder, 'topics'));
    await this.#save(topics, this.#producerIdsReserved);
    if (topic === null) this.#topics.delete(name);
    else this.#topics.set(name, topic);
  }

  async #save(topics: Map<string, Topic>, nextProducerId: number): Promise<void> {
    const stored: StoredCatalog = {
      clusterId: this.#clusterId,
      topics: [...topics.values()].map(({ name, id, config, partitions }) => ({
        name,
        id,
        partitionCount: partitions.length,
        config,
      })),
      nextProducerId,
    };
    await replaceFile(join(this.#folder, 'catalog.json'), JSON.stringify(stored, null, 2));
    this.#producerIdsReserved = nextProducerId;
  }

  /** Folders of topics that were being created or removed when the process ended. */
  async #discardUnknown(known: Set<string>): Promise<void> {
    for (const name of await readdir(join(this.#folder, 'topics'))) if (!known.has(name)) await this.#discard(name);
    await rm(join(this.#folder, 'removed'), { recursive: true });
    await mkdir(join(this.#folder, 'removed'));
  }

  /** Takes a topic's folder, if there is one, out of the way at once, so that the name is free; then off the disk. */
  async #discard(name: string): Promise<void> {
    const removed = join(this.#folder, 'removed', randomUUID());
    try {
      await rename(join(this.#folder, 'topics', name), removed);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    await rm(removed, { recursive: true });
  }
}

async function abandonAll(logs: readonly PartitionLog[]): Promise<void> {
  await Promise.all(logs.map((log) => log.abandon()));
}

async function readCatalog(path: string): Promise<StoredCatalog | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as StoredCatalog;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
