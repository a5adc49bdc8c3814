import process from 'node:process';
import { assemblerEpoch } from '../../processors/calls/assembler-epoch.ts';
import { ownAssembler } from '../../processors/calls/reassembly/assemble-page.ts';
import { createClickHouse } from '../../runtime/clickhouse.ts';
import { readConfig } from '../../runtime/config.ts';
import { createLogger } from '../../runtime/logger.ts';
import { clickhouseSettings } from '../../runtime/settings.ts';
import type { Output } from '../cli/output.ts';
import { reassemble, type ReassembleOptions } from './reassemble.ts';

/** `reassemble` with this program's assembler, on the ClickHouse of the environment. */
export const runReassemble = async (
  options: Omit<ReassembleOptions, 'clickhouse' | 'assemble' | 'epoch'>,
  output: Output,
): Promise<number> => {
  const clickhouse = createClickHouse(readConfig(clickhouseSettings, process.env), createLogger('reassemble', 'error'));
  try {
    return await reassemble({ ...options, clickhouse, assemble: ownAssembler, epoch: assemblerEpoch }, output);
  } finally {
    await clickhouse.close();
  }
};
