import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], testTimeout: number) => ({
  test: { name, include, testTimeout, hookTimeout: Math.max(testTimeout, 60_000) },
});

export default defineConfig({
  test: {
    // Two cores in CI: more workers would only steal time from the servers under test.
    maxWorkers: 2,
    projects: [
      project('unit', ['test/unit/**/*.test.ts'], 20_000),
      project(
        'protocol',
        ['test/protocol/**/*.test.ts', 'test/contract/{in-process,demo,personalities}.test.ts'],
        30_000,
      ),
      project('e2e', ['test/e2e/!(real)/**/*.test.ts', 'test/e2e/*.test.ts'], 60_000),
      project('real', ['test/real/**/*.test.ts', 'test/e2e/real/**/*.test.ts'], 180_000),
    ],
  },
});
