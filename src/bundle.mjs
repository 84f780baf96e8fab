// After tsc: joins the compiled modules into a few files, so that a start reads ten files and not four hundred, and puts the files
// that are data beside them. Packages stay what they are: found in node_modules, under their own licences.
import { chmodSync, cpSync } from 'node:fs';
import { resolve } from 'node:path';
import { rolldown } from 'rolldown';

const modules = resolve('.cache/modules');
const bundle = await rolldown({
  // `main` and `gateway` by themselves for test/support/standby.mjs, which loads them ahead.
  input: { cli: `${modules}/cli.js`, main: `${modules}/cli/main.js`, gateway: `${modules}/gateway.js` },
  platform: 'node',
  external: (id) => !/^[./]|^[a-z]:[\\/]/i.test(id),
});
await bundle.write({ dir: 'dist', format: 'esm', sourcemap: true, cleanDir: true, chunkFileNames: '[name]-[hash].js' });
await bundle.close();
cpSync('src/store/migrations', 'dist/migrations', { recursive: true });
chmodSync('dist/cli.js', 0o755);
