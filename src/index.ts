/**
 * What the command line does, as functions:
 *
 * ```ts
 * import { analyze, check, readRun, report } from 'delve-onnx';
 *
 * const run = await analyze({ model: 'model.onnx', data: 'images/', out: 'model.delve' });
 * process.stdout.write(report(run, { format: 'csv' }));
 *
 * const { passed, violations } = check(run, {
 *   minSaturation: [{ bound: 0.05 }, { glob: 'layer4.*', bound: 0.02 }],
 *   maxDrop: [{ bound: 0.05 }],
 *   baseline: await readRun('main.delve'),
 * });
 * ```
 *
 * What the caller can fix is thrown as `UserError`; work that an `AbortSignal` stopped, as `InterruptedError`.
 *
 * @packageDocumentation
 */

export { analyze } from './api/analyze.js';
export type { AnalyzeOptions } from './api/analyzeOptions.js';
export { type CompressOptions, compress } from './api/compress.js';
export {
  type Inspection,
  type InspectModelOptions,
  type InspectOptions,
  inspect,
} from './api/inspect.js';
export { type InstrumentModelOptions, instrumentModel } from './api/instrumentModel.js';
export { mergeSavedRuns } from './api/mergeSavedRuns.js';
export { type PreviewOptions, preview } from './api/preview.js';
export { type ProbeOptions, probe } from './api/probe.js';
export { type ProjectOptions, projectLayers } from './api/projectLayers.js';
export { defaultTarget } from './api/runTarget.js';
export { type SimilarityOptions, similarity } from './api/similarity.js';
export { type Bound, parseBound } from './check/bound.js';
export { type CheckResult, type CheckRules, check } from './check/check.js';
export type { CheckConfig } from './check/checkConfig.js';
export type { Judgement } from './check/judgement.js';
export type { Aggregate, BoundKind, Level, Rule } from './check/rule.js';
export type { LayerChange } from './compress/compressModel.js';
export type { Change, Compression, Fidelity, Measured, Projected, Projection } from './compress/results.js';
export type { LayerCost, ModelCost } from './cost/modelCost.js';
export type { Gpu } from './cuda/gpus.js';
export { type InstalledCuda, type SetUpCudaOptions, setUpCuda } from './cuda/setUpCuda.js';
export type { AudioOptions, CsvOptions, ImageOptions, ImageSize, TextOptions } from './data/options.js';
export type { OwnSample, OwnSampleReader, OwnValue } from './data/readers/own/ownReader.js';
export { diagnose } from './doctor/diagnose.js';
export type { Diagnosis, MissingLibrary, ProviderDiagnosis } from './doctor/diagnosis.js';
export { diagnosisText } from './doctor/diagnosisText.js';
export type { Progress } from './engine/pass/progress.js';
export { InterruptedError, UserError } from './errors.js';
export type {
  ConvMethod,
  InstrumentOptions,
  Interpolation,
  MeasureAt,
  Precision,
  SequenceMethod,
} from './instrument/options.js';
export { findConfig, readConfig } from './job/findConfig.js';
export { rulesOf } from './job/gate.js';
export type { JobConfig, JobReport } from './job/jobConfig.js';
export { type JobResult, type RunJobOptions, runJob } from './job/runJob.js';
export { type ModelsResult, type RunModelsOptions, runModels } from './job/runModels.js';
export { severalModels } from './job/severalModels.js';
export { LivePage } from './job/watch/livePage.js';
export { readScalars } from './job/watch/scalars.js';
export type { Series, SeriesEntry, SeriesRun } from './job/watch/series.js';
export { parseStopRule, type StopRule } from './job/watch/stopRules.js';
export {
  seriesFolder,
  type Watched,
  type WatchOptions,
  watchCheckpoints,
} from './job/watch/watchCheckpoints.js';
export type { Layer, NotObservable } from './layers/layer.js';
export type { LayerSelection } from './layers/selectLayers.js';
export type { ModelInput } from './onnx/modelInput.js';
export type { Preview, PreviewedInput, PreviewedSample } from './preview/results.js';
export type { LayerProbe, Probe } from './probe/results.js';
export { readLayers } from './readings/layerReadings.js';
export { type LayerReading, type Reading, type ReadingKind, readingRules } from './readings/reading.js';
export type { CheckFormat, CheckOptions, Verdict } from './report/checks/checkFormat.js';
export { checkFormats } from './report/checks/checkFormats.js';
export { formatCheck } from './report/checks/checkText.js';
export { diffFormats } from './report/diff/diffFormats.js';
export { diffTable } from './report/diff/diffTable.js';
export type { Format, Rendering } from './report/format.js';
export { type FormatName, type Plot, plots } from './report/formatNames.js';
export { formats } from './report/formats.js';
export { inspectionTable } from './report/inspection/inspectionTable.js';
export type { PictureOptions, RenderOptions } from './report/options.js';
export type { OwnFormat, OwnFormatOptions, OwnRendering } from './report/ownFormat.js';
export { type ReportOptions, renderReport, report } from './report/report.js';
export type { SettingDifference } from './run/compare/comparableSettings.js';
export { diffRuns, type LayerDiff, type RunDiff } from './run/compare/diffRuns.js';
export { recutRun } from './run/compare/recutRun.js';
export { type Embedding, readEmbedding } from './run/files/embeddingFile.js';
export { readMoments } from './run/files/momentsFile.js';
export { newestRun } from './run/files/newestRun.js';
export { readRun } from './run/files/readRun.js';
export { type RunFiles, writeRun } from './run/files/writeRun.js';
export type { Provider, Run, RunData, RunLayer, RunModel, RunSettings } from './run/schema.js';
export type { DifferenceGroup } from './run/settings.js';
export type { RuleName as IdimRule, StoredRule } from './run/storedRule.js';
export type { Similarity } from './similarity/results.js';
export { covariance, mean } from './stats/covariance.js';
export type { Moments } from './stats/moments.js';
export type { LayerStatistics, ThresholdCut } from './stats/statistics.js';
export { version } from './version.js';
