/** Merges work that arrives while other work runs, so that a dear operation (an insert) is done once for many callers. */
export type GroupCommit<Item, Result> = {
  /** Resolves with the item's own result when the cycle that held it is done; rejects when that cycle failed. */
  submit(item: Item): Promise<Result>;
};

type Waiting<Item, Result> = {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * While one `work` call runs, the next items gather; they are handed over in the order they came, at most `maxItems`
 * at a time. `work` gives one result for each item in the same order, or nothing. When it throws, the items of that
 * cycle are rejected and the next cycle goes on.
 */
export function createGroupCommit<Item, Result = void>(
  work: (items: Item[]) => Promise<readonly Result[] | void>,
  { maxItems }: { readonly maxItems: number },
): GroupCommit<Item, Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let running = false;

  async function cycle(taken: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await work(taken.map(({ item }) => item));
      if (results !== undefined && results.length !== taken.length) {
        throw new Error(`work gave ${results.length} results for ${taken.length} items`);
      }
      taken.forEach(({ resolve }, index) => {
        resolve(results?.[index] as Result);
      });
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
  }

  async function drain(): Promise<void> {
    running = true;
    // Callers of the same turn of the event loop share the first cycle.
    await Promise.resolve();
    while (waiting.length > 0) {
      const taken = waiting.slice(0, maxItems);
      waiting = waiting.slice(maxItems);
      await cycle(taken);
    }
    running = false;
  }

  return {
    submit: (item) => {
      const { promise, resolve, reject } = Promise.withResolvers<Result>();
      waiting.push({ item, resolve, reject });
      if (!running) void drain();
      return promise;
    },
  };
}
