/** Kafka could not be reached, or did not acknowledge in time: keep the messages and try later. */
export class KafkaUnavailable extends Error {
  override readonly name = 'KafkaUnavailable';
}

/** Kafka will never take a message of the call, since it is too large. */
export class MessageTooLarge extends Error {
  override readonly name = 'MessageTooLarge';
  /** Which of the call's messages; empty when a broker refused them without saying which. */
  readonly indexes: readonly number[];

  constructor(message: string, indexes: readonly number[] = []) {
    super(message);
    this.indexes = indexes;
  }
}
