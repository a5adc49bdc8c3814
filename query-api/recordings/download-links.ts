import { isoFromMicros } from '../../schemas/event-json.ts';
import type { Tables } from '../listing/tables.ts';
import type { Audio } from './audio.ts';
import { contentDisposition } from './content-disposition.ts';
import { recordingObjectsQuery, type RecordingObject } from './recording-query.ts';

/** Where the audio can be had from without an API key, and until when. */
export type Link = { readonly url: string; readonly expiresAt: string };

/** Links are signed at the moment of reading, for a short time, and never stored. */
export type DownloadLinks = {
  /** Null where no audio is stored. */
  linkTo(tenantId: string, recording: RecordingObject): Promise<Link | null>;
  /** Links by recording id, for those of the ids that have audio. */
  linksOf(tenantId: string, recordingIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Link>>;
};

type Options = { readonly expiresInSeconds: number; readonly now?: () => number };

export const createDownloadLinks = (
  audio: Pick<Audio, 'presign'>,
  tables: Tables,
  { expiresInSeconds, now = Date.now }: Options,
): DownloadLinks => {
  // The key comes from the row and never from a request.
  const linkTo: DownloadLinks['linkTo'] = async (tenantId, recording) => {
    if (recording.status !== 'available' || recording.object_key === '') return null;
    // Signatures have whole seconds.
    const signedAtSeconds = Math.floor(now() / 1000);
    const url = await audio.presign(tenantId, recording.object_key, {
      expiresInSeconds,
      signingDate: new Date(signedAtSeconds * 1000),
      contentDisposition: contentDisposition(recording),
      ...(recording.content_type !== '' && { contentType: recording.content_type }),
    });
    return url === null ? null : { url, expiresAt: isoFromMicros((signedAtSeconds + expiresInSeconds) * 1_000_000) };
  };

  return {
    linkTo,
    linksOf: async (tenantId, recordingIds, signal) => {
      if (recordingIds.length === 0) return new Map();
      const rows = await tables.read<RecordingObject>(recordingObjectsQuery(tenantId, recordingIds), signal);
      const links = await Promise.all(
        rows.map(async (row) => [row.recording_id, await linkTo(tenantId, row)] as const),
      );
      return new Map(links.flatMap(([id, link]) => (link === null ? [] : [[id, link] as const])));
    },
  };
};
