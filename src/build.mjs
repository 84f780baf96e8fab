// npm run build: compiles to .cache/modules, and joins that into the few files of dist/, so that a start reads ten files and not
// four hundred, with the files that are data beside them. Packages stay what they are: found in node_modules, under their own
// licences. Nothing is done where nothing has changed: `npm start` is quick, and a gateway that runs keeps its files.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

const ENTRY = 'dist/cli.js';
const modules = resolve('.cache/modules');

/** A directory changes when a file of it comes or goes. */
const sources = () => [
  'src',
  ...readdirSync('src', { recursive: true }).map((name) => `src/${name}`),
  ...['package.json', 'tsconfig.json', 'tsconfig.build.json', 'node_modules/.package-lock.json'],
];
const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isFresh() {
  const built = Math.min(changedAt(ENTRY), changedAt(`${modules}/cli.js`) || 0);
  return built > 0 && existsSync('dist/migrations') && sources().every((path) => changedAt(path) < built);
}

async function build() {
  // By its script: on Windows node_modules/.bin has no program that could be started without a shell.
  const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    // `main` and `gateway` by themselves for test/support/standby.mjs, which loads them ahead.
    input: { cli: `${modules}/cli.js`, main: `${modules}/cli/main.js`, gateway: `${modules}/gateway.js` },
    platform: 'node',
    external: (id) => !/^[./]|^[a-z]:[\\/]/i.test(id),
  });
  await bundle.write({
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    cleanDir: true,
    chunkFileNames: '[name]-[hash].js',
  });
  await bundle.close();
  cpSync('src/store/migrations', 'dist/migrations', { recursive: true });
  chmodSync(ENTRY, 0o755);
}

if (!isFresh()) await build();
