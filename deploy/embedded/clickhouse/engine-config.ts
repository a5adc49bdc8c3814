/** What bounds the engine: bytes of memory for one query and for all, seconds for one query. */
export interface EngineLimits {
  readonly queryMemoryBytes: number;
  readonly totalMemoryBytes: number;
  readonly queryTimeSeconds: number;
}

/** Table engines whose data lives in this database; the others reach files and hosts. */
const TABLE_ENGINES = [
  'MergeTree',
  'ReplacingMergeTree',
  'AggregatingMergeTree',
  'SummingMergeTree',
  'CollapsingMergeTree',
  'VersionedCollapsingMergeTree',
  'CoalescingMergeTree',
  'Memory',
  'Null',
  'Set',
  'Join',
  'Buffer',
  'Merge',
  'View',
  'MaterializedView',
  'Atomic',
];
const RIGHTS =
  'SHOW, SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, CREATE VIEW, CREATE FUNCTION, DROP, DROP FUNCTION, ' +
  'UNDROP TABLE, TRUNCATE, OPTIMIZE, CHECK, KILL QUERY, SYSTEM MERGES, SYSTEM TTL MERGES, SYSTEM FLUSH, SYSTEM VIEWS';
/** Settings by which a query could read or write files of the host, or call another one. */
const PINNED = [
  'format_schema',
  'format_schema_source',
  'format_template_resultset',
  'format_template_row',
  'format_template_row_format',
  'format_template_resultset_format',
  'input_format_record_errors_file_path',
  'errors_output_format',
  'format_avro_schema_registry_url',
  'output_format_schema',
];

const element = (name: string, content: string | number): string => `<${name}>${content}</${name}>`;

/** The engine's server configuration. Inserts are on disk before they are acknowledged: the embedded engine is alone. */
export function serverConfig(limits: EngineLimits, usersPath: string): string {
  return element(
    'clickhouse',
    [
      element('max_server_memory_usage', limits.totalMemoryBytes),
      element('timezone', 'UTC'),
      element('users_config', usersPath),
      element('merge_tree', element('fsync_after_insert', 1) + element('fsync_part_directory', 1)),
      element('access_control_improvements', element('table_engines_require_grant', 'true')),
    ].join('\n'),
  );
}

/** The engine's only user: what it may do, and the settings every query starts from. */
export function usersConfig(limits: EngineLimits): string {
  const settings = [
    element('max_memory_usage', limits.queryMemoryBytes),
    element('max_execution_time', limits.queryTimeSeconds),
    // Large parameters travel in the text of a SET.
    element('max_query_size', MAX_QUERY_BYTES + 1024 * 1024),
    // The engine accepts asynchronous inserts but never batches them.
    element('async_insert', 0),
    // Threads that format one result together cost a small query a quarter of its time; most are small.
    element('output_format_parallel_formatting', 0),
    // Off, as on a server: a bare expression is no query.
    element('implicit_select', 0),
  ];
  const constraints = [
    ...PINNED.map((name) => element(name, '<readonly/>')),
    element('max_memory_usage', element('max', limits.queryMemoryBytes)),
  ];
  const grants = [
    `GRANT ${RIGHTS} ON *.*`,
    'GRANT CREATE TEMPORARY TABLE ON *.*',
    ...TABLE_ENGINES.map((engine) => `GRANT TABLE ENGINE ON ${engine}`),
  ];
  const user = [
    '<password/>',
    '<networks><ip>::/0</ip></networks>',
    element('profile', 'default'),
    element('quota', 'default'),
    element('grants', grants.map((grant) => element('query', grant)).join('\n')),
  ];
  return element(
    'clickhouse',
    [
      element('profiles', element('default', [...settings, element('constraints', constraints.join('\n'))].join('\n'))),
      element('users', element('default', user.join('\n'))),
      '<quotas><default/></quotas>',
    ].join('\n'),
  );
}

/** The longest SQL text taken, its parameters included. */
export const MAX_QUERY_BYTES = 16 * 1024 * 1024;
