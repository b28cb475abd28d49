import { isMutationTest } from './mutationTest.js';

/**
 * A module as it was built: its threads are files of their own, which sources that run uncompiled do not have. A mutation
 * test, which changes the sources, takes these, and runs what threads do in its own (`test/mutation/threads.ts`).
 *
 * @param path within `dist/`.
 */
export async function built<T>(path: string): Promise<T> {
  const file = isMutationTest ? `src/${path.replace(/\.js$/, '.ts')}` : `dist/${path}`;
  return (await import(new URL(`../../${file}`, import.meta.url).href)) as T;
}
