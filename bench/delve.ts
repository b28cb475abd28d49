/** The package as it was built into `dist/`: what users run, and not this folder's own compilation of the sources. */
const { analyze, instrumentModel }: typeof import('../src/index.js') = await import(
  new URL('../../../dist/index.js', import.meta.url).href
);

export { analyze, instrumentModel };
