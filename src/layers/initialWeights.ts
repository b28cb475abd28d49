import type { ModelFile } from '../onnx/modelFile.js';
import type { Layer } from './layer.js';
import { type LayerWeight, storedWeights } from './weightHash.js';

/** How many layers have weights as an initialisation draws them, of those large enough to tell. */
export interface InitialWeights {
  readonly layers: number;
  readonly of: number;
}

/** Fewer numbers do not tell a distribution. */
const LEAST_WEIGHTS = 200;
/** How many standard errors a drawn weight may be off; a trained one is off by hundreds. */
const ERRORS = 5;
/** A uniform distribution reaches its bound but for this share. */
const NEAR_BOUND = 0.97;
/** The share of layers that makes a network an untrained one: a head that was put on a trained one does not. */
const MOST = 0.8;
const LEAST_LAYERS = 2;

/**
 * Looks whether a network still has the weights that it was made with, as PyTorch, Keras and torchvision draw them by
 * default.
 *
 * @returns how many layers; `undefined` where the network seems to be trained, or too few layers tell.
 */
export async function initialWeights(
  model: ModelFile,
  layers: readonly Layer[],
): Promise<InitialWeights | undefined> {
  let [initial, told] = [0, 0];
  for await (const weight of storedWeights(model, layers)) {
    const { data } = weight.values;
    const isReal = data instanceof Float32Array || data instanceof Float64Array;
    if (!isReal || data.length < LEAST_WEIGHTS) continue;
    told++;
    if (looksInitial(data, fansOf(weight))) initial++;
  }
  return told >= LEAST_LAYERS && initial >= MOST * told ? { layers: initial, of: told } : undefined;
}

interface Fans {
  /** Numbers that one output is made of, and that one input goes into. */
  readonly in: number;
  readonly out: number;
}

/** Matrices are `features × inputs` or the other way round; convolutions `features × inputs of a group × kernel`. */
function fansOf({ values: { dims }, inputsFirst }: LayerWeight): Fans {
  const kernel = dims.slice(2).reduce((product, size) => product * size, 1);
  const [first = 1, second = 1] = inputsFirst && dims.length === 2 ? dims.toReversed() : dims;
  return { in: second * kernel, out: first * kernel };
}

/**
 * Whether numbers are distributed as a default initialisation draws them:
 *
 * - uniform up to 1/√in (PyTorch), √(6/in) (He) or √(6/(in + out)) (Glorot, Keras);
 * - normal of variance 2/in, 2/out (He, torchvision), 1/in (LeCun), 2/(in + out) (Glorot) or 0.02² (transformers, GANs).
 */
export function looksInitial(values: Float32Array | Float64Array, fans: Fans): boolean {
  const n = values.length;
  let [sum, squares, fourths, largest] = [0, 0, 0, 0];
  // A network has up to hundreds of millions of them: neither an iterator nor a power would be as quick.
  for (let i = 0; i < n; i++) {
    const value = values[i];
    const square = value * value;
    sum += value;
    squares += square;
    fourths += square * square;
    if (square > largest) largest = square;
  }
  largest = Math.sqrt(largest);
  const [mean, variance] = [sum / n, squares / n];
  if (variance === 0 || Math.abs(mean) > ERRORS * Math.sqrt(variance / n)) return false;
  const bounds = [1 / fans.in, 6 / fans.in, 6 / (fans.in + fans.out)].map(Math.sqrt);
  // Of squares of a uniform number the standard deviation is √(4/45) b², the mean b²/3.
  const uniformError = (ERRORS * 3 * Math.sqrt(4 / 45)) / Math.sqrt(n);
  const isUniform = bounds.some(
    (bound) =>
      largest <= bound * (1 + 1e-5) &&
      largest >= bound * NEAR_BOUND &&
      Math.abs(variance / (bound ** 2 / 3) - 1) < uniformError,
  );
  if (isUniform) return true;
  // Kurtosis 3, whose standard error is √(24/n); the variance has √(2/n).
  if (Math.abs(fourths / n / variance ** 2 - 3) > ERRORS * Math.sqrt(24 / n)) return false;
  const variances = [2 / fans.in, 2 / fans.out, 1 / fans.in, 2 / (fans.in + fans.out), 0.02 ** 2];
  return variances.some((each) => Math.abs(variance / each - 1) < ERRORS * Math.sqrt(2 / n));
}
