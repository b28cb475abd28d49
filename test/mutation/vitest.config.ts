import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';
import { keptThread } from './keptThread.js';

/** The tests of one room, as `mutate.js` names them. */
const tests: { readonly include?: string[]; readonly exclude?: string[]; readonly isolate?: boolean } =
  JSON.parse(process.env.DELVE_MUTATION_TESTS ?? '{}');

const threads = JSON.stringify(fileURLToPath(new URL('threads.ts', import.meta.url)));

/** Runs what the engine does in threads in the thread of the test. */
const withoutThreads: Plugin = {
  name: 'without-threads',
  enforce: 'pre',
  transform(code, id) {
    if (!id.includes('/src/engine/')) return;
    const thread = /\?thread=(\d+)/.exec(id)?.[1];
    return code.replace(/import ([^;]*?) from ['"]node:worker_threads['"];/, (_, names: string) =>
      thread === undefined
        ? `import ${names} from ${threads};`
        : `import { startOf } from ${threads}; const { parentPort, workerData } = startOf(${thread});`,
    );
  },
};

export default defineConfig({
  plugins: [
    withoutThreads,
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
