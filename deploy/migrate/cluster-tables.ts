/**
 * A migration's statement as the statements that a ClickHouse cluster needs: a replicated table `NAME_local` on every
 * node and, under the table's own name, a `Distributed` one in front of it, so that the product reads and writes the
 * same names as on one server. A tenant's rows live on one shard: FINAL, which merges the versions of a row, never has
 * to look beyond it. Shard and replica come from the macros `{shard}` and `{replica}` of each node.
 * Throws where a statement is of a form that is not known here.
 */
export const toClusterStatements = (statement: string, cluster: string): readonly string[] => {
  const create = /^CREATE TABLE IF NOT EXISTS (\w+)\s*\((.*)\)\s*ENGINE = (\w*MergeTree)(?:\(([^)]*)\))?(.*)$/s.exec(
    statement,
  );
  if (create !== null) {
    const [, table = '', columns = '', engine = '', version = '', rest = ''] = create;
    return createStatements({ table, columns, engine, version, rest }, cluster);
  }
  const alter = /^ALTER TABLE (\w+)(\s.*)$/s.exec(statement);
  if (alter !== null) {
    const [, table = '', changes = ''] = alter;
    return alterStatements(table, changes, cluster);
  }
  const drop = /^DROP TABLE IF EXISTS (\w+)$/.exec(statement);
  if (drop !== null)
    return [drop[1], `${drop[1]}_local`].map((table) => `DROP TABLE IF EXISTS ${table} ON CLUSTER ${quoted(cluster)}`);
  throw new Error(`no form for a cluster is known of: ${statement.slice(0, 80)}`);
};

type Create = {
  readonly table: string;
  readonly columns: string;
  readonly engine: string;
  readonly version: string;
  readonly rest: string;
};

const createStatements = ({ table, columns, engine, version, rest }: Create, cluster: string): readonly string[] => {
  if (!/^\s*tenant_id\s/m.test(columns)) throw new Error(`${table} has no tenant_id to be sharded by`);
  const place = `'/clickhouse/tables/{shard}/{database}/${table}', '{replica}'`;
  const replicated = `Replicated${engine}(${version === '' ? place : `${place}, ${version}`})`;
  return [
    `CREATE TABLE IF NOT EXISTS ${table}_local ON CLUSTER ${quoted(cluster)}\n(${columns})\nENGINE = ${replicated}${rest}`,
    `CREATE TABLE IF NOT EXISTS ${table} ON CLUSTER ${quoted(cluster)} AS ${table}_local
ENGINE = Distributed(${text(cluster)}, currentDatabase(), ${table}_local, sipHash64(tenant_id))`,
  ];
};

/** Columns are those of both tables; indexes and settings are the stored table's alone. */
const alterStatements = (table: string, changes: string, cluster: string): readonly string[] => {
  const of = (name: string): string => `ALTER TABLE ${name} ON CLUSTER ${quoted(cluster)}${changes}`;
  const ofColumns = /^\s+(ADD|DROP|RENAME|MODIFY) COLUMN\b/.test(changes);
  if (ofColumns && /\b(ADD|DROP) (INDEX|PROJECTION)\b/.test(changes))
    throw new Error(`${table}: change columns and indexes by two migrations`);
  return ofColumns ? [of(`${table}_local`), of(table)] : [of(`${table}_local`)];
};

const quoted = (name: string): string => `\`${name.replaceAll(/[\\`]/g, '\\$&')}\``;
const text = (value: string): string => `'${value.replaceAll(/[\\']/g, '\\$&')}'`;

/** The same for the list of applied migrations, which every node of the cluster has whole. */
export const toClusterLedger = (statement: string, cluster: string): string =>
  statement
    .replace(/^(CREATE TABLE IF NOT EXISTS \w+)/, `$1 ON CLUSTER ${quoted(cluster)}`)
    .replace(
      'ENGINE = ReplacingMergeTree',
      "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/schema_migrations', '{replica}')",
    );
