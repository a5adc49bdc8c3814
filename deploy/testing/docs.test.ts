import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { celEvents } from '../../ingest/asterisk/normalise-cel.ts';
import { amiEvents } from '../../ingest/asterisk/normalise-ami.ts';
import { queueLogLines } from '../../ingest/asterisk/normalise-queue-log.ts';
import { normaliseCanonicalEvent } from '../../ingest/canonical/normalise-canonical.ts';
import { dialects, type RoutedDialect } from '../../ingest/dialects.ts';
import { channelEvents } from '../../ingest/freeswitch/channel-events.ts';
import { queueEvents } from '../../ingest/freeswitch/queue-events.ts';
import { settings as redriveSettings } from '../../ingest/redrive/service.ts';
import { callStatuses } from '../../ingest/hosted/leg-callbacks.ts';
import { kamailioRecords } from '../../ingest/kamailio/normalise-kamailio.ts';
import { settings as ingestSettings } from '../../ingest/settings.ts';
import { settings as amiSettings } from '../../ingest/sources/ami/settings.ts';
import { settings as eslSettings } from '../../ingest/sources/esl/settings.ts';
import { settings as queueLogSettings } from '../../ingest/sources/queue-log/settings.ts';
import { settings as callsSettings } from '../../processors/calls/settings.ts';
import { settings as agentsSettings } from '../../processors/agents/service.ts';
import { settings as closingSettings } from '../../processors/closing/settings.ts';
import { settings as notificationsSettings } from '../../processors/notifications/settings.ts';
import { settings as completenessSettings } from '../../processors/completeness/service.ts';
import { settings as quarantineSettings } from '../../processors/quarantine/service.ts';
import { settings as recordingsSettings } from '../../processors/recordings/service.ts';
import { settings as apiSettings } from '../../query-api/settings.ts';
import type { ConfigSpec, Setting } from '../../runtime/config.ts';
import { scopes } from '../../schemas/api-keys.ts';
import { rules } from '../../schemas/decisions.ts';
import { payloadRecords } from '../../schemas/events.ts';
import { topics } from '../../schemas/topics.ts';
import { settings as migrateSettings } from '../migrate/migrate.ts';

// The documents say what the code does; where a list of both can be compared, this compares them.

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const doc = (name: string): string => read(`docs/${name}`);
const isMissingIn = (text: string) => (word: string) => !text.includes(`\`${word}\``);

const without = (all: Iterable<string>, known: ReadonlySet<string>): string[] =>
  [...all].filter((word) => !known.has(word)).sort();

/** Files below the root, without what is installed or made at run time. */
const files = (pattern: string): string[] =>
  globSync(pattern, { cwd: root, exclude: ['node_modules', 'data', '.git'] }).sort();

const specs: Readonly<Record<string, ConfigSpec>> = {
  ingest: ingestSettings,
  calls: callsSettings,
  recordings: recordingsSettings,
  quarantine: quarantineSettings,
  closing: closingSettings,
  notifications: notificationsSettings,
  redrive: redriveSettings,
  agents: agentsSettings,
  completeness: completenessSettings,
  api: apiSettings,
  esl: eslSettings,
  ami: amiSettings,
  'queue-log': queueLogSettings,
  migrate: migrateSettings,
};

const services = Object.keys(specs).filter((name) => name !== 'migrate');

const defaultOf = ({ unset }: Setting<unknown>): string => {
  if (unset.kind !== 'default') return unset.kind === 'optional' ? '' : 'required';
  return `\`${Array.isArray(unset.value) ? unset.value.join(',') : String(unset.value)}\``;
};

/** The rows of the table of settings in docs/operations.md, one a variable, in the order of their first use. */
const settingRows = (): string[] => {
  const uses = new Map<string, { setting: Setting<unknown>; defaults: Map<string, string[]> }>();
  for (const [process, spec] of Object.entries(specs)) {
    for (const setting of Object.values(spec)) {
      const use = uses.get(setting.env) ?? { setting, defaults: new Map<string, string[]>() };
      const value = defaultOf(setting);
      use.defaults.set(value, [...(use.defaults.get(value) ?? []), process]);
      uses.set(setting.env, use);
    }
  }
  return [...uses.values()].map(({ setting, defaults }) => {
    const one = defaults.size === 1;
    const shown = [...defaults].map(([value, users]) => (one ? value : `${value} (${users.join(', ')})`));
    const users = [...defaults.values()].flat();
    const by = services.every((service) => users.includes(service)) ? 'all' : users.join(', ');
    return `| \`${setting.env}\` | ${shown.join(', ')} | ${by} | ${setting.doc} |`;
  });
};

test('docs/operations.md has the row of every setting, as the code declares it', () => {
  const operations = doc('operations.md');
  const missing = settingRows().filter((row) => !operations.includes(`\n${row}\n`));
  assert.deepEqual(missing, [], `rows to put into the table of settings:\n${settingRows().join('\n')}`);
});

test('docs/operations.md names no setting that does not exist', () => {
  const known = new Set(Object.values(specs).flatMap((spec) => Object.values(spec).map(({ env }) => env)));
  // Read by `trunkline feed` and `trunkline demo`, which have no table of settings.
  known.add('TRUNKLINE_API_KEY');
  const named = new Set(doc('operations.md').match(/(?<=`)TRUNKLINE_[A-Z0-9_]+(?=`)/g));
  assert.deepEqual(without(named, known), []);
});

/** How the sources write an error's or a rejection's code. */
const codePatterns: readonly RegExp[] = [
  /\bcode: '([A-Z][A-Z_]+)'/g,
  /\b(?:reject|refuse|unavailable)\(\s*'([A-Z][A-Z_]+)'/g,
  /\b(?:Api|Common)Error\(\s*\d{3},\s*'([A-Z][A-Z_]+)'/g,
  /\[\d{3}, '([A-Z][A-Z_]+)',/g,
];
/** The unions of codes in `api-error.ts` and `http-error.ts`. */
const unionPattern = /^ {2}\| '([A-Z][A-Z_]+)';?$/gm;

const codesIn = (file: string): string[] => {
  const source = read(file);
  const patterns = /\b(?:api|http)-error\.ts$/.test(file) ? [...codePatterns, unionPattern] : codePatterns;
  return patterns.flatMap((pattern) => [...source.matchAll(pattern)].map(([, code]) => code ?? ''));
};

const sourceCodes = (): ReadonlySet<string> => {
  const sources = files('{schemas,runtime/http,ingest,processors,query-api}/**/*.ts').filter(
    (file) => !/\.(test|integration)\.ts$|\/testing\//.test(file),
  );
  return new Set(sources.flatMap(codesIn));
};

test('docs/errors.md explains every code that the sources can emit, and no other', () => {
  const emitted = sourceCodes();
  // Were the patterns to miss the sources' style, this would compare nothing.
  assert.ok(emitted.size > 35, `only ${emitted.size} codes found`);
  const rows = doc('errors.md').match(/^\|.*$/gm) ?? [];
  const explained = new Set(rows.flatMap((row) => /^\|(?: \d{3} \|)? `([A-Z][A-Z_]+)` \|/.exec(row)?.[1] ?? []));
  assert.deepEqual(without(emitted, explained), [], 'emitted but not explained');
  assert.deepEqual(without(explained, emitted), [], 'explained but never emitted');
});

test('docs/events.md names every event type, and ingest accepts its examples', () => {
  const events = doc('events.md');
  assert.deepEqual(Object.keys(payloadRecords).filter(isMissingIn(events)), []);
  const examples = [...events.matchAll(/```json\n(.*?)```/gs)].flatMap(([, text]) => JSON.parse(text ?? '') as unknown);
  assert.ok(examples.length >= 8);
  const source = { tenantId: 't', observedAtUs: Date.now() * 1000, askedSwitchId: 'pbx-1', boundSwitchId: null };
  const rejections = examples.map((example) => normaliseCanonicalEvent(example, source));
  assert.deepEqual(
    rejections.filter((outcome) => 'rejection' in outcome),
    [],
  );
});

test('docs/definitions.md has every rule of `decided_by` with its sentence', () => {
  const definitions = doc('definitions.md');
  const rows = Object.values(rules).flatMap((codes) =>
    Object.entries(codes).map(([code, text]) => `| \`${code}\` | ${text} |`),
  );
  assert.deepEqual(
    rows.filter((row) => !definitions.includes(row)),
    [],
  );
});

/** What is read of each dialect, by native name. */
const nativeNames: Readonly<Record<string, Iterable<string>>> = {
  'freeswitch-events': [...channelEvents.keys(), ...queueEvents.keys()],
  'freeswitch-cdr': ['start_uepoch', 'answer_uepoch', 'bridge_uepoch', 'end_uepoch', 'hold_events', 'hangup_cause'],
  'asterisk-cel': celEvents.keys(),
  'asterisk-ami': amiEvents.keys(),
  'asterisk-queue-log': queueLogLines.keys(),
  kamailio: kamailioRecords.keys(),
  hosted: callStatuses,
};

const dialectNamed = (name: string): RoutedDialect =>
  Object.values(dialects).find((dialect) => dialect.name === name) as RoutedDialect;

/** The records of a page's examples: JSON, or text in the dialect's own form. */
const exampleRecords = (page: string, { text }: RoutedDialect): unknown[] =>
  [...page.matchAll(/```(json|text)\n(.*?)```/gs)].flatMap(([, form, example = '']) => {
    if (form === 'json') return JSON.parse(example) as unknown;
    return (
      text?.split(Buffer.from(example)).map((record) => ('value' in record ? record.value : record.rejection)) ?? []
    );
  });

for (const [name, natives] of Object.entries(nativeNames))
  test(`docs/dialects/${name}.md names every native event that is read, and ingest accepts its examples`, () => {
    const page = doc(`dialects/${name}.md`);
    assert.deepEqual([...natives].filter(isMissingIn(page)), []);
    const dialect = dialectNamed(name);
    assert.ok(page.includes(dialect.path));
    const records = exampleRecords(page, dialect);
    assert.ok(records.length > 0);
    const source = { tenantId: 't', observedAtUs: Date.now() * 1000, askedSwitchId: 'pbx-1', boundSwitchId: null };
    for (const record of records) {
      const outcome = dialect.normalise(record, source);
      assert.ok('events' in outcome && outcome.events.length > 0, JSON.stringify([record, outcome]));
    }
  });

test('scopes and topics are documented', () => {
  assert.deepEqual(scopes.filter(isMissingIn(doc('api.md'))), []);
  assert.deepEqual(Object.values(topics).filter(isMissingIn(doc('operations.md'))), []);
});

/** The anchors that GitHub gives a document's headings. */
const anchorsOf = (markdown: string): ReadonlySet<string> => {
  const headings = markdown.replace(/```.*?```/gs, '').matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading]) =>
      (heading ?? '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
};

const deadLinksOf = (file: string): string[] => {
  const text = read(file).replace(/```.*?```/gs, '');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [path = '', anchor] = target.split('#');
    const linked = path === '' ? file : join(dirname(file), path);
    if (!existsSync(join(root, linked))) return true;
    return anchor !== undefined && linked.endsWith('.md') && !anchorsOf(read(linked)).has(anchor);
  });
};

test('no relative link in any document is dead', () => {
  const documents = files('**/*.md');
  assert.ok(documents.length > 10);
  const dead = documents.flatMap((file) => deadLinksOf(file).map((target) => `${file}: ${target}`));
  assert.deepEqual(dead, []);
});
