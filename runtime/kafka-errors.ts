/** Kafka could not be reached, or did not acknowledge in time: keep the messages and try later. */
export class KafkaUnavailable extends Error {
  override readonly name = 'KafkaUnavailable';
}

/** Whether Kafka refuses the user or the password. kafkajs exports no class of this error. */
export function isKafkaLoginRefused(error: Error): boolean {
  return error.name === 'KafkaJSSASLAuthenticationError';
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
