import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { processors } from '../cli/service-commands.ts';

for (const file of ['development.yaml', 'production.yaml'])
  test(`${file} runs every process there is`, () => {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    const commands = [...text.matchAll(/^ {4}command: \[(.+)\]$/gm)].map(([, command]) => command);
    const processes = ['migrate', 'ingest', 'api', ...processors.map(({ name }) => `processor, ${name}`)];
    assert.deepEqual(new Set(commands), new Set(processes));
  });
