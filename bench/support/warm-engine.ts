import { type EngineOptions, type EngineProcess, startEngineProcess } from '../../deploy/testing/engine-process.ts';

/** An engine that was started before on this folder: Node finds what it compiled then, as after a start of `up`. */
export const startWarmEngine = async (
  engine: 'kafka' | 's3',
  options: EngineOptions & { readonly env: { readonly NODE_COMPILE_CACHE: string } },
): Promise<EngineProcess> => {
  await (await startEngineProcess(engine, options)).stop();
  return startEngineProcess(engine, options);
};
