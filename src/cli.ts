#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { exitAfterFlush, processIo } from './cli/io.js';
import { runCli } from './cli/main.js';
import { startGateway } from './gateway.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
exitAfterFlush(await runCli(process.argv.slice(2), { io: processIo(), startGateway, version }));
