/** What `tridiagonalKernel.ts` uses of WebAssembly, whose types otherwise come with those of a browser only. */
declare namespace WebAssembly {
  class CompileError extends Error {}
  class LinkError extends Error {}
  class Memory {
    constructor(pages: { initial: number; maximum: number; shared: boolean });
    readonly buffer: SharedArrayBuffer;
    grow(pages: number): number;
  }
  class Module {
    constructor(code: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory } });
    readonly exports: Record<string, unknown>;
  }
}
