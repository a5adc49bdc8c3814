/** Kafka could not be reached, or did not acknowledge in time: keep the messages and try later. */
export class KafkaUnavailable extends Error {
  override readonly name = 'KafkaUnavailable';
}

/** Messages that Kafka will never take, by their index in the call. */
export class MessageTooLarge extends Error {
  override readonly name = 'MessageTooLarge';
  readonly indexes: readonly number[];

  constructor(indexes: readonly number[], maxBytes: number) {
    super(`${indexes.length} messages are larger than ${maxBytes} bytes`);
    this.indexes = indexes;
  }
}
