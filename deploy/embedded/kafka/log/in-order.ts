export type InOrder = <T>(task: () => Promise<T>) => Promise<T>;

/** A queue of one: each task starts when the one before it has ended, whether it succeeded or not. */
export function runInOrder(): InOrder {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}
