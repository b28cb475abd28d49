import { nearest } from '../text/nearest.js';
import { excerpt, isRecord, objectOf, type Shape, ShapeError } from './jsonShape.js';

/** An object with these keys and no others: a key that is not among them is a mistake, and the nearest one is named. */
export const strictObject = (shapes: Readonly<Record<string, Shape>>): Shape => {
  const known = objectOf(shapes);
  const keys = Object.keys(shapes);
  return (value, path) => {
    if (isRecord(value)) {
      const unknown = Object.keys(value).find((key) => !keys.includes(key));
      if (unknown !== undefined) {
        throw new ShapeError(path, `has no key ${excerpt(unknown)}: did you mean ${nearest(unknown, keys)}?`);
      }
    }
    known(value, path);
  };
};
