import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Runs before all tests: some of them load `dist/`, and would test an old build without a word.
 *
 * @throws Error where a source is newer than the build.
 */
export default function requireFreshBuild(): void {
  const built = statSync('dist/bundle/main.js', { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) throw new Error('dist/ is missing: npm run build');
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    const { mtimeMs } = statSync(join('src', file));
    if (file.endsWith('.ts') && mtimeMs > built) {
      throw new Error(`dist/ is older than src/${file}, and some tests load it: npm run build`);
    }
  }
}
