/** What a linear classifier on one layer's output reaches. */
export interface LayerProbe {
  readonly name: string;
  readonly op: string;
  /** Numbers a sample that the classifier reads; `null` where the layer gave NaN or Inf. */
  readonly features: number | null;
  /** The share of held-out samples whose class it names. */
  readonly accuracy: number | null;
  /** Of `accuracy`, by the number of held-out samples. */
  readonly standardError: number | null;
  /** The mean over classes of the share of their held-out samples that it names. */
  readonly balancedAccuracy: number | null;
  readonly trainAccuracy: number | null;
  readonly iterations: number;
  readonly converged: boolean;
  /** What there is to say of it, in words. */
  readonly warnings: readonly string[];
}

/** Linear classifiers on the outputs of all layers. */
export interface Probe {
  readonly model: string;
  readonly data: string;
  /** In graph order. */
  readonly layers: readonly LayerProbe[];
  /** Names, in the order of the classifiers. */
  readonly classes: readonly string[];
  /** Samples that the classifiers were trained on. */
  readonly samples: number;
  /** Samples that they were scored on. */
  readonly heldOut: number;
  /** The share of the most frequent class in the held-out part: what always naming it would reach. */
  readonly guessing: number;
  readonly seed: number;
  readonly l2: number;
  /** Cells along the axes of feature maps; `null`: the mean over all positions. */
  readonly pool: readonly number[] | null;
  /** What there is to say of all of it, in words. */
  readonly warnings: readonly string[];
}

/** Where the accuracy of the probes stands still. */
export interface Plateau {
  /** The layer of the highest held-out accuracy, the first of several. */
  readonly best: LayerProbe;
  /** The first layer that is within one standard error of the best. */
  readonly reached: LayerProbe;
  /** The layers after it. */
  readonly after: number;
}

/**
 * The first layer whose probe is within one standard error of the best (the one-standard-error rule of Breiman et al.,
 * "Classification and Regression Trees", 1984), in graph order. `undefined` where no layer has an accuracy.
 */
export function plateauOf(layers: readonly LayerProbe[]): Plateau | undefined {
  const known = layers.flatMap((layer, index) => {
    const { accuracy, standardError } = layer;
    return accuracy === null || standardError === null ? [] : [{ layer, index, accuracy, standardError }];
  });
  if (known.length === 0) return undefined;
  const best = known.reduce((most, each) => (each.accuracy > most.accuracy ? each : most));
  const reached = known.find(({ accuracy }) => accuracy >= best.accuracy - best.standardError) ?? best;
  return { best: best.layer, reached: reached.layer, after: layers.length - 1 - reached.index };
}
