import type { Random } from './random.js';

/** Numbers at which sizes, offsets and counts go wrong. */
export const EDGES = [
  0n,
  1n,
  -1n,
  255n,
  2n ** 16n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 62n,
  2n ** 63n - 1n,
];
const TEXTS = [
  '',
  '__proto__',
  '\ufffe',
  '::error::x',
  '../../x',
  'x'.repeat(5000),
  '\u0000',
  'a\nb',
  '<b>',
  '%s',
  '[',
  '\ud800',
];

/** A value that was parsed, with one place changed: a number, a text, an item left out or doubled, another's place taken. */
export function changedTree(root: unknown, random: Random): unknown {
  const places = placesIn(root, []);
  if (places.length === 0) return root;
  const { owner, key } = random.of(places);
  const value: unknown = Reflect.get(owner, key);
  if (Array.isArray(owner) && random.below(4) === 0) {
    owner.splice(Number(key), 1, ...(random.below(2) === 0 ? [] : [value, value]));
  } else if (random.below(8) === 0) {
    const other: unknown = ((place) => Reflect.get(place.owner, place.key))(random.of(places));
    // A tree that holds itself cannot be written.
    if (typeof other !== 'object') Reflect.set(owner, key, other);
  } else {
    Reflect.set(owner, key, changedValue(value, random));
  }
  return root;
}

function changedValue(value: unknown, random: Random): unknown {
  if (typeof value === 'bigint') return random.of(EDGES);
  if (typeof value === 'number')
    return random.of([Number(random.of(EDGES)), -value, value * 1.5, value + 1, 0.5, 1e308, 1e-320]);
  if (typeof value === 'string') return random.of(TEXTS);
  if (typeof value === 'boolean') return !value;
  if (value instanceof Uint8Array) return value.subarray(0, random.below(value.length));
  return random.of([undefined, null, [], {}, 0, '']);
}

interface Place {
  readonly owner: object;
  readonly key: string;
}

/** Every place in a tree; of long lists of numbers, the first. */
function placesIn(value: unknown, found: Place[]): Place[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return found;
  const keys = Object.keys(value).filter((key) => !key.startsWith('$'));
  for (const key of Array.isArray(value) ? keys.slice(0, 50) : keys) {
    found.push({ owner: value, key });
    placesIn(Reflect.get(value, key), found);
  }
  return found;
}
