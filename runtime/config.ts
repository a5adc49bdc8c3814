import { readFileSync } from 'node:fs';

/** Reading of settings from the environment: declared as data, read all at once, wrong ones reported together. */

const hidden = '[set]';

/** A setting that must not be shown: every ordinary way to print it gives `[set]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself, for the one call that needs it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return hidden;
  }
}

type Parsed<Value> = { readonly value: Value } | { readonly wrong: string };

type Unset<Value> =
  | { readonly kind: 'required' }
  | { readonly kind: 'optional' }
  | { readonly kind: 'default'; readonly value: Value };

export type Setting<Value> = {
  readonly env: string;
  readonly doc: string;
  /** What a reader of the error message must write, e.g. "an integer from 1 to 65535". */
  readonly expected: string;
  readonly unset: Unset<Value>;
  readonly parse: (text: string) => Parsed<Value>;
  /** May stand in a file instead, which `ENV_NAME_FILE` names: where secrets are mounted, not set. */
  readonly isSecret: boolean;
};

export type ConfigSpec = Readonly<Record<string, Setting<unknown>>>;

/** The values a specification gives: one key a setting; optional settings may be undefined. */
export type ConfigOf<Spec extends ConfigSpec> = {
  readonly [Key in keyof Spec]: Spec[Key] extends Setting<infer Value> ? Value : never;
};

type Common<Value> = {
  readonly env: string;
  readonly doc: string;
  readonly default?: Value;
  /** Without it and without a default the setting is required. */
  readonly optional?: boolean;
};

type Result<Value, Options> = Options extends { readonly optional: true } ? Value | undefined : Value;

function declare<Value, Options extends Common<Value>>(
  options: Options,
  expected: string,
  parse: (text: string) => Parsed<Value>,
): Setting<Result<Value, Options>> {
  const unset: Unset<Value> =
    options.default !== undefined
      ? { kind: 'default', value: options.default }
      : { kind: options.optional === true ? 'optional' : 'required' };
  return { env: options.env, doc: options.doc, expected, unset, parse, isSecret: false };
}

type IntegerOptions = Common<number> & { readonly min?: number; readonly max?: number };
type ChoiceOptions<Choice extends string> = Common<Choice> & { readonly of: readonly Choice[] };

function string<const Options extends Common<string>>(options: Options) {
  return declare<string, Options>(options, 'a text', (text) => ({ value: text }));
}

function choice<const Choice extends string, const Options extends ChoiceOptions<Choice>>(
  options: Options & ChoiceOptions<Choice>,
) {
  const expected = `one of ${options.of.join(', ')}`;
  return declare<Options['of'][number], Options & Common<Options['of'][number]>>(options, expected, (text) =>
    (options.of as readonly string[]).includes(text)
      ? { value: text as Options['of'][number] }
      : { wrong: `is ${quote(text)}` },
  );
}

function integer<const Options extends IntegerOptions>(options: Options) {
  const min = options.min ?? Number.MIN_SAFE_INTEGER;
  const max = options.max ?? Number.MAX_SAFE_INTEGER;
  return declare<number, Options>(options, integerExpectation(options), (text) => {
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(value)) return { wrong: `is ${quote(text)}` };
    return value < min || value > max ? { wrong: `is ${value}` } : { value };
  });
}

function integerExpectation({ min, max }: IntegerOptions): string {
  if (min !== undefined && max !== undefined) return `an integer from ${min} to ${max}`;
  if (min !== undefined) return `an integer of at least ${min}`;
  return max !== undefined ? `an integer of at most ${max}` : 'an integer';
}

/** An http(s) address, given back without a slash at its end. */
function url<const Options extends Common<string>>(options: Options) {
  return declare<string, Options>(options, 'an http:// or https:// address', (text) => {
    const parsed = URL.parse(text);
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) return { wrong: 'is no such address' };
    if (parsed.username !== '' || parsed.password !== '') return { wrong: 'must not hold a user or a password' };
    return { value: text.replace(/\/+$/, '') };
  });
}

/** `host:port`, with an IPv6 address in brackets. */
function address<const Options extends Common<string>>(options: Options) {
  return declare<string, Options>(options, 'host:port', (text) =>
    isAddress(text) ? { value: text } : { wrong: `is ${quote(text)}` },
  );
}

function isAddress(text: string): boolean {
  const port = Number(/^(?:\[[\da-fA-F:.]+\]|[^:\s[\]]+):(\d{1,5})$/.exec(text)?.[1] ?? 0);
  return port > 0 && port < 65_536;
}

function boolean<const Options extends Common<boolean>>(options: Options) {
  return declare<boolean, Options>(options, 'true or false', (text) => {
    if (/^(true|1|yes|on)$/i.test(text)) return { value: true };
    return /^(false|0|no|off)$/i.test(text) ? { value: false } : { wrong: `is ${quote(text)}` };
  });
}

/** Texts separated by commas; blanks around them are dropped. */
function list<const Options extends Common<readonly string[]>>(options: Options) {
  return declare<readonly string[], Options>(options, 'texts separated by commas', (text) => {
    const items = text.split(',').map((item) => item.trim());
    return items.includes('') ? { wrong: 'has an empty entry' } : { value: items };
  });
}

function secret<const Options extends Common<Secret>>(options: Options) {
  return { ...declare<Secret, Options>(options, 'a secret', (text) => ({ value: new Secret(text) })), isSecret: true };
}

export const setting = { string, choice, integer, url, address, boolean, list, secret };

/** What is wrong with the settings, all of it, one line each: `ENV_NAME: what is wrong, what is expected`. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads every setting of `spec`; throws one `ConfigError` that names all that are wrong. An empty text counts as unset. */
export function readConfig<const Spec extends ConfigSpec>(spec: Spec, env: Environment = process.env): ConfigOf<Spec> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, declared] of Object.entries(spec)) {
    const read = readSetting(declared, env);
    if ('wrong' in read) problems.push(`${declared.env}: ${read.wrong}, expected ${declared.expected}`);
    else values[key] = read.value;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as ConfigOf<Spec>;
}

function readSetting(declared: Setting<unknown>, env: Environment): Parsed<unknown> {
  const given = givenText(declared, env);
  if ('wrong' in given) return given;
  if (given.value !== '') return declared.parse(given.value);
  if (declared.unset.kind === 'default') return { value: declared.unset.value };
  return declared.unset.kind === 'optional' ? { value: undefined } : { wrong: 'is not set' };
}

function givenText({ env: name, isSecret }: Setting<unknown>, env: Environment): Parsed<string> {
  const text = env[name]?.trim() ?? '';
  const file = isSecret ? (env[`${name}_FILE`]?.trim() ?? '') : '';
  if (file === '') return { value: text };
  if (text !== '') return { wrong: `is set and ${name}_FILE too: set one of them` };
  try {
    return { value: readFileSync(file, 'utf8').trim() };
  } catch {
    return { wrong: `cannot be read from ${file}` };
  }
}

/** A table of the settings with their values, for a start-up log or a `--validate` run; secrets are shown as `[set]`. */
export function describeConfig<const Spec extends ConfigSpec>(spec: Spec, config: ConfigOf<Spec>): string {
  const rows = Object.entries(spec).map(([key, declared]) => [declared.env, shown(config[key]), declared.doc] as const);
  const width = (column: 0 | 1): number => Math.max(0, ...rows.map((row) => row[column].length));
  const [names, values] = [width(0), width(1)];
  return rows.map(([env, value, doc]) => `${env.padEnd(names)}  ${value.padEnd(values)}  ${doc}`).join('\n');
}

function shown(value: unknown): string {
  if (value === undefined) return '[unset]';
  if (value instanceof Secret) return hidden;
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
