// After tsc: copies the files that are data, not TypeScript, beside the compiled code.
import { chmodSync, cpSync } from 'node:fs';

cpSync('src', 'dist', {
  recursive: true,
  filter: (path) => !/\.(ts|mjs|md)$/.test(path),
});
chmodSync('dist/cli.js', 0o755);
