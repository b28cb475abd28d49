/**
 * The tests that see faults of a room: those that call it in the process they run in. What starts a program or loads
 * `dist/` cannot, since Stryker changes `src/`.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const testsOfRoom = {
  api: ['test/api'],
  check: ['test/check', 'test/job', 'test/report/checks'],
  cli: ['test/cli/options', 'test/cli/terminal'],
  compress: ['test/compress'],
  cost: ['test/cost'],
  cuda: ['test/cuda'],
  data: ['test/data'],
  doctor: ['test/doctor'],
  engine: ['test/engine'],
  files: ['test/files'],
  instrument: ['test/instrument', 'test/engine/collect/liftMoments.test.ts', 'test/engine/nonFinite.test.ts'],
  job: ['test/job'],
  layers: ['test/layers', 'test/readings/architectures.test.ts', 'test/readings/truths.test.ts'],
  onnx: ['test/onnx'],
  probe: ['test/probe'],
  readings: ['test/readings'],
  report: ['test/report'],
  run: ['test/run'],
  similarity: ['test/similarity'],
  shape: ['test/shape'],
  stats: ['test/stats'],
  text: ['test/text'],
};

/** Tests of these rooms that cannot: they start a program, or threads that wait for each other. */
export const testsOfDist = [
  'test/api/publicApi.test.ts',
  'test/engine/pass/interrupted.test.ts',
  'test/stats/reduction/kernelTeam.test.ts',
];

/** Written by a program, or run in a browser: what they do is tested where they are used. */
export const notMutated = [
  '!src/onnx/proto/**',
  '!src/stats/reduction/tridiagonalKernelCode.ts',
  '!src/report/html/page/**',
  '!src/**/*.d.ts',
];
