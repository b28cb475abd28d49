import { compact, counted } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import { shortNames } from '../../text/shortNames.js';
import type { InspectedLayer } from './inspectedLayer.js';

/** So many layers are named. */
const MOST_NAMED = 5;

/** What the columns mean, and what follows from them: a paragraph each, of a sentence or more. */
export function inspectionRemarks(layers: readonly InspectedLayer[], ellipsis: string): string[][] {
  return [aboutField(layers), spare(layers, ellipsis)].filter((sentences) => sentences.length > 0);
}

function aboutField(layers: readonly InspectedLayer[]): string[] {
  const predicted = layers.filter(({ predictedUnproductive }) => predictedUnproductive);
  const [these, are] =
    predicted.length === 1 ? ['this layer', 'it is'] : [`these ${predicted.length} layers`, 'they are'];
  const explained = `sees all before: the input of ${these} has seen the whole image already, so that ${are} predicted to add little in a classifier (Richter et al., "Should You Go Deeper?"); a run tells whether that is so`;
  return [
    ...(layers.some(({ receptiveField }) => receptiveField)
      ? [
          'sees: positions of the input in the receptive field of one output, smallest and largest over all paths',
        ]
      : []),
    ...(predicted.length > 0 ? [explained] : []),
    ...held(layers, predicted),
  ];
}

/** What became of the prediction, where a run tells. */
function held(layers: readonly InspectedLayer[], predicted: readonly InspectedLayer[]): string[] {
  const isTail = ({ reading }: InspectedLayer) => reading === 'tail';
  // Where no window slides over the input, nothing could be predicted.
  const judged = layers.filter(
    ({ reading, receptiveField }) =>
      receptiveField !== null && (reading === 'tail' || reading === 'healthy' || reading === 'narrow'),
  );
  const tail = judged.filter(isTail);
  if (judged.length === 0 || (predicted.length === 0 && tail.length === 0)) return [];
  const among = predicted.filter((layer) => judged.includes(layer));
  const right = among.filter(isTail).length;
  if (among.length === 0) {
    return [
      `the run has ${counted(tail.length, 'layer')} in its tail, which the receptive fields do not predict`,
    ];
  }
  const others = tail.length - right;
  const unforeseen =
    others === 0 ? '' : `; ${others} of its tail ${others === 1 ? 'was' : 'were'} not predicted`;
  return [
    `the run: of the ${counted(among.length, 'predicted layer')} that it judges, ${right} ${right === 1 ? 'is' : 'are'} in its tail${unforeseen}`,
  ];
}

/** What could be saved, the layers with most first, and how. */
function spare(layers: readonly InspectedLayer[], ellipsis: string): string[] {
  const most = layers
    .flatMap((layer) => (layer.width?.parameters ? [{ ...layer, ...{ saved: layer.width.parameters } }] : []))
    .sort((a, b) => b.saved - a.saved)
    .slice(0, MOST_NAMED);
  if (most.length === 0) return [];
  const names = shortNames(
    most.map(({ name }) => printable(name)),
    40,
    ellipsis,
  );
  const each = most.map(({ name, width: its, features, saved }) => {
    const macs = typeof its?.macs === 'number' ? ` and ${compact(its.macs)} MACs` : '';
    const shown = names.get(printable(name)) ?? printable(name);
    return `${shown} (${its?.directions} of ${features} features: ${compact(saved)} parameters${macs})`;
  });
  return [
    "uses: directions that explain the variance; spare: the layer's own parameters that its other features take",
    `most to spare: ${each.join(', ')}`,
    'delve compress takes it out of the trained model; training again with these widths cost accuracy wherever it was tried (docs/reading.md)',
  ];
}
