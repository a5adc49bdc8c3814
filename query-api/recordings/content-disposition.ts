/** Makes a browser save the audio. The name has letters, digits, `.`, `-` and `_` only, so nothing in it needs quoting. */
export const contentDisposition = ({ recording_id, format }: { recording_id: string; format: string }): string => {
  const name = format === '' || recording_id.endsWith(`.${format}`) ? recording_id : `${recording_id}.${format}`;
  return `attachment; filename="${name.replace(/[^\w.-]/g, '_').slice(-150)}"`;
};
