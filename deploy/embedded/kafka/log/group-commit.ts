import { type InOrder, runInOrder } from './in-order.ts';

type Waiting<Item, Result> = {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

/**
 * Writes what many callers hand in concurrently as one group, so that they share one fsync: while a group is on its
 * way to the disk the next one gathers. `commit` answers each item of a group, in order, once the group is durable;
 * when it throws, every item of that group fails with the error.
 */
export class GroupCommit<Item, Result> {
  readonly #commit: (items: Item[]) => Promise<Result[]>;
  readonly #sizeOf: (item: Item) => number;
  readonly #maxGroupBytes: number;
  readonly #order: InOrder;
  #waiting: Waiting<Item, Result>[] = [];
  #isScheduled = false;

  constructor(options: {
    commit: (items: Item[]) => Promise<Result[]>;
    sizeOf: (item: Item) => number;
    maxGroupBytes: number;
  }) {
    this.#commit = options.commit;
    this.#sizeOf = options.sizeOf;
    this.#maxGroupBytes = options.maxGroupBytes;
    this.#order = runInOrder();
  }

  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  /** Runs `task` between two groups. */
  exclusively<T>(task: () => Promise<T>): Promise<T> {
    return this.#order(task);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    void this.#order(() => this.#commitGroup());
  }

  async #commitGroup(): Promise<void> {
    this.#isScheduled = false;
    const group = this.#takeGroup();
    if (this.#waiting.length > 0) this.#schedule();
    try {
      const results = await this.#commit(group.map((waiting) => waiting.item));
      for (const [i, waiting] of group.entries()) waiting.resolve(results[i] as Result);
    } catch (error) {
      for (const waiting of group) waiting.reject(error);
    }
  }

  #takeGroup(): Waiting<Item, Result>[] {
    let bytes = 0;
    let count = 0;
    for (const { item } of this.#waiting) {
      bytes += this.#sizeOf(item);
      if (count > 0 && bytes > this.#maxGroupBytes) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}
