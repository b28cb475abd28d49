import { finite, optional, orNull, type Shape, wholeFrom, within } from '../../shape/jsonShape.js';
import { FIRST_VERSION, type LayerNumber } from '../layerNumbers.js';

const kinds = {
  count: wholeFrom(0),
  share: within(0, 1),
  number: finite,
} satisfies Record<LayerNumber['kind'], Shape>;

/** The shapes of numbers in `run.json`, by key: what a later version added may be missing, as it is in older runs. */
export function numberShapes(numbers: readonly LayerNumber[]): Record<string, Shape> {
  return Object.fromEntries(numbers.map((number) => [number.key, shapeOf(number)]));
}

function shapeOf({ kind, none, since }: LayerNumber): Shape {
  const shape = none === 'null' ? orNull(kinds[kind]) : kinds[kind];
  return none === 'missing' || since !== FIRST_VERSION ? optional(shape) : shape;
}
