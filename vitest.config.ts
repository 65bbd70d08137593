import { defineConfig } from 'vitest/config';

/** Two projects: `unit` needs nothing but Node; `integration` runs real daemons from dist, a few files at a time. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 }, // after the unit tests, which have other workers
        },
      },
    ],
  },
});
