import type { PreviewedInput, PreviewedSample } from './results.js';

/** Above this, values of a floating input look like bytes that nobody has scaled. */
const LIKE_BYTES = 32;

/** What looks wrong for a network, of what enters it: each a sentence that says what to do. */
export function doubts(inputs: readonly PreviewedInput[], samples: readonly PreviewedSample[]): string[] {
  return inputs.flatMap((input) => doubtsOf(input, samples));
}

function doubtsOf(input: PreviewedInput, samples: readonly PreviewedSample[]): string[] {
  const { name, type, min, max, nonFinite, drawnAs } = input;
  const found: string[] = [];
  if (nonFinite > 0) {
    found.push(`input ${name} holds ${nonFinite} values that are NaN or infinite: the file itself has them`);
  }
  if (min === null || max === null) return found;
  const isFed = samples.some(({ values }) => (values.get(name)?.data.length ?? 0) > 1);
  if (drawnAs !== 'text' && isFed && min === max) {
    // A mask of a batch without padding is 1 everywhere, and types of tokens are 0.
    if (!/int|bool/.test(type)) found.push(`input ${name} is ${min} everywhere: nothing is in this data`);
  } else if (samples.length > 1 && isFed && areAlike(name, samples) && !/int|bool/.test(type)) {
    found.push(`input ${name} is the same for all ${samples.length} samples`);
  }
  const isImage = drawnAs === 'image';
  if (isImage && /float/.test(type) && max > LIKE_BYTES && max <= 255 && min >= 0) {
    found.push(
      `input ${name} gets values from ${min} to ${max}, as bytes have them: most networks were trained on scaled ones (--scale, --mean and --std, or --preset); if this one scales them itself, all is well`,
    );
  }
  return found;
}

function areAlike(name: string, [first, ...others]: readonly PreviewedSample[]): boolean {
  const expected = first.values.get(name)?.data;
  return others.every(({ values }) => {
    const data = values.get(name)?.data;
    return data?.length === expected?.length && data?.every((value, i) => value === expected?.[i]) === true;
  });
}
