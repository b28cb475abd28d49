// `npm run test:mutation -- stats check`: puts small faults into these rooms of `src/`, one at a time, and runs the
// room's tests on each. Without a room: all of them. `stats/eigen` mutates that part of the room only. Tables and other
// values that are made when a file is loaded are changed with `--static` only.
// `--tests=test/data/batches` runs no others: much faster where a room has many. Run it again without, and only what these
// did not see is run on the others.
// What survived stands in `.stryker/<room>.json` and, to be read, in `.stryker/<room>.txt`.
import { writeFile } from 'node:fs/promises';
import { Stryker } from '@stryker-mutator/core';
import { notMutated, testsOfDist, testsOfRoom } from './rooms.js';

const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
/** Whether what runs once, when a file is loaded, is changed too: each such fault costs all tests of the room. */
const isStaticMutated = process.argv.includes('--static');
/** `--concurrency=1` where others want the machine too. */
const concurrency = Number(
  process.argv.find((argument) => argument.startsWith('--concurrency='))?.slice(14) ?? 2,
);
const near = process.argv
  .find((argument) => argument.startsWith('--tests='))
  ?.slice(8)
  .split(',');
for (const part of chosen.length > 0 ? chosen : Object.keys(testsOfRoom)) {
  const [room] = part.split('/');
  const tests = testsOfRoom[room];
  if (tests === undefined) throw new Error(`"${room}" is not a room with tests: ${Object.keys(testsOfRoom)}`);
  const results = await mutate(part, near ?? tests);
  await writeFile(`.stryker/${part.replaceAll('/', '-')}.txt`, survivors(results));
  console.log(`${part}: ${score(results)}`);
}

function mutate(part, tests) {
  const name = part.replaceAll('/', '-');
  process.env.DELVE_MUTATION_TESTS = JSON.stringify({
    include: tests.map((test) => (test.endsWith('.ts') ? test : `${test}/**/*.test.ts`)),
    exclude: testsOfDist,
    // What is made when a file is loaded has to be made anew for each fault in it.
    isolate: isStaticMutated,
  });
  return new Stryker({
    mutate: [part.endsWith('.ts') ? `src/${part}` : `src/${part}/**/*.ts`, ...notMutated],
    plugins: ['@stryker-mutator/vitest-runner', import.meta.resolve('./messageTexts.js')],
    ignorers: ['messageTexts'],
    testRunner: 'vitest',
    // All tests of the room, as the coverage tells: finding those that import a file again for each fault takes longest.
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    ignoreStatic: !isStaticMutated,
    concurrency,
    timeoutMS: 10_000,
    incremental: true,
    incrementalFile: `.stryker/${name}.incremental.json`,
    reporters: ['json', 'progress-append-only'],
    jsonReporter: { fileName: `.stryker/${name}.json` },
    tempDirName: '.stryker/sandbox',
    // The page and the charts are drawn with what the build puts there.
    ignorePatterns: ['dist/*', '!dist/report', 'coverage', 'offline', 'docs/images', '*.delve'],
    disableTypeChecks: false,
    // Stryker would read tsconfig.json with an API that TypeScript 7 no longer has; nothing in it is relative to the sandbox.
    tsconfigFile: 'none',
    allowEmpty: true,
    logLevel: 'warn',
  }).runMutationTest();
}

function count(results, ...states) {
  return results.filter(({ status }) => states.includes(status)).length;
}

/** Killed of all that count, as Stryker has it: a mutant that does not end is seen too. */
function score(results) {
  const seen = count(results, 'Killed', 'Timeout');
  const all = seen + count(results, 'Survived', 'NoCoverage');
  return `${((100 * seen) / all).toFixed(1)} % of ${all} mutants seen, ${count(results, 'Ignored')} ignored`;
}

function survivors(results) {
  return results
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map(({ fileName, location, mutatorName, replacement, status }) => {
      const at = `${fileName.replace(`${process.cwd()}/`, '')}:${location.start.line}:${location.start.column}`;
      return `${at} ${mutatorName}${status === 'NoCoverage' ? ' (no test)' : ''} → ${replacement}\n`;
    })
    .sort()
    .join('');
}
