import { UserError } from '../errors.js';
import { namesListed } from '../text/numbers.js';
import type { Layer } from './layer.js';
import { layerGlob } from './layerGlob.js';

/** Which layers to observe, by globs on their names. */
export interface LayerSelection {
  /** Keep layers that match one of these; all where it is empty. */
  readonly layers?: readonly string[];
  /** Leave out layers that match one of these. */
  readonly exclude?: readonly string[];
}

/**
 * The layers that a selection keeps, in graph order.
 *
 * @throws UserError where a glob matches nothing, or nothing is left.
 */
export function selectLayers(layers: readonly Layer[], selection: LayerSelection): Layer[] {
  const { layers: wanted = [], exclude = [] } = selection;
  const kept = matching(layers, wanted, '--layers');
  const dropped = matching(layers, exclude, '--exclude');
  const selected = layers.filter((layer) => (wanted.length === 0 || kept.has(layer)) && !dropped.has(layer));
  if (selected.length === 0) {
    throw new UserError(
      layers.length === 0
        ? 'the model has no layer that can be observed: see `delve inspect`, or name operators with --ops'
        : '--layers and --exclude leave no layer to observe: loosen one of them',
    );
  }
  return selected;
}

function matching(layers: readonly Layer[], globs: readonly string[], option: string): Set<Layer> {
  const found = new Set<Layer>();
  for (const glob of globs) {
    if (glob === '')
      throw new UserError(`${option} is empty: give it a layer name or a glob such as layer4.*`);
    const matches = layerGlob(glob);
    // A name that looks like a glob (`block[0]`) means itself where a layer is called so.
    const exact = layers.filter(({ name }) => name === glob);
    const hits = exact.length > 0 ? exact : layers.filter(({ name }) => matches(name));
    if (hits.length === 0) {
      throw new UserError(
        `${option} ${glob} matches no layer: the model has ${namesListed(layers.map(({ name }) => name))}`,
      );
    }
    for (const layer of hits) found.add(layer);
  }
  return found;
}
