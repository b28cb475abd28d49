/** The TypeScript module that holds the compiled kernel. */
export function kernelModule(): Promise<string>;
