import { createLogView, type KafkaConnection } from '../runtime/kafka.ts';
import type { Owner } from '../runtime/lifecycle.ts';
import { type Directory, type DirectoryEvent, directoryLog } from '../schemas/directory.ts';
import type { KnownDirectory } from './http/authentication.ts';

/** Follows the directory; until it has been read once nobody's key is known, and nobody must be told it is not. */
export const followDirectory = (
  kafka: KafkaConnection,
  own: Owner,
): { known: KnownDirectory; isFollowed: () => boolean } => {
  const view = createLogView<Directory, DirectoryEvent>({ kafka, ...directoryLog });
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
