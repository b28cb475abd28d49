/** Preprocessing that families of models share, by name. */
export const presetNames = ['imagenet', 'clip', 'siglip', 'cifar10', 'mnist', 'yolo', 'none'] as const;
export type PresetName = (typeof presetNames)[number];

/** Pillow's filters, which widen where an image shrinks, and OpenCV's `INTER_LINEAR`, which does not. */
export const resamplings = [
  ...(['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'] as const),
  'opencv-linear',
] as const;
export type Resampling = (typeof resamplings)[number];

/** A size in pixels: both sides, or one number with a meaning of its own (see where it is used). */
export type ImageSize = number | { readonly width: number; readonly height: number };

export const cropRoundings = ['even', 'down'] as const;
export type CropRounding = (typeof cropRoundings)[number];

export interface ImageOptions {
  /** A family's preprocessing; the other options go before it. */
  readonly preset?: PresetName;
  /** A `preprocessor_config.json` of Hugging Face; the other options go before it. */
  readonly preprocessor?: string;
  /**
   * `{width, height}` or `'224x160'`: exactly that. A number: the shorter side, aspect kept (torchvision's `Resize`).
   * `'letterbox'`: the whole image fits into the model's size, with `fill` around it.
   */
  readonly resize?: ImageSize | string;
  /** How pixels are found in between. Absent: linear and antialiased by libvips, faster than Pillow and close to it. */
  readonly resample?: Resampling;
  /** What is around an image in a letterbox, 0 to 255; default 114, as Ultralytics has it. */
  readonly fill?: number;
  /** Centre crop after resizing; one number = a square. */
  readonly crop?: ImageSize | string;
  /** Where an odd number of pixels is cut off, half of it goes first, rounded to even (torchvision; default) or down (transformers). */
  readonly cropRounding?: CropRounding;
  /** What pixel values (0 … 255) are multiplied by. Default 1/255 for floating inputs, 1 for integer ones. */
  readonly scale?: number;
  /** Subtracted after scaling, one number or one a channel, in the channel order that is fed. */
  readonly mean?: readonly number[];
  /** Divided by after subtracting `mean`, one number or one a channel. */
  readonly std?: readonly number[];
  /** Default: from the model's channel count (1 = gray, 3 = rgb, 4 = rgb and alpha). */
  readonly color?: 'rgb' | 'bgr' | 'gray';
  /** Default: from the position of the channel axis in the model's input; nchw where that leaves a doubt. */
  readonly layout?: 'nchw' | 'nhwc';
}

/** The types that raw numbers may have. */
export const rawTypes = [
  ...(['float32', 'float64', 'float16', 'bfloat16', 'int8', 'int16', 'int32', 'int64'] as const),
  ...(['uint8', 'uint16', 'uint32', 'uint64', 'bool'] as const),
] as const;

export type RawType = (typeof rawTypes)[number];

export interface CsvOptions {
  /** Names, 1-based numbers and ranges (`3-10`), as a list or separated by commas. Default: the numeric columns. */
  readonly columns?: string | readonly string[];
  /** Name or 1-based number of the column that holds the class; it is no feature. */
  readonly labelColumn?: string | number;
  /** What takes the place of missing cells (blank, NA, NaN, null, …): the mean of the column, or 0. Default: an error. */
  readonly missing?: 'mean' | 'zero';
  /**
   * Columns of categories, as a list or separated by commas: each becomes as many numbers as it has categories, 1 for the
   * row's own and 0 for the others, in its place among the features. `color`, or `color=red|green|blue` with the categories
   * in the order that the model was trained with. Default order: by size or letter. Takes a pass over the table.
   */
  readonly oneHot?: string | readonly string[];
  /** Whether the first row is a header. Default: it is where it holds no number, or a word above a number. */
  readonly header?: boolean;
}

export interface TextOptions {
  /** A `tokenizer.json` of Hugging Face. Default: the one beside the model. */
  readonly tokenizer?: string;
  /** The column of a table that holds the texts, by name or 1-based number. Default: the only one, or `text`. */
  readonly textColumn?: string;
  /** The most tokens of a text, special ones included. Default: the tokenizer's, or the model's; else 512. */
  readonly maxLength?: number;
}

export interface AudioOptions {
  /** Resample to so many samples a second. Default: as the files are, which then have to be alike. */
  readonly sampleRate?: number;
  /** What a sample is: so many samples of sound, or a time (`1s`, `25ms`). Default: what the model fixes, else the whole file. */
  readonly window?: number | string;
  /** From the beginning of one window to that of the next; default: its length. */
  readonly hop?: number | string;
}

/** The options that only some readers look at; `scaling`: `scale`, `mean` and `std` of those for images. */
export type ReaderOptions = 'image' | 'scaling' | 'csv' | 'text' | 'audio' | 'seed' | 'shapes' | 'dtype';

/** What came with a model and may say how its data is prepared. */
export interface CameWith {
  /** Of the model. */
  readonly path: string;
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
}

/** What to read, and how. */
export interface DataOptions {
  /** `<source>`, or `<input>=<source>` once for each model input. */
  readonly data: readonly string[];
  /** Takes this reader instead of the one that recognises the source. */
  readonly reader?: string;
  /** What a sample that cannot be used does: end the run (`fail`, the default) or be left out and listed. */
  readonly onError?: 'fail' | 'skip';
  /** Seed of `random:<n>`, of the samples that `maxSamples` draws and of a random order; default 0. */
  readonly seed?: number;
  /** Where fewer samples are wanted than there are: take the first, not such that are drawn at random; never in random order. */
  readonly inOrder?: boolean;
  /** Whether a limit is set, so that `seed` and `inOrder` have an effect; each pass says how many it takes. */
  readonly maxSamples?: number;
  /** Whether samples are read in random order where they can be, so that these two have an effect without a limit. */
  readonly shuffles?: boolean;
  /** Shapes without the batch axis, by input, for `random:<n>` and raw numbers where the model leaves dimensions open. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  /** The type of the numbers in a raw file (`.bin`), little-endian. */
  readonly dtype?: RawType;
  readonly image?: ImageOptions;
  /** The model that the data is for, as far as it says how images are prepared. */
  readonly cameWith?: CameWith;
  readonly csv?: CsvOptions;
  readonly text?: TextOptions;
  readonly audio?: AudioOptions;
  /** A file with the class of every sample, in their order: `.npy`, `.csv` (`labelColumn`), or text with one a line. */
  readonly labels?: string;
  /** The names of the classes in the order of the model's output, or a file with one a line. */
  readonly classes?: string | readonly string[];
}
