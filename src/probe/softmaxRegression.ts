import { type LbfgsOptions, lbfgs } from './lbfgs.js';

/** Sums over the training samples of a linear classifier; the features lie wherever they are cheap to read. */
export interface ClassifierSums {
  /** −log p of the right class, summed. */
  readonly loss: number;
  /** By weight: `[classes, features]`, row-major. */
  readonly weightGradient: Float64Array;
  /** By bias: `[classes]`. */
  readonly biasGradient: Float64Array;
}

/** A linear classifier: scores = features · weightsᵀ + bias. */
export interface Classifier {
  /** `[classes, features]`, row-major. */
  readonly weights: Float64Array;
  /** `[classes]` */
  readonly bias: Float64Array;
}

/** Of the training samples, feature by feature. */
export interface FeatureScale {
  readonly mean: Float64Array;
  /** The standard deviation (divided by n); 0 where a feature is constant. */
  readonly deviation: Float64Array;
}

export interface FitOptions extends LbfgsOptions {
  readonly classes: number;
  /** Training samples. */
  readonly samples: number;
  /** The strength of the penalty: half of it times the squared weights of standardized features. */
  readonly l2: number;
}

export interface Fit extends Classifier {
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Multinomial logistic regression with an L2 penalty on standardized features, without one on the bias: what
 * scikit-learn's `LogisticRegression(C=1/l2)` behind a `StandardScaler` minimizes for three classes or more,
 *
 *     1/n · (Σ −log softmax(W z + b)[label] + l2/2 · ‖W‖²),   z = (x − mean) / deviation.
 *
 * Features are never standardized themselves: with U = W / deviation the scores are U x + (b − U mean).
 *
 * @param sums loss and gradient over the raw training features of a classifier on these.
 */
export async function fitSoftmax(
  sums: (classifier: Classifier) => Promise<ClassifierSums>,
  { mean, deviation }: FeatureScale,
  { classes, samples, l2, ...options }: FitOptions,
): Promise<Fit> {
  const features = mean.length;
  const inverse = deviation.map((each) => (each > 0 ? 1 / each : 0));
  const raw = (point: Float64Array): Classifier => {
    const weights = new Float64Array(classes * features);
    const bias = new Float64Array(classes);
    for (let k = 0; k < classes; k++) {
      let shift = 0;
      for (let f = 0; f < features; f++) {
        const weight = point[k * features + f] * inverse[f];
        weights[k * features + f] = weight;
        shift += weight * mean[f];
      }
      bias[k] = point[classes * features + k] - shift;
    }
    return { weights, bias };
  };
  const { point, iterations, converged } = await lbfgs(
    async (at) => {
      const { loss, weightGradient, biasGradient } = await sums(raw(at));
      const gradient = new Float64Array(at.length);
      let penalty = 0;
      for (let k = 0; k < classes; k++) {
        for (let f = 0; f < features; f++) {
          const i = k * features + f;
          penalty += at[i] * at[i];
          const slope = inverse[f] * (weightGradient[i] - mean[f] * biasGradient[k]);
          gradient[i] = (slope + l2 * at[i]) / samples;
        }
        gradient[classes * features + k] = biasGradient[k] / samples;
      }
      return { value: (loss + (l2 / 2) * penalty) / samples, gradient };
    },
    new Float64Array(classes * (features + 1)),
    options,
  );
  return { ...raw(point), iterations, converged };
}
