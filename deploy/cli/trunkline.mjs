#!/usr/bin/env node
// Runs the command line on the project's own Node, whatever Node (20 or newer) started this file.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const neededMajor = 24;
const project = fileURLToPath(new URL('../../', import.meta.url));

/** Folder of an installed package, found as Node finds it, or undefined. */
const packageFolder = (name) =>
  createRequire(import.meta.url)
    .resolve.paths(name)
    ?.map((modules) => join(modules, name))
    .find((folder) => existsSync(join(folder, 'package.json')));

const giveUp = (message) => {
  process.stderr.write(`trunkline: ${message}\n`);
  process.exit(1);
};

/** Runs this very file on the project's Node and ends as it ends. */
const runOnOwnNode = (node) => {
  // The channel tells the other process when this one goes away, were it by kill -9.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => giveUp(`cannot start ${node}: ${error.message}; run \`make install\` in ${project}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
};

const endWithLauncher = () => {
  if (process.channel === undefined) return;
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
};

if (packageFolder('commander') === undefined)
  giveUp(`its packages are not installed; run \`make install\` in ${project}`);

if (Number.parseInt(process.versions.node, 10) >= neededMajor) {
  endWithLauncher();
  await import('./main.ts');
} else {
  const nodePackage = packageFolder('node');
  if (nodePackage === undefined) giveUp(`Node ${neededMajor} is missing; run \`make install\` in ${project}`);
  runOnOwnNode(join(nodePackage, 'bin', 'node'));
}
