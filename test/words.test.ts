import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** What is not English, or has to be read twice, and what to write instead. */
const WORDS: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\bgone on with\b/i, 'appended to'],
  [/\brow a (layer|sample|label|pair|epoch)\b/i, 'one row per …'],
  [/\bmade-up\b/i, 'generated'],
  [/\banew\b/i, 'again'],
  [/(?<!there )\bis no (number|bound|share|list|run)\b/i, 'is not a …'],
  [/\bof no kind that\b/i, 'not a … kind'],
];

/** Text files below a folder, or the file itself. */
function textsIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|md|json)$/.test(file))
    .map((file) => join(path, file));
}

it('keeps to plain English in sources and documentation', () => {
  const files = ['src', 'docs', 'schema', 'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].flatMap(textsIn);
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, i) =>
        WORDS.flatMap(([pattern, instead]) => {
          const word = pattern.exec(line)?.[0];
          return word === undefined ? [] : [`${file}:${i + 1}: ${word} → ${instead}`];
        }),
      ),
  );
  expect(found).toEqual([]);
});
