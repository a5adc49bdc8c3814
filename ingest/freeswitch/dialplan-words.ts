import type { AnsweringMachine } from '../../schemas/vocabulary.ts';
import { cleanText } from '../clean-text.ts';
import type { Variable } from './channel-end.ts';

// What a dialplan or a module leaves in channel variables for whoever reads the end of the call.

const heard: ReadonlyMap<string, AnsweringMachine> = new Map([
  ['human', 'human'],
  ['person', 'human'],
  ['machine', 'machine'],
]);

/** What answering-machine detection heard: `amd_result` of mod_com_amd, `amd_status` of mod_amd. */
export const amdOf = (variable: Variable): AnsweringMachine =>
  heard.get((variable('amd_result') || variable('amd_status')).toLowerCase()) ?? 'unknown';

/** Why the dialplan screened the call out, as it says in `call_blocked`; null where it did not. */
export const blockedFor = (variable: Variable): string | null => cleanText(variable('call_blocked')) || null;
