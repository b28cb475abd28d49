import { defineConfig } from 'vitest/config';
import { keptThread } from './keptThread.js';

/** The tests of one room, as `mutate.js` names them; none of them may load `dist/`. */
const tests: { readonly include?: string[]; readonly exclude?: string[]; readonly isolate?: boolean } =
  JSON.parse(process.env.DELVE_MUTATION_TESTS ?? '{}');

export default defineConfig({
  plugins: [
    {
      name: 'kept-thread',
      // Stryker asks for threads of its own; this comes after it.
      configureVitest: ({ project }) => {
        if (!tests.isolate) Object.assign(project.config, { pool: keptThread.name, poolRunner: keptThread });
      },
    },
  ],
  test: { isolate: false, ...tests, testTimeout: 60_000 },
});
