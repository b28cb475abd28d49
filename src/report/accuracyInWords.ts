import type { RunData } from '../run/schema.js';
import { counted, percent } from '../text/numbers.js';

/** `top-1 99.2 %, top-5 100.0 %`, with the number of labelled samples where not all are; absent where not measured. */
export function accuracyInWords({ labels, samples }: RunData): string | undefined {
  if (labels?.top1 === undefined) return undefined;
  const { top1, top5 } = labels;
  const shares = `top-1 ${percent(top1)}${top5 === undefined ? '' : `, top-5 ${percent(top5)}`}`;
  return labels.samples === samples ? shares : `${shares} of ${counted(labels.samples, 'labelled sample')}`;
}
