type Entry = { level?: number; time?: string; msg?: string; err?: { message?: string; stack?: string } };

const levels: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** A log line for the terminal: JSON becomes time, level, message and error; other text stays as it is. */
export const readableLogLine = (line: string): string => {
  const entry = parsed(line);
  if (entry?.msg === undefined) return line;
  const reason = entry.err?.message;
  const parts = [
    entry.time?.slice(11, 23),
    levels[entry.level ?? 30] ?? 'info',
    entry.msg,
    reason === undefined || reason === entry.msg ? undefined : `(${reason})`,
  ];
  return parts.filter((part) => part !== undefined).join(' ');
};

const parsed = (line: string): Entry | null => {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return null;
  }
};
