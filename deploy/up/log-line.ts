type Entry = { level?: number; time?: string | number; msg?: string; err?: { message?: string } };

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
    entry.time === undefined ? undefined : clockTime(entry.time),
    levels[entry.level ?? 30] ?? 'info',
    entry.msg,
    reason === undefined || reason === entry.msg ? undefined : `(${reason})`,
  ];
  return parts.filter((part) => part !== undefined).join(' ');
};

/** Loggers write the instant as ISO text or as ms since the epoch. */
const clockTime = (time: string | number): string => {
  const instant = new Date(time);
  return Number.isNaN(instant.getTime()) ? String(time) : instant.toISOString().slice(11, 23);
};

const parsed = (line: string): Entry | null => {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return null;
  }
};
