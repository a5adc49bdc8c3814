/** Which switch sent a record, in which of its runs, and as which number there: as far as it can be read. */
export type Origin = { switchId: string; bootId: string; seq: number | null };

/** The fields that say so in one dialect, the usual one first; a dot leads into a nested object. */
export type OriginFields = { readonly [Part in keyof Origin]: readonly string[] };

/** The origin of a record that cannot be used for other reasons. */
export const originOf = (value: unknown, fields: OriginFields): Origin =>
  toOrigin(fields, (path) => inside(value, path));

/** The same of bytes that cannot even be parsed: what stands behind the fields' names. */
export const originInText = (raw: Buffer, fields: OriginFields): Origin => {
  const text = raw.toString('utf8');
  return toOrigin(fields, (path) => behind(text, path.slice(path.lastIndexOf('.') + 1)));
};

const toOrigin = (fields: OriginFields, read: (path: string) => unknown): Origin => {
  const first = (paths: readonly string[]): string => {
    for (const path of paths) {
      const value = read(path);
      if (typeof value === 'string' || typeof value === 'number') return String(value).slice(0, longest);
    }
    return '';
  };
  const seq = first(fields.seq);
  const isNumber = /^\d{1,16}$/.test(seq) && Number.isSafeInteger(Number(seq));
  return { switchId: first(fields.switchId), bootId: first(fields.bootId), seq: isNumber ? Number(seq) : null };
};

const longest = 255;

const inside = (value: unknown, path: string): unknown => {
  let found = value;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[name];
  }
  return found;
};

/** JSON's `"name": "value"` and the event socket's `Name: value`. */
const behind = (text: string, name: string): string | undefined =>
  new RegExp(`(?:^|[\\n"])${name}"?[ \\t]*:[ \\t]*"?([^"\\n\\r,}]{1,${longest}})`).exec(text)?.[1];
