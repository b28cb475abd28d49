/** From this many observed layers on, loading takes several seconds. */
const MANY_LAYERS = 1000;

/** Measured on two cores with ONNX Runtime 1.30: 5 s for 1,200 observed MatMuls, 24 s for 2,500. */
const MEASURED = { layers: 2500, seconds: 24 };

/**
 * What to say before a model of very many layers is loaded: ONNX Runtime's session creation takes four times as long
 * for twice as many, and until it is done there is no progress to show. `undefined` where it is quick.
 */
export function longLoading(layers: number): string | undefined {
  if (layers < MANY_LAYERS) return undefined;
  const seconds = MEASURED.seconds * (layers / MEASURED.layers) ** 2;
  return `ONNX Runtime loads ${layers} observed layers in about ${spoken(seconds)}, and twice as many in four times that: --layers and --exclude observe fewer`;
}

function spoken(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} seconds`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} minutes`;
  return `${Math.round(seconds / 3600)} hours`;
}
