import { createLogView, type KafkaConnection } from '../runtime/kafka.ts';
import type { Owner } from '../runtime/lifecycle.ts';
import {
  applyDirectoryEvent,
  decodeDirectoryEvent,
  type Directory,
  type DirectoryEvent,
  emptyDirectory,
} from '../schemas/directory.ts';
import { topics } from '../schemas/topics.ts';
import type { KnownDirectory } from './http/authentication.ts';

/** Follows the directory; until it has been read once nobody's key is known, and nobody must be told it is not. */
export const followDirectory = (
  kafka: KafkaConnection,
  own: Owner,
): { known: KnownDirectory; isFollowed: () => boolean } => {
  const view = createLogView<Directory, DirectoryEvent>({
    kafka,
    topic: topics.directoryEvents,
    decode: (record) => {
      try {
        return decodeDirectoryEvent(record.value ?? Buffer.alloc(0));
      } catch (error) {
        return { undecodable: String(error) };
      }
    },
    initial: () => emptyDirectory,
    apply: (state, event) => {
      const { directory, refused } = applyDirectoryEvent(state, event);
      return refused === null ? directory : { refused };
    },
  });
  own.stop('directory', async () => view.stop());
  let caughtUp = false;
  const catchUp = async (): Promise<void> => {
    await view.caughtUp;
    caughtUp = true;
  };
  catchUp().catch((error: unknown) => {
    own.fail(error);
  });
  return { known: () => (caughtUp ? view.state() : null), isFollowed: view.isHealthy };
};
