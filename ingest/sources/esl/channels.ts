import { cleanText } from '../../clean-text.ts';

/** The legs that live, by the answer to `show channels as json`; or why it tells none. */
export const channelsOf = (text: string): { legIds: string[] } | { problem: string } => {
  const answer = parsed(text);
  if (answer === null) return { problem: `it is no list of channels: ${text.slice(0, 100).trim()}` };
  const rows = answer.rows ?? [];
  const legIds = rows.map(({ uuid }) => cleanText(uuid ?? ''));
  // An answer that is cut must end no call: every leg it lacks would seem gone.
  if (legIds.length !== answer.row_count || legIds.includes(''))
    return { problem: `it counts ${answer.row_count} channels and names ${legIds.filter(Boolean).length}` };
  return { legIds };
};

type Answer = { row_count: number; rows?: readonly { uuid?: string }[] };

const parsed = (text: string): Answer | null => {
  try {
    const value = JSON.parse(text) as Answer | null;
    return typeof value?.row_count === 'number' ? value : null;
  } catch {
    return null;
  }
};
