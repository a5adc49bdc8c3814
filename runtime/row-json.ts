import { type ClickHouseType, parseClickHouseType } from './clickhouse-type.ts';

type ToJson = (value: unknown) => unknown;

/** Settings with which a query gives the JSON that `rowJson` does. */
export const rowJsonSettings = {
  date_time_output_format: 'iso',
  output_format_json_quote_64bit_integers: 0,
} as const;

/**
 * Compiles the columns of a table into a function that gives a row (as `rowBinaryEncoder` takes it) in the JSON that a
 * query of the table gives with `rowJsonSettings`: instants in ISO-8601 with all digits, everything else as it is.
 */
export const rowJson = <Row extends object>(
  columns: Readonly<Record<keyof Row & string, string>>,
): ((row: Row) => Record<keyof Row & string, unknown>) => {
  const compiled = Object.entries<string>(columns).map(
    ([name, type]) => [name, compile(parseClickHouseType(type))] as const,
  );
  return (row) =>
    Object.fromEntries(compiled.map(([name, toJson]) => [name, toJson(row[name as keyof Row])])) as Record<
      keyof Row & string,
      unknown
    >;
};

const compile = (type: ClickHouseType): ToJson => {
  switch (type.kind) {
    case 'String':
      // The wire has no lone surrogates.
      return (value) => (typeof value === 'string' ? value.toWellFormed() : value);
    case 'FixedString':
    case 'Bool':
    case 'Float64':
    case 'UInt':
    case 'Int':
    case 'DateTime':
      return (value) => value;
    case 'DateTime64':
      return (value) => isoInstant(value as number, type.precision);
    case 'Nullable':
      return compileNullable(compile(type.of));
    case 'Array':
      return compileArray(compile(type.of));
    case 'Tuple':
      return compileTuple(type.fields.map(({ name, type: of }) => [name, compile(of)] as const));
    case 'Map':
      return (value) => value;
  }
};

const compileNullable =
  (toJson: ToJson): ToJson =>
  (value) =>
    value === null ? null : toJson(value);

const compileArray =
  (toJson: ToJson): ToJson =>
  (value) =>
    (value as readonly unknown[]).map(toJson);

const compileTuple =
  (fields: readonly (readonly [string, ToJson])[]): ToJson =>
  (value) =>
    Object.fromEntries(fields.map(([name, toJson]) => [name, toJson((value as Record<string, unknown>)[name])]));

/** Ticks since the epoch as ClickHouse writes them with `date_time_output_format` = iso. */
const isoInstant = (ticks: number, precision: number): string => {
  const perSecond = 10 ** precision;
  const seconds = Math.floor(ticks / perSecond);
  const fraction = String(ticks - seconds * perSecond).padStart(precision, '0');
  const date = new Date(seconds * 1000).toISOString().slice(0, 19);
  return precision === 0 ? `${date}Z` : `${date}.${fraction}Z`;
};
