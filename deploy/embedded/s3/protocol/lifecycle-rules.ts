import { S3Error } from './errors.ts';
import { childrenOf, requiredTextOf, textOf, type ParsedElement, type XmlElement } from './xml.ts';
import { parseTag, tagElement, type Tag } from './tags.ts';

/** One rule of a bucket's lifecycle: what it covers, and after how many days what happens. */
export type LifecycleRule = {
  readonly id: string;
  readonly enabled: boolean;
  readonly prefix: string;
  readonly tags: readonly Tag[];
  readonly expireAfterDays: number | null;
  readonly abortUploadsAfterDays: number | null;
};

const maxRules = 1000;
const ruleElements = new Set(['ID', 'Status', 'Prefix', 'Filter', 'Expiration', 'AbortIncompleteMultipartUpload']);
const filterElements = new Set(['Prefix', 'Tag', 'And']);

/** Reads a LifecycleConfiguration. What would be stored but not done (transitions, dates, sizes) is refused with 501. */
export function parseLifecycle(root: ParsedElement): readonly LifecycleRule[] {
  refuseOthers(root, new Set(['Rule']));
  const rules = childrenOf(root, 'Rule').map(parseRule);
  if (rules.length === 0 || rules.length > maxRules) throw invalid(`A lifecycle has 1 to ${maxRules} rules.`);
  if (new Set(rules.map((rule) => rule.id)).size < rules.length) throw invalid('Rule ID must be unique.');
  return rules;
}

function parseRule(rule: ParsedElement, index: number): LifecycleRule {
  refuseOthers(rule, ruleElements);
  const status = requiredTextOf(rule, 'Status');
  if (status !== 'Enabled' && status !== 'Disabled') throw invalid('Status must be Enabled or Disabled.');
  const filter = parseFilter(rule);
  const expireAfterDays = parseDays(rule, 'Expiration', 'Days');
  const abortUploadsAfterDays = parseDays(rule, 'AbortIncompleteMultipartUpload', 'DaysAfterInitiation');
  if (expireAfterDays === null && abortUploadsAfterDays === null) throw invalid('A rule must have an action.');
  if (abortUploadsAfterDays !== null && filter.tags.length > 0) {
    throw new S3Error('InvalidRequest', 'AbortIncompleteMultipartUpload cannot be specified with tags.');
  }
  const id = textOf(rule, 'ID') ?? '';
  return {
    id: id === '' ? `rule-${index + 1}` : id,
    enabled: status === 'Enabled',
    ...filter,
    expireAfterDays,
    abortUploadsAfterDays,
  };
}

function parseFilter(rule: ParsedElement): { prefix: string; tags: readonly Tag[] } {
  const [filter] = childrenOf(rule, 'Filter');
  if (filter === undefined) return { prefix: textOf(rule, 'Prefix') ?? '', tags: [] };
  refuseOthers(filter, filterElements);
  const conditions = childrenOf(filter, 'And')[0] ?? filter;
  refuseOthers(conditions, filterElements);
  return { prefix: textOf(conditions, 'Prefix') ?? '', tags: childrenOf(conditions, 'Tag').map(parseTag) };
}

function parseDays(rule: ParsedElement, action: string, unit: string): number | null {
  const [element] = childrenOf(rule, action);
  if (element === undefined) return null;
  refuseOthers(element, new Set([unit]));
  const days = requiredTextOf(element, unit);
  if (!/^[1-9]\d{0,5}$/.test(days)) throw invalid(`'${unit}' must be a positive whole number.`);
  return Number(days);
}

function refuseOthers(element: ParsedElement, known: ReadonlySet<string>): void {
  const other = element.children.find((child) => !known.has(child.name));
  if (other !== undefined) {
    throw new S3Error('NotImplemented', `${element.name}/${other.name} is not supported by this endpoint.`);
  }
}

function invalid(message: string): S3Error {
  return new S3Error('InvalidArgument', message);
}

/** Writes the configuration as GetBucketLifecycleConfiguration returns it. */
export function lifecycleDocument(rules: readonly LifecycleRule[]): XmlElement {
  return ['LifecycleConfiguration', rules.map((rule): XmlElement => ['Rule', ruleContent(rule)])];
}

function ruleContent(rule: LifecycleRule): XmlElement[] {
  const content: XmlElement[] = [
    ['ID', rule.id],
    ['Filter', filterContent(rule)],
    ['Status', rule.enabled ? 'Enabled' : 'Disabled'],
  ];
  if (rule.expireAfterDays !== null) content.push(['Expiration', [['Days', rule.expireAfterDays]]]);
  if (rule.abortUploadsAfterDays !== null) {
    content.push(['AbortIncompleteMultipartUpload', [['DaysAfterInitiation', rule.abortUploadsAfterDays]]]);
  }
  return content;
}

function filterContent({ prefix, tags }: LifecycleRule): XmlElement[] {
  const conditions: XmlElement[] = [
    ...(prefix === '' && tags.length > 0 ? [] : [['Prefix', prefix] as const]),
    ...tags.map(tagElement),
  ];
  return conditions.length > 1 ? [['And', conditions]] : conditions;
}

const dayMs = 24 * 3600_000;

/** When something of that age is due: S3 adds the days and rounds up to the next midnight UTC. */
export function dueAtMs(sinceMs: number, days: number): number {
  return Math.ceil((sinceMs + days * dayMs) / dayMs) * dayMs;
}

/** Whether a rule expires this object now. */
export function expiresNow(
  rule: LifecycleRule,
  object: { readonly key: string; readonly modifiedMs: number; readonly tags: readonly Tag[] },
  nowMs: number,
): boolean {
  if (!rule.enabled || rule.expireAfterDays === null || !object.key.startsWith(rule.prefix)) return false;
  const tagged = rule.tags.every(({ key, value }) => object.tags.some((tag) => tag.key === key && tag.value === value));
  return tagged && nowMs >= dueAtMs(object.modifiedMs, rule.expireAfterDays);
}

/** Whether a rule aborts this multipart upload now. */
export function abortsNow(
  rule: LifecycleRule,
  upload: { readonly key: string; readonly startedMs: number },
  nowMs: number,
): boolean {
  if (!rule.enabled || rule.abortUploadsAfterDays === null || !upload.key.startsWith(rule.prefix)) return false;
  return nowMs >= dueAtMs(upload.startedMs, rule.abortUploadsAfterDays);
}
