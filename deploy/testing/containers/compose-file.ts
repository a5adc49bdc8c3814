import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A process of Trunkline in a Compose file, as `docker run` can start it. */
export type ComposeProcess = {
  readonly command: readonly string[];
  /** What confines it. */
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Names of files in /run/secrets. */
  readonly secrets: readonly string[];
  /** `name:/path` */
  readonly volumes: readonly string[];
  /** `unless-stopped` */
  readonly restart: string;
  /** How long it may take to end, in seconds. */
  readonly stopSeconds: number;
};

/** Those keys of a service that can have a meaning for one container; a file with others was not understood. */
type Service = {
  readonly extends?: { readonly file: string; readonly service: string };
  readonly command: readonly string[];
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly restart?: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly deploy?: { readonly resources?: { readonly limits?: Readonly<Record<string, string>> } };
};
type File = { readonly services: Readonly<Record<string, Service>> };

const understood: ReadonlySet<string> = new Set<keyof Service>([
  'extends',
  'command',
  'read_only',
  'tmpfs',
  'cap_drop',
  'security_opt',
  'stop_grace_period',
  'restart',
  'environment',
  'secrets',
  'volumes',
  'deploy',
]);
/** What the tests have in the place of these: their own image, ports of this machine, an order of their own. */
const replaced: ReadonlySet<string> = new Set(['image', 'build', 'ports', 'depends_on']);

const read = (file: string): File =>
  parse(readFileSync(new URL(`../../compose/${file}`, import.meta.url), 'utf8'), { merge: true }) as File;

/** The processes of Trunkline that a file of deploy/compose runs, by their names there. */
export const composeProcesses = (file: string): ReadonlyMap<string, ComposeProcess> =>
  new Map(
    Object.entries(read(file).services)
      .filter(([, service]) => service.extends?.file === 'trunkline.yaml')
      .map(([name, service]) => [name, toProcess(name, extended(service))]),
  );

/** As Compose does it for what our files use: the service's own keys hold, its environment is added. */
const extended = (service: Service): Service => {
  if (service.extends === undefined) return service;
  const base = read(service.extends.file).services[service.extends.service] as Service;
  return { ...base, ...service, environment: { ...base.environment, ...service.environment } };
};

const toProcess = (name: string, service: Service): ComposeProcess => {
  const unknown = Object.keys(service).filter((key) => !understood.has(key) && !replaced.has(key));
  if (unknown.length > 0) throw new Error(`the service ${name} has ${unknown.join(', ')}, of which this knows nothing`);
  const list = (flag: string, values: readonly string[] = []): string[] => values.map((value) => `--${flag}=${value}`);
  const limits = Object.entries(service.deploy?.resources?.limits ?? {});
  return {
    command: service.command,
    flags: [
      ...(service.read_only === true ? ['--read-only'] : []),
      ...list('tmpfs', service.tmpfs),
      ...list('cap-drop', service.cap_drop),
      ...list('security-opt', service.security_opt),
      ...limits.map(([resource, most]) => `--${resource}=${most}`),
    ],
    environment: Object.fromEntries(
      Object.entries(service.environment ?? {}).map(([variable, value]) => [variable, String(value)]),
    ),
    secrets: service.secrets ?? [],
    volumes: service.volumes ?? [],
    restart: service.restart ?? 'no',
    stopSeconds: Number.parseInt(service.stop_grace_period ?? '10', 10),
  };
};
