import { type Plateau, type Probe, plateauOf } from '../../probe/results.js';
import { counted, percent } from '../../text/numbers.js';

/** What the accuracies come to, in sentences; what the model itself reaches, where its run knows. */
export function probeWords(
  probe: Probe,
  name: (layer: string) => string,
  top1: number | undefined,
): string[] {
  const plateau = plateauOf(probe.layers);
  return [
    ...(plateau ? [plateauInWords(plateau, name)] : ['no layer gave numbers to probe']),
    ...(top1 === undefined
      ? []
      : [`The model itself is right about ${percent(top1)} of the labelled samples.`]),
  ];
}

function plateauInWords({ best, reached, after }: Plateau, name: (layer: string) => string): string {
  const top = percent(best.accuracy ?? 0);
  if (best === reached) {
    return after === 0
      ? `Accuracy rises up to the last layer, ${name(best.name)} (${top}).`
      : `Accuracy is highest at ${name(best.name)} (${top}); no layer before it comes within one standard error, and the ${counted(after, 'layer')} after it in the graph do not raise it.`;
  }
  return `From ${name(reached.name)} on (${percent(reached.accuracy ?? 0)}), accuracy is within one standard error of the best (${top}, ${name(best.name)}): to a linear classifier, the ${counted(after, 'layer')} after it in the graph add nothing that these samples could show.`;
}
