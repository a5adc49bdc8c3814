/** What one request holds of the memory. */
export type Share = {
  /** Says how many bytes of the request there are by now. */
  update: (bytes: number) => void;
  /** Whether more of it may be received. */
  mayGrow: () => boolean;
  /** All of it is there; it counts until it is released. */
  complete: () => void;
  release: () => void;
};

type Holding = { bytes: number; isComplete: boolean; onRoom: () => void };

/**
 * Bounds the memory of the large requests that are being received or served. It counts what has arrived, not what was
 * announced. At the limit, requests wait for those that are complete to be served; if there are none, the oldest
 * unfinished one goes on, so that one always gets done. Memory in use stays below the limit plus one request.
 */
export class RequestMemory {
  readonly #limitBytes: number;
  readonly #holdings = new Set<Holding>();
  #usedBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Begins a request. `onRoom` is called when others made room, so that `mayGrow` may have changed. */
  open(onRoom: () => void): Share {
    const holding: Holding = { bytes: 0, isComplete: false, onRoom };
    this.#holdings.add(holding);
    const update = (bytes: number): void => {
      this.#usedBytes += bytes - holding.bytes;
      holding.bytes = bytes;
    };
    return {
      update,
      mayGrow: () => this.#usedBytes < this.#limitBytes || this.#isNextAtLimit(holding),
      complete: () => {
        holding.isComplete = true;
        this.#notify();
      },
      release: () => {
        if (!this.#holdings.delete(holding)) return;
        update(0);
        this.#notify();
      },
    };
  }

  #isNextAtLimit(holding: Holding): boolean {
    const holdings = [...this.#holdings];
    return !holdings.some(({ isComplete }) => isComplete) && holdings[0] === holding;
  }

  #notify(): void {
    for (const { isComplete, onRoom } of this.#holdings) if (!isComplete) onRoom();
  }
}
