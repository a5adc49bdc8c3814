import type { DatabaseSync } from 'node:sqlite';

/** Runs a change in a transaction; resolves with its result once that is on the disk, rejects with what it threw. */
export type Commit = <Result>(change: () => Result) => Promise<Result>;

export type GroupCommit = { commit: Commit; flush: () => void };

type Pending = { attempt: () => void; resolve: () => void; reject: (error: unknown) => void };

/** Gathers the changes asked for within one turn of the event loop into one transaction, so that they share its fsync. */
export function createGroupCommit(database: DatabaseSync): GroupCommit {
  let queue: Pending[] = [];

  function flush(): void {
    const changes = queue;
    queue = [];
    if (changes.length === 0) return;
    try {
      database.exec('BEGIN IMMEDIATE');
      for (const change of changes) change.attempt();
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      for (const change of changes) change.reject(error);
      return;
    }
    for (const change of changes) change.resolve();
  }

  function commit<Result>(change: () => Result): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      let settle: () => void = () => undefined;
      const attempt = (): void => {
        database.exec('SAVEPOINT change');
        try {
          const result = change();
          settle = () => resolve(result);
        } catch (error) {
          database.exec('ROLLBACK TO change');
          settle = () => reject(error);
        }
        database.exec('RELEASE change');
      };
      if (queue.length === 0) setImmediate(flush);
      queue.push({ attempt, resolve: () => settle(), reject });
    });
  }

  return { commit, flush };
}
