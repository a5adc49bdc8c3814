const maxLength = 200;

/**
 * Id of the recording a switch writes for a leg: the file's name without its ending, with the leg's id before it unless
 * the name has it already (names such as `1001.wav` come again). Whoever uploads the file can tell it from the same two.
 */
export const recordingIdOf = (legId: string, path: string): string => {
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const dot = file.lastIndexOf('.');
  const stem = dot > 0 ? file.slice(0, dot) : file;
  return safeId(stem.includes(legId) ? stem : `${legId}.${stem}`);
};

/** The text with everything but letters, digits, `.`, `_`, `:` and `-` replaced, cut to 200 characters. */
export const safeId = (text: string): string => text.replace(/[^A-Za-z0-9._:-]/g, '-').slice(0, maxLength);
