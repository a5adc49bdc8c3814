import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseStatement, quote, type Statement, withInput, withOutput } from './statement.ts';

type Insert = Extract<Statement, { kind: 'insert' }>;

function insert(text: string): Insert {
  const statement = parseStatement(text);
  assert.ok(statement.kind === 'insert', text);
  return statement;
}

function refusal(text: string): number {
  const statement = parseStatement(text);
  assert.equal(statement.kind, 'refused', text);
  return statement.kind === 'refused' ? statement.error.code : 0;
}

const tidy = (sql: string): string => sql.replaceAll(/\s+/g, ' ').trim();

describe('INSERT with data', () => {
  const cases: readonly (readonly [text: string, sql: string, data: string])[] = [
    ['INSERT INTO t FORMAT CSV\n1,2', "INSERT INTO t FROM INFILE '/f' COMPRESSION 'none' FORMAT CSV", '1,2'],
    [
      'insert into d.t (a, b) format TSV 1\t2',
      "insert into d.t (a, b) FROM INFILE '/f' COMPRESSION 'none' FORMAT TSV",
      '1\t2',
    ],
    ['INSERT INTO t FORMAT CSV\r\n\n1', "INSERT INTO t FROM INFILE '/f' COMPRESSION 'none' FORMAT CSV", '\n1'],
    ['INSERT INTO t VALUES (1)', "INSERT INTO t FROM INFILE '/f' COMPRESSION 'none' FORMAT Values", ' (1)'],
    ['INSERT INTO values VALUES (1)', "INSERT INTO values FROM INFILE '/f' COMPRESSION 'none' FORMAT Values", ' (1)'],
    ['INSERT INTO t format Values', "INSERT INTO t FROM INFILE '/f' COMPRESSION 'none' FORMAT Values", ''],
    [
      'INSERT INTO t (select) VALUES (1)',
      "INSERT INTO t (select) FROM INFILE '/f' COMPRESSION 'none' FORMAT Values",
      ' (1)',
    ],
    [
      "INSERT INTO t SETTINGS a = 'FORMAT x', b = 1 FORMAT JSONEachRow {}",
      "INSERT INTO t FROM INFILE '/f' COMPRESSION 'none' SETTINGS a = 'FORMAT x', b = 1 FORMAT JSONEachRow",
      '{}',
    ],
    [
      'INSERT INTO /* FORMAT CSV */ t -- VALUES\n FORMAT CSV 1',
      "INSERT INTO /* FORMAT CSV */ t -- VALUES FROM INFILE '/f' COMPRESSION 'none' FORMAT CSV",
      '1',
    ],
  ];
  for (const [text, sql, data] of cases) {
    test(JSON.stringify(text), () => {
      const statement = insert(text);
      assert.equal(tidy(withInput(statement, '/f', 'none')), sql);
      assert.equal(statement.text.slice(statement.data), data);
    });
  }

  test('the data never gets into the SQL, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('CSV', 'JSONEachRow', 'RowBinary'), (data, format) => {
        const marked = `\u0001${data}`;
        const sql = withInput(insert(`INSERT INTO t FORMAT ${format}\n${marked}`), '/f', 'none');
        assert.equal(tidy(sql), `INSERT INTO t FROM INFILE '/f' COMPRESSION 'none' FORMAT ${format}`);
      }),
    );
  });
});

describe('queries with rows', () => {
  const cases: readonly (readonly [text: string, sql: string, format: string | undefined])[] = [
    ['SELECT 1', "SELECT 1 INTO OUTFILE '/f' TRUNCATE FORMAT TSV", undefined],
    ['SELECT 1;', "SELECT 1 INTO OUTFILE '/f' TRUNCATE FORMAT TSV", undefined],
    ['SELECT 1 FORMAT JSON', "SELECT 1 INTO OUTFILE '/f' TRUNCATE FORMAT JSON", 'JSON'],
    ['SELECT 1 format JSON settings a = 1 ;', "SELECT 1 INTO OUTFILE '/f' TRUNCATE format JSON settings a = 1", 'JSON'],
    ['SELECT 1 AS format', "SELECT 1 AS format INTO OUTFILE '/f' TRUNCATE FORMAT TSV", undefined],
    ['WITH 1 AS x SELECT x', "WITH 1 AS x SELECT x INTO OUTFILE '/f' TRUNCATE FORMAT TSV", undefined],
    ['(SELECT 1 FORMAT)', "(SELECT 1 FORMAT) INTO OUTFILE '/f' TRUNCATE FORMAT TSV", undefined],
    ['SHOW TABLES', "SHOW TABLES INTO OUTFILE '/f' TRUNCATE FORMAT TSV", undefined],
  ];
  for (const [text, sql, format] of cases) {
    test(JSON.stringify(text), () => {
      const statement = parseStatement(text);
      assert.ok(statement.kind === 'rows');
      assert.equal(statement.format, format);
      assert.equal(tidy(withOutput(statement, '/f', 'TSV')), sql);
    });
  }

  test('a comment at the end cannot swallow where the rows go', () => {
    const statement = parseStatement('SELECT 1 -- all');
    assert.ok(statement.kind === 'rows');
    assert.match(withOutput(statement, '/f', 'TSV'), /-- all\nINTO OUTFILE/);
  });
});

describe('commands', () => {
  for (const text of [
    'CREATE TABLE t (a Int8) ENGINE = Memory',
    'ALTER TABLE t ADD COLUMN file String',
    'INSERT INTO t SELECT * FROM u',
    'INSERT INTO t (a) WITH 1 AS x SELECT x',
    'INSERT INTO t (SELECT 1)',
    'WITH 1 AS x INSERT INTO t SELECT x',
    'DELETE FROM t WHERE a = 1',
  ]) {
    test(text, () => assert.equal(parseStatement(text).kind, 'command'));
  }

  test('a FORMAT alone at the end of INSERT … SELECT is dropped', () => {
    const statement = parseStatement('INSERT INTO t SELECT 1 FORMAT JSONEachRow');
    assert.ok(statement.kind === 'command');
    assert.equal(statement.text.trim(), 'INSERT INTO t SELECT 1');
  });
});

describe('refused', () => {
  const SYNTAX = 62;
  const DENIED = 497;
  const UNSUPPORTED = 48;
  const cases: readonly (readonly [text: string, code: number])[] = [
    ['', SYNTAX],
    [' -- nothing', SYNTAX],
    ['1 + 1', SYNTAX],
    ['INSERT INTO t', SYNTAX],
    ['SELECT 1; SELECT 2', SYNTAX],
    ["SELECT * FROM file('/etc/passwd')", DENIED],
    ["SELECT `file` /* x */ ('/etc/passwd')", DENIED],
    ["SELECT “file”('/etc/passwd')", DENIED],
    ["INSERT INTO t VALUES (file('/etc/passwd'))", DENIED],
    ["INSERT INTO t SELECT file('/etc/passwd')", DENIED],
    ["CREATE VIEW v AS SELECT file('/etc/passwd')", DENIED],
    ["CREATE TABLE t (a Int8) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = 'local')", DENIED],
    ["ATTACH TABLE t FROM '/etc' (a Int8) ENGINE = MergeTree", DENIED],
    ["SELECT 1 INTO OUTFILE '/x'", DENIED],
    ["SELECT 1 INTO\u00a0OUTFILE '/x'", DENIED],
    ["INSERT INTO t FROM INFILE '/x' FORMAT CSV", DENIED],
    ['INSERT INTO t SELECT a FROM input() FORMAT CSV\n1', UNSUPPORTED],
    ['EXPLAIN INSERT INTO t FORMAT CSV\n1', UNSUPPORTED],
  ];
  for (const [text, code] of cases) test(JSON.stringify(text), () => assert.equal(refusal(text), code));

  test('the data of an insert is not looked into', () => {
    assert.equal(insert("INSERT INTO t FORMAT CSV\nfile('/etc/passwd'), INTO OUTFILE").format, 'CSV');
  });
});

test('a quoted literal reads back as what it was', () => {
  assert.equal(quote("a'b\\c"), "'a\\'b\\\\c'");
});
