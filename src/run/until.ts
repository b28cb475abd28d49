import { counted, namesListed } from '../text/numbers.js';

/** How well a saturation is to be known: half of its 95 % interval, and the bias that few samples leave, at most so much. */
export interface UntilTarget {
  /** Of the layers that it is about; absent: all others. */
  readonly layers?: string;
  /** Above 0 and below 1; 0.01 is one point. */
  readonly within: number;
}

/** How a pass ended that was to end as soon as its numbers were known well enough. */
export interface RunUntil {
  readonly targets: readonly UntilTarget[];
  /** Whether every layer got there. */
  readonly reached: boolean;
  /** How often that was looked at. */
  readonly looks: number;
  /** Layers that did not get there, when it was last looked at. */
  readonly open: readonly string[];
}

/** How the pass ended, as a sentence without a full stop. */
export function untilSentence({ targets, reached, open }: RunUntil, samples: number, layers: number): string {
  const known = targets
    .map(({ layers, within }) => `${layers === undefined ? '' : `${layers} `}± ${within * 100} points`)
    .join(', ');
  const seen = counted(samples, 'sample');
  return reached
    ? `ended after ${seen}: the saturation of every layer is known to ${known}`
    : `all ${seen} were read, and the saturation of ${open.length} of ${layers} layers is not yet known to ${known}: ${namesListed(open)}`;
}
