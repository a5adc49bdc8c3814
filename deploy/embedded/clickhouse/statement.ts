import { type QueryError, queryError } from './errors.ts';
import { type Token, tokens } from './tokens.ts';

/** What a SQL text asks for, as far as running it differs. Offsets are into the text. */
export type Statement =
  /** Answers with rows: `output` says where INTO OUTFILE goes, `format` what the text itself asked for. */
  | { readonly kind: 'rows'; readonly text: string; readonly output: number; readonly format: string | undefined }
  /** Takes rows from the request: FROM INFILE goes to `source`, FORMAT or VALUES is at `clause`, the data at `data`. */
  | {
      readonly kind: 'insert';
      readonly text: string;
      readonly source: number;
      readonly clause: number;
      readonly data: number;
      readonly format: string;
    }
  /** Everything else: definitions, mutations, INSERT … SELECT. */
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'refused'; readonly error: QueryError };

const ROWS = new Set(['SELECT', 'FROM', '(', 'SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN', 'EXISTS', 'CHECK']);
const COMMANDS = new Set([
  'ALTER',
  'ATTACH',
  'BACKUP',
  'CREATE',
  'DELETE',
  'DETACH',
  'DROP',
  'EXCHANGE',
  'GRANT',
  'KILL',
  'MOVE',
  'OPTIMIZE',
  'RENAME',
  'REPLACE',
  'RESTORE',
  'REVOKE',
  'SET',
  'SYSTEM',
  'TRUNCATE',
  'UNDROP',
  'UPDATE',
  'USE',
]);
/** Functions the engine itself does not guard in-process: both would open files of the host. */
const HOST_FUNCTIONS = new Set(['file', 'disk']);

function refused(code: Parameters<typeof queryError>[0], message: string): Statement {
  return { kind: 'refused', error: queryError(code, message) };
}

function is(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toUpperCase() === word;
}

function bare(token: Token): string {
  return (token.kind === 'quoted' ? token.text.slice(1, -1) : token.text).toLowerCase();
}

/** Why SQL may not be executed here, if so: it would reach past the database into the host. */
export function hostAccess(sql: Iterable<Token>): string | undefined {
  let previous: Token | undefined;
  let attach: boolean | undefined;
  for (const token of sql) {
    attach ??= is(token, 'ATTACH');
    if (is(previous, 'INTO') && is(token, 'OUTFILE')) return 'INTO OUTFILE';
    if (attach && is(previous, 'FROM') && token.kind === 'string') return 'ATTACH … FROM';
    const called = token.text === '(' && (previous?.kind === 'word' || previous?.kind === 'quoted') && bare(previous);
    if (called !== false && HOST_FUNCTIONS.has(called)) return `function ${called}`;
    previous = token;
  }
  return undefined;
}

/** The tokens outside all brackets: few, however long the lists in a query are. */
function topLevel(text: string): Token[] {
  const top: Token[] = [];
  for (const token of tokens(text)) if (token.depth === 0) top.push(token);
  return top;
}

/** The FORMAT clause at the end of a query with rows, alone or followed by SETTINGS. */
function formatClause(top: readonly Token[]): { start: number; name: string } | undefined {
  for (let at = top.length - 2; at >= 0; at -= 1) {
    const name = top[at + 1];
    const after = top[at + 2];
    const ends = after === undefined || is(after, 'SETTINGS');
    if (is(top[at], 'FORMAT') && name?.kind === 'word' && ends) return { start: top[at]?.start ?? 0, name: name.text };
  }
  return undefined;
}

function rowsStatement(text: string, top: readonly Token[]): Statement {
  const end = top.findIndex((token) => token.text === ';');
  if (end !== -1 && end < top.length - 1) return refused('syntaxError', 'Multi-statements are not allowed');
  const clauses = end === -1 ? top : top.slice(0, end);
  const stop = end === -1 ? text.length : (top[end]?.start ?? text.length);
  const format = formatClause(clauses);
  return { kind: 'rows', text: text.slice(0, stop), output: format?.start ?? stop, format: format?.name };
}

/** INSERT … SELECT carries no data: what follows a FORMAT clause would be run as SQL by the embedded engine. */
function insertSelect(text: string, top: readonly Token[]): Statement {
  const at = top.findLastIndex((token) => is(token, 'FORMAT'));
  if (at === -1) return { kind: 'command', text };
  // Clients add a FORMAT to whatever they run; alone at the end it says nothing.
  if (at === top.length - 2) return { kind: 'command', text: text.slice(0, top[at]?.start) };
  return refused('notImplemented', 'INSERT … SELECT with data after FORMAT is not supported here');
}

/** Where the data of `INSERT … FORMAT X` begins: after blanks and at most one line break, as on a server. */
function dataAfterFormat(text: string, end: number): number {
  const blanks = /[ \t\f]*\r?\n?/y;
  blanks.lastIndex = end;
  blanks.test(text);
  return blanks.lastIndex;
}

/** Steps over the target of an INSERT, whatever it is called: a table may be named "values". */
function skipTarget(next: () => Token | undefined): Token | undefined {
  let token = next();
  while (is(token, 'INTO') || is(token, 'TABLE') || is(token, 'FUNCTION')) token = next();
  token = next();
  while (token?.text === '.') {
    next();
    token = next();
  }
  return token;
}

function insertStatement(text: string): Statement {
  const list = tokens(text);
  const next = (): Token | undefined => {
    const step = list.next();
    return step.done === true ? undefined : step.value;
  };
  next();
  let previous: Token | undefined;
  let settings: number | undefined;
  for (let token = skipTarget(next); token !== undefined; previous = token, token = next()) {
    if (is(token, 'SELECT') || is(token, 'WITH')) {
      if (token.depth === 0) return insertSelect(text, topLevel(text));
      // In a column list the word would be a column's name.
      const query = previous?.text === '(' && ![',', ')'].includes(next()?.text ?? '');
      if (query) return insertSelect(text, topLevel(text));
    }
    if (token.depth > 0) continue;
    if (is(token, 'FROM')) return refused('accessDenied', 'FROM INFILE is not allowed over HTTP');
    if (is(token, 'SETTINGS')) settings ??= token.start;
    if (previous !== undefined && is(previous, 'FORMAT') && token.kind === 'word') {
      const clause = previous.start;
      const data = dataAfterFormat(text, token.end);
      return { kind: 'insert', text, source: settings ?? clause, clause, data, format: token.text };
    }
    if (is(token, 'VALUES')) {
      const clause = token.start;
      return { kind: 'insert', text, source: settings ?? clause, clause, data: token.end, format: 'Values' };
    }
  }
  return refused('syntaxError', 'Syntax error: INSERT needs VALUES, FORMAT or SELECT');
}

function otherStatement(text: string, top: readonly Token[]): Statement {
  const first = top[0]?.text.toUpperCase() ?? '';
  const inserts = top.some((token) => is(token, 'INSERT'));
  if (first === 'WITH') return inserts ? insertSelect(text, top) : rowsStatement(text, top);
  if (ROWS.has(first)) {
    return inserts
      ? refused('notImplemented', `${first} of an INSERT is not supported here`)
      : rowsStatement(text, top);
  }
  if (COMMANDS.has(first)) return { kind: 'command', text };
  return refused('syntaxError', `Syntax error: a statement cannot start with ${first.slice(0, 40)}`);
}

/** Reads a SQL text into what it asks for; refuses what must not run here. Whether it is one statement the engine says. */
export function parseStatement(text: string): Statement {
  const first = tokens(text).next().value;
  if (first === undefined) return refused('syntaxError', 'Empty query');
  const statement = is(first, 'INSERT') ? insertStatement(text) : otherStatement(text, topLevel(text));
  if (statement.kind === 'refused') return statement;
  // The data of an INSERT … FORMAT is no SQL; that of VALUES is a list of expressions.
  const sql = statement.kind === 'insert' && statement.format !== 'Values' ? text.slice(0, statement.data) : text;
  const reach = hostAccess(tokens(sql));
  return reach === undefined ? statement : refused('accessDenied', `${reach} is not allowed: it reaches into the host`);
}

/** Quotes a string as a ClickHouse literal. */
export function quote(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** The query with its rows sent to a file (or pipe) in the given format instead of returned. */
export function withOutput(rows: Extract<Statement, { kind: 'rows' }>, path: string, format: string): string {
  const clause = rows.format === undefined ? `FORMAT ${format}` : '';
  const [before, after] = [rows.text.slice(0, rows.output), rows.text.slice(rows.output)];
  // On lines of its own, so that a comment at the end of the query cannot swallow it.
  return `${before}\nINTO OUTFILE ${quote(path)} TRUNCATE ${clause}\n${after}`;
}

/** The insert with its data read from a file: data is never part of the SQL text. */
export function withInput(
  insert: Extract<Statement, { kind: 'insert' }>,
  path: string,
  compression: 'gzip' | 'none',
): string {
  const { text, source, clause, format } = insert;
  const input = `FROM INFILE ${quote(path)} COMPRESSION '${compression}'`;
  return `${text.slice(0, source)}\n${input}\n${text.slice(source, clause)}\nFORMAT ${format}`;
}
