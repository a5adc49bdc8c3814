type Waiting = { bytes: number; grant: () => void };

/** A budget in bytes for the large requests that are being received or served, granted first come, first served. */
export class RequestMemory {
  #free: number;
  #waiting: Waiting[] = [];

  constructor(totalBytes: number) {
    this.#free = totalBytes;
  }

  /** Calls `grant` when the bytes are reserved, at once if they are there. Returns how to give them back. */
  reserve(bytes: number, grant: () => void): () => void {
    const request = { bytes, grant };
    this.#waiting.push(request);
    this.#grantInTurn();
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const position = this.#waiting.indexOf(request);
      if (position === -1) this.#free += bytes;
      else this.#waiting.splice(position, 1);
      this.#grantInTurn();
    };
  }

  #grantInTurn(): void {
    for (let next = this.#waiting[0]; next !== undefined && next.bytes <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.bytes;
      next.grant();
    }
  }
}
