import { isoFromMicros } from '../../schemas/event-json.ts';
import type { ObjectStore } from '../../runtime/s3.ts';
import type { Download } from '../calls/call-body.ts';
import type { Tables } from '../listing/tables.ts';
import { fileName } from './file-name.ts';
import { recordingObjectsQuery } from './recording-query.ts';

/** What of a recording's row a link is made from. */
export type StoredAudio = {
  readonly recording_id: string;
  readonly status: string;
  readonly object_key: string;
  readonly format: string;
  readonly content_type: string;
};

/** Links to the audio in the object store, signed at the moment of reading and for a short time. */
export type Downloads = {
  /** Null where no audio is stored. */
  linkTo(recording: StoredAudio): Promise<Download | null>;
  /** Links by recording id, for those of the ids that have audio. */
  linksOf(
    tenantId: string,
    recordingIds: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Download>>;
};

export const createDownloads = (
  objects: Pick<ObjectStore, 'presignGet'>,
  tables: Tables,
  { expiresInSeconds, now = Date.now }: { readonly expiresInSeconds: number; readonly now?: () => number },
): Downloads => {
  // The key comes from the row and never from a request.
  const linkTo: Downloads['linkTo'] = async (recording) => {
    if (recording.status !== 'available' || recording.object_key === '') return null;
    const signingDate = new Date(now());
    const url = await objects.presignGet(recording.object_key, {
      expiresInSeconds,
      signingDate,
      contentDisposition: `attachment; filename="${fileName(recording)}"`,
      ...(recording.content_type !== '' && { contentType: recording.content_type }),
    });
    return { url, expiresAt: isoFromMicros((Math.floor(signingDate.getTime() / 1000) + expiresInSeconds) * 1_000_000) };
  };

  return {
    linkTo,
    linksOf: async (tenantId, recordingIds, signal) => {
      if (recordingIds.length === 0) return new Map();
      const rows = await tables.read<StoredAudio>(recordingObjectsQuery(tenantId, recordingIds), signal);
      const links = await Promise.all(rows.map(async (row) => [row.recording_id, await linkTo(row)] as const));
      return new Map(links.flatMap(([id, link]) => (link === null ? [] : [[id, link] as const])));
    },
  };
};
