/** Name under which a browser saves the audio: letters, digits, `-` and `_` only, so it is safe in a header as it is. */
export const fileName = ({ recording_id, format }: { recording_id: string; format: string }): string => {
  const safe = (text: string): string => text.replace(/[^\w-]/g, '_').slice(0, 120);
  return format === '' ? safe(recording_id) : `${safe(recording_id)}.${safe(format)}`;
};
