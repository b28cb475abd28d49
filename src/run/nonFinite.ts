/** What one value of a graph holds, on one sample. */
export interface ValueRange {
  readonly name: string;
  /** Of its finite numbers; `null` where there are none. */
  readonly smallest: number | null;
  readonly largest: number | null;
  /** Elements that are NaN. */
  readonly nan: number;
  /** Elements that are infinite. */
  readonly infinite: number;
}

/** A node of a model. */
export interface NamedNode {
  /** Its own name, which may be empty. */
  readonly node: string;
  readonly op: string;
}

/** Where NaN or an infinity came from. */
export type NonFiniteSource =
  | { readonly from: 'data'; readonly input: string }
  | { readonly from: 'weights'; readonly weights: string; readonly operator: NamedNode }
  | {
      readonly from: 'operator';
      readonly operator: NamedNode;
      /** What it was given. */
      readonly inputs: readonly ValueRange[];
      /** Where an infinity among that came from. */
      readonly infinityFrom?: NonFiniteSource;
    };

/** Where NaN or an infinity came up first, as `run.json` has it. */
export interface RunNonFinite {
  /** The first layer in graph order that gave one on this sample. */
  readonly layer: string;
  readonly value: 'NaN' | 'Inf';
  /** The batch in which it came up, counted from 1. */
  readonly batch: number;
  /** The first sample of that batch for which it did; absent where the samples cannot be told apart. */
  readonly sample?: string;
  readonly from: NonFiniteSource['from'];
  /** The operator that made it, or the one whose weights hold it. */
  readonly operator?: NamedNode;
  /** The input of the model, or the weights, that hold it. */
  readonly tensor?: string;
  /** Where it came from, in words. */
  readonly reason: string;
}

/** What was found of the first NaN or infinity of a pass. */
export interface NonFinite {
  readonly layer: string;
  readonly value: 'NaN' | 'Inf';
  readonly sample?: string;
  readonly source: NonFiniteSource;
}

export function storedNonFinite({ source, ...found }: NonFinite, batch: number): RunNonFinite {
  return {
    ...found,
    batch,
    from: source.from,
    ...(source.from === 'data' ? { tensor: source.input } : { operator: source.operator }),
    ...(source.from === 'weights' ? { tensor: source.weights } : {}),
    reason: reasonOf(source),
  };
}

/** One sentence, without a full stop: `NaN came up first in layer fc1, in sample x.npy, sample 17 (batch 3): …`. */
export function nonFiniteSentence({ layer, value, batch, sample, from, reason }: RunNonFinite): string {
  const where = sample === undefined ? `in batch ${batch}` : `on ${sample} (batch ${batch})`;
  const wayOut = from === 'weights' ? '' : ' (--on-nonfinite skip leaves such samples out)';
  return `${value} came up first in layer ${layer}, ${where}: ${reason}${wayOut}`;
}

function reasonOf(source: NonFiniteSource): string {
  switch (source.from) {
    case 'data':
      return `the data hold it, in input ${source.input}`;
    case 'weights':
      return `${nodeInWords(source.operator)} has it in its weights ${source.weights}`;
    case 'operator': {
      const given = source.inputs.map(rangeInWords).join(', ');
      const made = `${nodeInWords(source.operator)} made it${given === '' ? '' : ` of ${given}`}`;
      return source.infinityFrom ? `${made}; the infinity: ${reasonOf(source.infinityFrom)}` : made;
    }
  }
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

const nodeInWords = ({ node, op }: NamedNode): string => (node === '' ? op : `${op} (node ${node})`);

function rangeInWords({ name, smallest, largest, nan, infinite }: ValueRange): string {
  const bad = [
    ...(nan > 0 ? [`${nan} NaN`] : []),
    ...(infinite > 0 ? [`${infinite} ${infinite === 1 ? 'infinity' : 'infinities'}`] : []),
  ];
  const finite =
    smallest === null || largest === null
      ? []
      : [smallest === largest ? short(smallest) : `${short(smallest)} to ${short(largest)}`];
  return `${name} (${[...finite, ...bad].join(' and ') || 'empty'})`;
}
