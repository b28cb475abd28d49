/** How alike layers see the samples, each entry between 0 (not at all) and 1; `null` where a layer gives the same for all. */
export interface Similarity {
  readonly model: string;
  /** Names, in graph order. */
  readonly layers: readonly string[];
  readonly modelB?: string;
  /** Layers of the second model, where there is one. */
  readonly layersB?: readonly string[];
  readonly samples: number;
  /** Rows: `layers`; columns: `layersB`, or `layers` again. */
  readonly cka: readonly (readonly (number | null)[])[];
  readonly svcca: readonly (readonly (number | null)[])[];
}
