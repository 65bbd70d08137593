import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const dist = (file: string): string => fileURLToPath(new URL(`dist/${file}`, import.meta.url));

/** Two projects: `unit` needs nothing but Node; `integration` runs real daemons from dist, a few files at a time. */
export default defineConfig({
  test: {
    reporters: ['default', './test/skipped-reporter.ts'],
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        // the library as its users have it: its own folder has programs that are started beside it
        resolve: { alias: { 'ln-play/vitest': dist('vitest.js'), 'ln-play': dist('index.js') } },
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/integration/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 }, // after the unit tests, which have other workers
        },
      },
    ],
  },
});
