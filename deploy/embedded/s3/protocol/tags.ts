import { S3Error } from './errors.ts';
import { childrenOf, requiredTextOf, type ParsedElement, type XmlElement } from './xml.ts';

export type Tag = { readonly key: string; readonly value: string };

const maxTags = 10;
const maxKeyCharacters = 128;
const maxValueCharacters = 256;

/** Reads the `x-amz-tagging` header: tags as URL parameters. Throws `InvalidArgument` or `InvalidTag`. */
export function parseTaggingHeader(header: string | undefined): readonly Tag[] {
  if (header === undefined || header === '') return [];
  const tags = [...new URLSearchParams(header)].map(([key, value]) => ({ key, value }));
  return checkedTags(tags);
}

/** Reads a Tagging document. */
export function parseTagging(root: ParsedElement): readonly Tag[] {
  return checkedTags(childrenOf(root, 'TagSet').flatMap((set) => childrenOf(set, 'Tag').map(parseTag)));
}

export function parseTag(element: ParsedElement): Tag {
  return { key: requiredTextOf(element, 'Key'), value: requiredTextOf(element, 'Value') };
}

/** Writes the document that GetObjectTagging returns. */
export function taggingDocument(tags: readonly Tag[]): XmlElement {
  return ['Tagging', [['TagSet', tags.map(tagElement)]]];
}

export function tagElement({ key, value }: Tag): XmlElement {
  return [
    'Tag',
    [
      ['Key', key],
      ['Value', value],
    ],
  ];
}

function checkedTags(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length > maxTags) throw new S3Error('InvalidTag', `Object tags cannot be greater than ${maxTags}`);
  if (new Set(tags.map((tag) => tag.key)).size < tags.length) {
    throw new S3Error('InvalidTag', 'Cannot provide multiple Tags with the same key');
  }
  for (const { key, value } of tags) {
    if (key === '' || key.length > maxKeyCharacters) throw new S3Error('InvalidTag', 'The TagKey is invalid');
    if (value.length > maxValueCharacters) throw new S3Error('InvalidTag', 'The TagValue is invalid');
  }
  return tags;
}
