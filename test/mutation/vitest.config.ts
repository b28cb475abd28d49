import { defineConfig } from 'vitest/config';

/** The tests of one room, as `mutate.js` names them; none of them may load `dist/`. */
export default defineConfig({
  test: {
    include: JSON.parse(process.env.DELVE_MUTATION_TESTS ?? '[]'),
    // Its workers are loaded from `dist/`.
    exclude: ['test/stats/reduction/kernelTeam.test.ts'],
    testTimeout: 20_000,
  },
});
