export const INDEX_ENTRY_BYTES = 16;
/** Between two entries lie at least this many bytes of the segment. */
const INTERVAL_BYTES = 16 * 1024;

export type IndexEntry = {
  /** Counted from the segment's base offset. */
  relativeOffset: number;
  position: number;
  /** The highest timestamp of all batches of the segment before this entry; -Infinity at its start. */
  maxTimestampBefore: number;
};

/**
 * A sparse map of one segment: some of its batches by offset, by position and by the time reached before them.
 * The last entry of a sealed segment stands for its end.
 */
export class OffsetIndex {
  #entries: Buffer;
  #count: number;

  constructor(entries: Buffer = Buffer.alloc(0)) {
    this.#entries = entries;
    this.#count = Math.floor(entries.length / INDEX_ENTRY_BYTES);
  }

  get bytes(): Buffer {
    return this.#entries.subarray(0, this.#count * INDEX_ENTRY_BYTES);
  }

  get last(): IndexEntry | null {
    return this.#count === 0 ? null : this.#entry(this.#count - 1);
  }

  /** Notes the batch when the last noted one is far enough behind. */
  note(entry: IndexEntry): void {
    const last =
      this.#count === 0 ? -INTERVAL_BYTES : this.#entries.readUInt32BE((this.#count - 1) * INDEX_ENTRY_BYTES + 4);
    if (entry.position - last >= INTERVAL_BYTES) this.append(entry);
  }

  append(entry: IndexEntry): void {
    const at = this.#count * INDEX_ENTRY_BYTES;
    if (at + INDEX_ENTRY_BYTES > this.#entries.length) this.#grow();
    this.#entries.writeUInt32BE(entry.relativeOffset, at);
    this.#entries.writeUInt32BE(entry.position, at + 4);
    this.#entries.writeDoubleBE(entry.maxTimestampBefore, at + 8);
    this.#count += 1;
  }

  /** Forgets the entries from `position` on. */
  cutAt(position: number): void {
    this.#count = this.#firstWhere((entry) => entry.position >= position);
  }

  /** The last entry at or before the offset. */
  floorByOffset(relativeOffset: number): IndexEntry | null {
    return this.#before(this.#firstWhere((entry) => entry.relativeOffset > relativeOffset));
  }

  /** The last entry at or before the position. */
  floorByPosition(position: number): IndexEntry | null {
    return this.#before(this.#firstWhere((entry) => entry.position > position));
  }

  /** The last entry before which every record is older than `timestamp`. */
  floorByTimestamp(timestamp: number): IndexEntry | null {
    return this.#before(this.#firstWhere((entry) => entry.maxTimestampBefore >= timestamp));
  }

  #before(position: number): IndexEntry | null {
    return position === 0 ? null : this.#entry(position - 1);
  }

  #firstWhere(holds: (entry: IndexEntry) => boolean): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (holds(this.#entry(middle))) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #entry(number: number): IndexEntry {
    const at = number * INDEX_ENTRY_BYTES;
    return {
      relativeOffset: this.#entries.readUInt32BE(at),
      position: this.#entries.readUInt32BE(at + 4),
      maxTimestampBefore: this.#entries.readDoubleBE(at + 8),
    };
  }

  #grow(): void {
    const grown = Buffer.alloc(Math.max(64 * INDEX_ENTRY_BYTES, this.#entries.length * 2));
    this.#entries.copy(grown);
    this.#entries = grown;
  }
}
