export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'symbol';

/** One lexical token of ClickHouse SQL; `start` and `end` are offsets into the text, `depth` counts open brackets. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

const SPACE = /[\s\u0085\u180e\u200b-\u200d\u2060]/;
const WORD_START = /[A-Za-z_]/;
const WORD = /[A-Za-z0-9_$]+/y;
const NUMBER = /[0-9][A-Za-z0-9_.]*/y;
const HEREDOC = /\$[A-Za-z0-9_]*\$/y;
const OPENING = '([{';
const CLOSING = ')]}';

/** Opening and closing quotes; the typographic ones know no escapes. */
const STRINGS: Readonly<Record<string, string>> = { "'": "'", '‘': '’' };
const QUOTED: Readonly<Record<string, string>> = { '"': '"', '`': '`', '“': '”' };

function endOfQuoted(text: string, start: number, close: string): number {
  const escapes = close === text[start];
  for (let at = start + 1; at < text.length; at += 1) {
    if (escapes && text[at] === '\\') at += 1;
    else if (text[at] === close) {
      if (!escapes || text[at + 1] !== close) return at + 1;
      at += 1;
    }
  }
  return text.length;
}

/** Block comments nest. */
function endOfBlockComment(text: string, start: number): number {
  const edges = /\/\*|\*\//g;
  edges.lastIndex = start;
  let open = 0;
  for (let edge = edges.exec(text); edge !== null; edge = edges.exec(text)) {
    open += edge[0] === '/*' ? 1 : -1;
    if (open === 0) return edges.lastIndex;
  }
  return text.length;
}

function endOfComment(text: string, start: number): number | undefined {
  const two = text.slice(start, start + 2);
  if (two === '/*') return endOfBlockComment(text, start);
  if (two !== '--' && two !== '//' && two !== '#!' && two !== '# ') return undefined;
  const newline = text.indexOf('\n', start);
  return newline === -1 ? text.length : newline + 1;
}

function sticky(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function endOfHeredoc(text: string, start: number): number | undefined {
  const open = sticky(HEREDOC, text, start);
  if (open === undefined) return undefined;
  const close = text.indexOf(text.slice(start, open), open);
  return close === -1 ? undefined : close + (open - start);
}

function classify(text: string, at: number): [TokenKind, number] {
  const char = text[at] ?? '';
  const string = STRINGS[char];
  if (string !== undefined) return ['string', endOfQuoted(text, at, string)];
  const quoted = QUOTED[char];
  if (quoted !== undefined) return ['quoted', endOfQuoted(text, at, quoted)];
  if (WORD_START.test(char)) return ['word', sticky(WORD, text, at) ?? at + 1];
  if (char >= '0' && char <= '9') return ['number', sticky(NUMBER, text, at) ?? at + 1];
  const heredoc = char === '$' ? endOfHeredoc(text, at) : undefined;
  return heredoc === undefined ? ['symbol', at + 1] : ['string', heredoc];
}

/**
 * The tokens of a SQL text, comments and white space left out, made as they are asked for.
 * It follows ClickHouse's lexer closely enough to find clauses; what is one statement is the engine's word, not ours.
 */
export function* tokens(text: string): Generator<Token> {
  let at = 0;
  let depth = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (SPACE.test(char)) {
      at += 1;
      continue;
    }
    const afterComment = endOfComment(text, at);
    if (afterComment !== undefined) {
      at = afterComment;
      continue;
    }
    const [kind, end] = classify(text, at);
    if (CLOSING.includes(char)) depth -= 1;
    yield { kind, text: text.slice(at, end), start: at, end, depth };
    if (OPENING.includes(char)) depth += 1;
    at = end;
  }
}
