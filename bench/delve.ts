/*
 * The package as it was built into `dist/`: what users run, and not this folder's own compilation of the sources.
 */
const built = (path: string) => new URL(`../../../dist/${path}`, import.meta.url).href;

const { analyze, instrumentModel }: typeof import('../src/index.js') = await import(built('index.js'));
const { symmetricEigenvalues }: typeof import('../src/stats/eigen/eigenvalues.js') = await import(
  built('stats/eigen/eigenvalues.js')
);
const { openData }: typeof import('../src/data/open/openData.js') = await import(
  built('data/open/openData.js')
);
const { readModelFile }: typeof import('../src/onnx/modelFile.js') = await import(built('onnx/modelFile.js'));
const { modelInputs }: typeof import('../src/onnx/modelInput.js') = await import(built('onnx/modelInput.js'));

const { draw }: typeof import('../src/report/charts/draw.js') = await import(built('report/charts/draw.js'));
const { axisStyle, ink }: typeof import('../src/report/charts/look.js') = await import(
  built('report/charts/look.js')
);

export {
  analyze,
  axisStyle,
  draw,
  ink,
  instrumentModel,
  modelInputs,
  openData,
  readModelFile,
  symmetricEigenvalues,
};
