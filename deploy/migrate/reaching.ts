import { CommandError } from '../cli/command-error.ts';

/** An engine as its operator knows it. */
export type Engine = {
  readonly name: string;
  readonly address: string;
  readonly setting: string;
  /** Whether an error means that it cannot be reached, as opposed to a refusal. */
  readonly isAway: (error: unknown) => boolean;
};

/** Does work on an engine; where that does not answer, says so in one sentence. */
export const reaching = async <Result>(engine: Engine, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    if (!engine.isAway(error)) throw error;
    throw new CommandError(awayMessage(engine));
  }
};

export const awayMessage = ({ name, address, setting }: Omit<Engine, 'isAway'>): string =>
  `${name} does not answer at ${address}: start it, or set ${setting} to where it is`;
