import { S3Error } from './errors.ts';

/** An element to write: its name, then its text or its children. */
export type XmlElement = readonly [name: string, content: string | number | boolean | readonly XmlElement[]];

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Renders a document; the root carries S3's namespace unless it is an error, as S3 does. */
export function renderXml(root: XmlElement): string {
  const [name, content] = root;
  const attribute = name === 'Error' ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name}${attribute}>${renderContent(content)}</${name}>`;
}

function renderContent(content: XmlElement[1]): string {
  if (typeof content !== 'object') return escapeText(String(content));
  return content.map(([name, inner]) => `<${name}>${renderContent(inner)}</${name}>`).join('');
}

/** Control characters are written as references: keys may hold them, and a bare CR would be read back as LF. */
function escapeText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is escaped here
  return text.replace(/[&<>"\u0000-\u001f\u007f]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A parsed element. Attributes are dropped: no request document of S3 that is supported here needs one. */
export type ParsedElement = {
  readonly name: string;
  readonly children: readonly ParsedElement[];
  readonly text: string;
};

type OpenElement = { name: string; children: ParsedElement[]; text: string };

const maxDepth = 16;
const tagPattern = /<(?:\?[^>]*\?|!--[\s\S]*?--|(\/?)([A-Za-z_][\w.:-]*)(?:\s[^<>]*?)?(\/?))>/y;

/** Parses a request body. Refuses document types, so entities cannot be defined. Throws `MalformedXML`. */
export function parseXml(source: string, rootName: string): ParsedElement {
  const document: OpenElement = { name: '', children: [], text: '' };
  const open = [document];
  let position = 0;
  while (position < source.length) {
    const tagStart = source.indexOf('<', position);
    const current = innermost(open);
    current.text += decodeText(source.slice(position, tagStart === -1 ? source.length : tagStart));
    if (tagStart === -1) break;
    tagPattern.lastIndex = tagStart;
    const tag = tagPattern.exec(source);
    if (tag === null) throw malformed();
    position = tagPattern.lastIndex;
    const [, closing, name, selfClosing] = tag;
    if (name === undefined) continue;
    if (closing !== '/') openElement(open, name);
    if (closing === '/' || selfClosing === '/') closeElement(open, name);
  }
  const [root, ...others] = document.children;
  if (open.length !== 1 || root?.name !== rootName || others.length > 0) throw malformed();
  return root;
}

function openElement(open: OpenElement[], name: string): void {
  if (open.length > maxDepth) throw malformed();
  open.push({ name: name.slice(name.indexOf(':') + 1), children: [], text: '' });
}

function closeElement(open: OpenElement[], name: string): void {
  const closed = open.pop();
  if (closed?.name !== name.slice(name.indexOf(':') + 1) || open.length === 0) throw malformed();
  innermost(open).children.push(closed);
}

function innermost(open: readonly OpenElement[]): OpenElement {
  const element = open.at(-1);
  if (element === undefined) throw malformed();
  return element;
}

const namedEntities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeText(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));|&/gi,
    (_, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return namedEntities[name] ?? refuse();
      const code = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : refuse();
    },
  );
}

function refuse(): never {
  throw malformed();
}

function malformed(): S3Error {
  return new S3Error('MalformedXML', 'The XML you provided was not well-formed or did not validate.');
}

/** The child elements of that name. */
export function childrenOf(element: ParsedElement, name: string): readonly ParsedElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The text of the only child of that name, undefined when there is none. Throws `MalformedXML` when there are several. */
export function textOf(element: ParsedElement, name: string): string | undefined {
  const [child, ...others] = childrenOf(element, name);
  if (others.length > 0) throw malformed();
  return child?.text;
}

/** As `textOf`, but the child must be there. */
export function requiredTextOf(element: ParsedElement, name: string): string {
  return textOf(element, name) ?? refuse();
}
