/** The formats of a report by name, each in a line for people who choose: `formats` holds what renders them. */
export const formatSummaries = {
  table: 'the table of the terminal',
  json: 'the run as run.json has it',
  csv: 'one row per layer, all digits',
  markdown: 'a comment for a pull request',
  html: 'one page with charts, to look at and to show',
  svg: 'a picture for papers and READMEs (--plot)',
  png: 'the same as pixels (--dpi)',
  'delve-csv': 'the CSV of the Python package delve, one row per epoch',
  npy: "the Python package delve's folders of .npy files",
  tensorboard: 'event files: scalars, spectra and pictures by step',
  parquet: 'one row per layer with its spectrum, for pandas',
} as const;
export type FormatName = keyof typeof formatSummaries;
export const formatNames = Object.keys(formatSummaries) as readonly FormatName[];

/** The formats of a check; `checkFormats` holds what renders them. */
export const checkFormatNames = ['text', 'json', 'markdown', 'junit', 'github'] as const;
export type CheckFormatName = (typeof checkFormatNames)[number];

/** The formats of a comparison of two runs; `diffFormats` holds what renders them. */
export const diffFormatNames = ['table', 'json', 'csv', 'markdown'] as const;
export type DiffFormatName = (typeof diffFormatNames)[number];

/** The formats of a comparison of layers. */
export const resultFormatNames = ['table', 'json', 'csv', 'svg', 'png'] as const;
export type ResultFormatName = (typeof resultFormatNames)[number];

/** The pictures there are. */
export const plots = ['saturation', 'spectrum', 'heatmap', 'idim', 'embedding'] as const;
export type Plot = (typeof plots)[number];
