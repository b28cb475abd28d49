import { compressModel, type LayerChange, plannedChanges } from '../../compress/compressModel.js';
import type { Basis } from '../../compress/linearForm.js';
import type { ModelProto } from '../../onnx/proto/onnx_pb.js';
import type { Prepared } from './prepare.js';

/** The threshold of each layer that is to be compressed, by name. */
export type Thresholds = ReadonlyMap<string, number>;

/** All layers at one threshold. */
export const uniform = ({ directions }: Prepared, threshold: number): Thresholds =>
  new Map([...directions.keys()].map((name) => [name, threshold]));

/** The directions that layers keep at their thresholds. */
export function basesAt({ directions }: Prepared, thresholds: Thresholds): Map<string, Basis> {
  return new Map(
    [...thresholds].flatMap(([name, threshold]) => {
      const found = directions.get(name);
      return found ? [[name, found.leading(found.keptAt(threshold))] as const] : [];
    }),
  );
}

/** As many random directions of each layer. */
export function randomBases(
  { directions }: Prepared,
  thresholds: Thresholds,
  seed: number,
): Map<string, Basis> {
  return new Map(
    [...thresholds].flatMap(([name, threshold], index) => {
      const found = directions.get(name);
      return found ? [[name, found.random(found.keptAt(threshold), seed + index)] as const] : [];
    }),
  );
}

/** The model at these thresholds, and what became of its layers. */
export const compressedAt = (
  prepared: Prepared,
  bases: ReadonlyMap<string, Basis>,
): { readonly proto: ModelProto; readonly changes: readonly LayerChange[] } =>
  compressModel(prepared.model, prepared.layers, bases, prepared.constants);

/** MACs of the layers at these thresholds, for the batch of the shapes, without making the model. */
export function macsAt(prepared: Prepared, thresholds: Thresholds): number {
  return totalMacs(plannedChanges(prepared.layers, basesAt(prepared, thresholds)));
}

export const totalMacs = (changes: readonly LayerChange[], when: 'before' | 'after' = 'after'): number =>
  changes.reduce((sum, { macs }) => sum + (macs[when] ?? 0), 0);
