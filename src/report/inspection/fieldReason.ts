import type { LayerCost } from '../../cost/modelCost.js';
import type { ReadingKind } from '../../readings/reading.js';

/**
 * Whether the receptive field predicts how a run reads a layer, in words; nothing where it predicts nothing: of layers
 * that are no convolutions, and of those that are not judged.
 */
export function fieldReason(
  op: string,
  kind: ReadingKind,
  { receptiveField, predictedUnproductive }: LayerCost,
): string[] {
  if (!op.includes('Conv') || receptiveField === null) return [];
  if (kind === 'tail') {
    return [
      predictedUnproductive
        ? 'the receptive fields predict it: what it reads has seen the whole image already'
        : 'the receptive fields do not predict it: on some path what it reads has not seen the whole image yet',
    ];
  }
  const isAtWork = kind === 'healthy' || kind === 'narrow' || kind === 'by design';
  if (!isAtWork || !predictedUnproductive) return [];
  return [
    'what it reads has seen the whole image already, which predicts that it adds little: this run does not say so',
  ];
}
