/** A value that is not what it should be: where, and in words what is wrong. */
export class ShapeError extends Error {
  override name = 'ShapeError';

  constructor(
    /** The key, as `layers[3].saturation`; empty for the whole document. */
    readonly path: string,
    readonly complaint: string,
  ) {
    super(`${path === '' ? 'the document' : path} ${complaint}`);
  }
}

/** Throws a `ShapeError` where `value`, which stands at `path`, is not of the wanted shape. */
export type Shape = (value: unknown, path: string) => void;

const own = (value: object, key: string): unknown =>
  Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;

/** Whether a parsed JSON value is an object, and not an array or null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value that `test` accepts; `wanted` says in words what that is. */
export function where(test: (value: unknown) => boolean, wanted: string): Shape {
  return (value, path) => {
    if (!test(value)) throw new ShapeError(path, `should be ${wanted}, but is ${excerpt(value)}`);
  };
}

export const string: Shape = where((value) => typeof value === 'string', 'text');

/** JSON has no Infinity, but `1e999` parses to it. */
export const finite: Shape = where((value) => Number.isFinite(value), 'a finite number');

/** A whole number from `low` upward, exactly representable. */
export const wholeFrom = (low: number): Shape =>
  where((value) => Number.isSafeInteger(value) && Number(value) >= low, `a whole number from ${low} upward`);

/** A finite number from `low` to `high`, both included. */
export const within = (low: number, high: number): Shape =>
  where(
    (value) => Number.isFinite(value) && Number(value) >= low && Number(value) <= high,
    `a number from ${low} to ${high}`,
  );

export const oneOf = (...allowed: readonly string[]): Shape =>
  where((value) => typeof value === 'string' && allowed.includes(value), `one of ${allowed.join(', ')}`);

export const orNull =
  (shape: Shape): Shape =>
  (value, path) => {
    if (value !== null) shape(value, path);
  };

/** A key that may be missing. */
export const optional =
  (shape: Shape): Shape =>
  (value, path) => {
    if (value !== undefined) shape(value, path);
  };

export const arrayOf =
  (element: Shape): Shape =>
  (value, path) => {
    if (!Array.isArray(value)) throw new ShapeError(path, `should be a list, but is ${excerpt(value)}`);
    for (let i = 0; i < value.length; i++) element(value[i], `${path}[${i}]`);
  };

/** An object whose values all have one shape, whatever its keys. */
export const recordOf =
  (shape: Shape): Shape =>
  (value, path) => {
    if (!isRecord(value)) throw new ShapeError(path, `should be an object, but is ${excerpt(value)}`);
    for (const [key, entry] of Object.entries(value)) shape(entry, joined(path, key));
  };

/** An object with these keys; others are left alone, since schemas grow. */
export const objectOf =
  (shapes: Readonly<Record<string, Shape>>): Shape =>
  (value, path) => {
    if (!isRecord(value)) throw new ShapeError(path, `should be an object, but is ${excerpt(value)}`);
    for (const [key, shape] of Object.entries(shapes)) {
      shape(own(value, key), joined(path, key));
    }
  };

function joined(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** The start of a value as it would stand in a message: on one line, without control characters. */
export function excerpt(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isRecord(value)) return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
