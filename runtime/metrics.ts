import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type { Counter, Gauge, Histogram } from 'prom-client';

type Described<Label extends string> = {
  /** Without `trunkline_`, with which every metric of ours begins. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Label[];
};

/** A registry of one process and the ways to add to it. Asking for a name again gives the metric that has it. */
export type Metrics = {
  readonly registry: Registry;
  counter<Label extends string = never>(options: Described<Label>): Counter<Label>;
  gauge<Label extends string = never>(options: Described<Label>): Gauge<Label>;
  /** Buckets are in the unit of the metric's name; the default suits seconds of short work. */
  histogram<Label extends string = never>(
    options: Described<Label> & { readonly buckets?: readonly number[] },
  ): Histogram<Label>;
};

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const ours = (name: string): string => `trunkline_${name}`;

/** A registry with Node's own metrics, each line labelled with the service. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });

  const once = <Metric>(name: string, create: () => Metric): Metric =>
    (registry.getSingleMetric(ours(name)) as Metric | undefined) ?? create();

  const base = <Label extends string>({ name, help, labels = [] }: Described<Label>) => ({
    name: ours(name),
    help,
    labelNames: labels,
    registers: [registry],
  });

  return {
    registry,
    counter: <Label extends string>(options: Described<Label>) =>
      once<Counter<Label>>(options.name, () => new Counter(base(options))),
    gauge: <Label extends string>(options: Described<Label>) =>
      once<Gauge<Label>>(options.name, () => new Gauge(base(options))),
    histogram: <Label extends string>(options: Described<Label> & { readonly buckets?: readonly number[] }) =>
      once<Histogram<Label>>(
        options.name,
        () => new Histogram({ ...base(options), buckets: [...(options.buckets ?? secondsBuckets)] }),
      ),
  };
}
