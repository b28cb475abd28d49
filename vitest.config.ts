import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/requireFreshBuild.ts'],
    testTimeout: 60_000,
    // Two workers: the tests of the engine start ONNX Runtime sessions, which use threads of their own.
    maxWorkers: 2,
  },
});
