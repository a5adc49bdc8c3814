import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { abortsNow, dueAtMs, expiresNow, lifecycleDocument, parseLifecycle } from './lifecycle-rules.ts';
import type { LifecycleRule } from './lifecycle-rules.ts';
import { parseXml, renderXml } from './xml.ts';

function parse(rules: string): readonly LifecycleRule[] {
  return parseLifecycle(
    parseXml(`<LifecycleConfiguration>${rules}</LifecycleConfiguration>`, 'LifecycleConfiguration'),
  );
}

const days = '<Expiration><Days>30</Days></Expiration>';
const enabled = '<Status>Enabled</Status>';

const rule: LifecycleRule = {
  id: 'r',
  enabled: true,
  prefix: '',
  tags: [],
  expireAfterDays: null,
  abortUploadsAfterDays: null,
};

describe('configuration', () => {
  test('by prefix, by tag, by both', () => {
    const [byPrefix, byTag, byBoth, legacy] = parse(`
      <Rule><ID>p</ID>${enabled}<Filter><Prefix>a/</Prefix></Filter>${days}</Rule>
      <Rule>${enabled}<Filter><Tag><Key>k</Key><Value>v</Value></Tag></Filter>${days}</Rule>
      <Rule>${enabled}<Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter>${days}</Rule>
      <Rule><Status>Disabled</Status><Prefix>b/</Prefix>
        <AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>`);
    const tags = [{ key: 'k', value: 'v' }];
    assert.deepEqual(byPrefix, { ...rule, id: 'p', prefix: 'a/', expireAfterDays: 30 });
    assert.deepEqual(byTag, { ...rule, id: 'rule-2', tags, expireAfterDays: 30 });
    assert.deepEqual(byBoth, { ...rule, id: 'rule-3', prefix: 'a/', tags, expireAfterDays: 30 });
    assert.deepEqual(legacy, { ...rule, id: 'rule-4', enabled: false, prefix: 'b/', abortUploadsAfterDays: 7 });
  });

  test('is read back as it was written', () => {
    const tags = [
      { key: 'k', value: 'v' },
      { key: 'l', value: '' },
    ];
    const rules: LifecycleRule[] = [
      { ...rule, id: 'a', prefix: 'x/', expireAfterDays: 1 },
      { ...rule, id: 'b', tags, expireAfterDays: 2, enabled: false },
      { ...rule, id: 'c', prefix: 'x/', tags, expireAfterDays: 3 },
      { ...rule, id: 'd', abortUploadsAfterDays: 4 },
    ];
    const document = renderXml(lifecycleDocument(rules));
    assert.deepEqual(parseLifecycle(parseXml(document, 'LifecycleConfiguration')), rules);
  });

  for (const [what, rules, code] of [
    ['no rule', '', 'InvalidArgument'],
    ['no status', `<Rule>${days}</Rule>`, 'MalformedXML'],
    ['no action', `<Rule>${enabled}</Rule>`, 'InvalidArgument'],
    ['zero days', `<Rule>${enabled}<Expiration><Days>0</Days></Expiration></Rule>`, 'InvalidArgument'],
    ['one id twice', `<Rule><ID>a</ID>${enabled}${days}</Rule>`.repeat(2), 'InvalidArgument'],
    ['a date', `<Rule>${enabled}<Expiration><Date>2030-01-01</Date></Expiration></Rule>`, 'NotImplemented'],
    ['a transition', `<Rule>${enabled}${days}<Transition><Days>1</Days></Transition></Rule>`, 'NotImplemented'],
    [
      'a size',
      `<Rule>${enabled}${days}<Filter><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan></Filter></Rule>`,
      'NotImplemented',
    ],
  ] as const) {
    test(`refuses ${what}`, () => assert.throws(() => parse(rules), { code }));
  }
});

describe('what is due', () => {
  const at = (text: string): number => Date.parse(text);
  const object = { key: 'a/1', modifiedMs: at('2026-03-01T15:00:00Z'), tags: [{ key: 'k', value: 'v' }] };

  test('at the midnight after the days are over', () => {
    assert.equal(dueAtMs(object.modifiedMs, 1), at('2026-03-03T00:00:00Z'));
    assert.equal(dueAtMs(at('2026-03-01T00:00:00Z'), 1), at('2026-03-02T00:00:00Z'));
    const monthly = { ...rule, expireAfterDays: 30 };
    assert.equal(expiresNow(monthly, object, at('2026-03-31T23:59:59Z')), false);
    assert.equal(expiresNow(monthly, object, at('2026-04-01T00:00:00Z')), true);
  });

  test('what prefix and tags cover, by an enabled rule', () => {
    const late = at('2027-01-01T00:00:00Z');
    const monthly = { ...rule, expireAfterDays: 30 };
    const covers = (change: Partial<LifecycleRule>): boolean => expiresNow({ ...monthly, ...change }, object, late);
    assert.equal(covers({ prefix: 'a/', tags: [{ key: 'k', value: 'v' }] }), true);
    assert.equal(covers({ prefix: 'b/' }), false);
    assert.equal(covers({ tags: [{ key: 'k', value: 'w' }] }), false);
    assert.equal(covers({ enabled: false }), false);
    assert.equal(covers({ expireAfterDays: null }), false);
  });

  test('uploads by their start', () => {
    const weekly = { ...rule, abortUploadsAfterDays: 7 };
    const upload = { key: 'a/1', startedMs: object.modifiedMs };
    assert.equal(abortsNow(weekly, upload, at('2026-03-08T12:00:00Z')), false);
    assert.equal(abortsNow(weekly, upload, at('2026-03-09T00:00:00Z')), true);
    assert.equal(abortsNow({ ...weekly, prefix: 'b' }, upload, at('2027-03-09T00:00:00Z')), false);
  });
});
