#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { commandName, exitAfterFlush, processIo } from './cli/io.js';
import { runCli } from './cli/main.js';
import type { startGateway } from './gateway.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
/** Loaded when it is needed: `gateway status` and its like are quick without it. */
const start: typeof startGateway = async (config, options) =>
  (await import('./gateway.js')).startGateway(config, { ...options, version });
const command = commandName(process.argv[1], process.cwd());
exitAfterFlush(await runCli(process.argv.slice(2), { io: processIo(), startGateway: start, version, command }));
