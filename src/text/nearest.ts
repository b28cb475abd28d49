/**
 * The candidate that takes the fewest edits (insert, delete, replace) to come from `word`, case aside; what only goes
 * on after the word (`batch`, `batchSize`) counts as one edit, as it is the name half said.
 */
export function nearest(word: string, candidates: readonly string[]): string {
  const said = word.toLowerCase();
  const distances = candidates.map((candidate) => {
    const name = candidate.toLowerCase();
    return said.length > 2 && name.startsWith(said)
      ? Math.min(1, name.length - said.length)
      : editDistance(said, name);
  });
  return candidates[distances.indexOf(Math.min(...distances))];
}

/** Levenshtein distance, one row of the table at a time. */
export function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = above[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, above[j] + 1, row[j - 1] + 1));
    }
  }
  return row[to.length];
}
