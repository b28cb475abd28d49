import type { Provider } from '../run/schema.js';

/** What the answer's line begins with: the libraries that are loaded may print as well. */
export const ANSWER = 'delve probe: ';

export type ProbeQuestion =
  | { readonly kind: 'provider'; readonly provider: Provider }
  | { readonly kind: 'libraries'; readonly libraries: readonly string[] };

export interface ProbeAnswer {
  readonly loads: boolean;
  readonly reason?: string;
}

export interface LoadedLibraries {
  /** By library that does not load, what the loader says. */
  readonly failed: Readonly<Record<string, string>>;
}
