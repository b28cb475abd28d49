/*
 * The package as it was built into `dist/`: what users run, and not this folder's own compilation of the sources.
 */
const root = new URL('../../../../../', import.meta.url);
const { analyze, covariance, diagnose, mean, readMoments }: typeof import('../../src/index.js') =
  await import(new URL('dist/index.js', root).href);
const { openData }: typeof import('../../src/data/open/openData.js') = await import(
  new URL('dist/data/open/openData.js', root).href
);

export { analyze, covariance, diagnose, mean, openData, readMoments, root };
