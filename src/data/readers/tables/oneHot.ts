import { UserError } from '../../../errors.js';
import { namesListed } from '../../../text/numbers.js';
import { columnCalled } from '../csv/columnsAt.js';

/** More different values than this are no categories. */
const MOST = 1000;

/** A column of categories, each of which becomes a number that is 1 in the rows that hold it and 0 in all others. */
export interface OneHotColumn {
  readonly column: number;
  /** In the order of the numbers. */
  readonly categories: readonly string[];
}

/** A column that was asked for, with its categories where they were given too. */
export interface AskedOneHot {
  readonly column: number;
  readonly name: string;
  readonly given?: readonly string[];
}

/**
 * The columns that `--one-hot` names: `color`, or `color=red|green|blue` with the categories in their order.
 *
 * @throws UserError for a column that is not there or stands there twice, and for categories that are given twice.
 */
export function askedOneHot(
  asked: string | readonly string[],
  names: readonly string[],
  path: string,
): AskedOneHot[] {
  const items = typeof asked === 'string' ? asked.split(',') : asked;
  const columns = items.map((item): AskedOneHot => {
    const at = names.includes(item.trim()) ? -1 : item.indexOf('=');
    if (at < 0) {
      const column = columnCalled(item, names, path);
      return { column, name: names[column] };
    }
    const column = columnCalled(item.slice(0, at), names, path);
    const given = item
      .slice(at + 1)
      .split('|')
      .map((category) => category.trim());
    const twice = given.find((category, i) => given.indexOf(category) !== i);
    if (twice !== undefined) throw new UserError(`--one-hot ${item.trim()} names ${twice} twice`);
    return { column, name: names[column], given };
  });
  const twice = columns.find(({ column }, i) => columns.findIndex((other) => other.column === column) !== i);
  if (twice) throw new UserError(`--one-hot names column ${twice.name} twice`);
  return columns;
}

/** Gathers the categories of columns, row by row. */
export class Categories {
  readonly #asked: readonly AskedOneHot[];
  readonly #path: string;
  readonly #found: readonly Set<string>[];

  constructor(asked: readonly AskedOneHot[], path: string) {
    this.#asked = asked;
    this.#path = path;
    this.#found = asked.map(() => new Set());
  }

  /** The columns to be looked at: the categories of the others were given. */
  static unknown(asked: readonly AskedOneHot[]): readonly AskedOneHot[] {
    return asked.filter(({ given }) => given === undefined);
  }

  /**
   * @param index of the column among those asked for.
   * @throws UserError where a column has too many of them.
   */
  add(index: number, category: string): void {
    const found = this.#found[index];
    found.add(category);
    if (found.size <= MOST) return;
    throw new UserError(
      `column ${this.#asked[index].name} of ${this.#path} holds more than ${MOST} different values, which are no categories: leave it out of --one-hot`,
    );
  }

  /**
   * The columns with their categories: numbers by size, others by their letters (code points), as pandas and scikit-learn
   * have them.
   *
   * @throws UserError where a column has none.
   */
  columns(): OneHotColumn[] {
    return this.#asked.map(({ column, name, given }, i) => {
      const categories = given ?? sorted([...this.#found[i]]);
      if (categories.length > 0) return { column, categories };
      throw new UserError(`column ${name} of ${this.#path} holds no category: leave it out of --one-hot`);
    });
  }
}

function sorted(categories: readonly string[]): string[] {
  const areNumbers = categories.every((category) => category !== '' && Number.isFinite(Number(category)));
  return areNumbers
    ? categories.toSorted((a, b) => Number(a) - Number(b))
    : categories.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/**
 * Writes a category as numbers: 0, but for its own, which is 1; all are 0 where the cell is missing.
 *
 * @returns what is wrong with it, to follow the name of the column.
 */
export function encode(
  categories: readonly string[],
  category: string | undefined,
  mayMiss: boolean,
  target: Float64Array,
  offset: number,
): string | undefined {
  target.fill(0, offset, offset + categories.length);
  if (category === undefined) {
    return mayMiss
      ? undefined
      : 'holds no category: with --missing zero or mean such a row is 0 in all of them; or leave the column out';
  }
  const place = categories.indexOf(category);
  if (place < 0) {
    return `holds "${category.slice(0, 40)}", which is none of its ${categories.length} categories (${namesListed(categories)}): name all of them in --one-hot`;
  }
  target[offset + place] = 1;
  return undefined;
}

/** The categories of each column, by its name: for the run. */
export const categoriesByName = (
  columns: readonly OneHotColumn[],
  names: readonly string[],
): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(columns.map(({ column, categories }) => [names[column], categories]));

/** A column that is to become categories, and no feature. */
export const notAmongFeatures = (name: string): UserError =>
  new UserError(
    `--one-hot names column ${name}, which is no feature: name it in --columns too, or leave it out`,
  );
