/**
 * The part of the WebAssembly JavaScript interface that this folder uses. The type checker's own declarations come with
 * the DOM library, whose globals do not belong into a program for Node.
 */
declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]: string;
  }
  const Module: new (bytes: Uint8Array<ArrayBuffer>) => Module;
  class Instance {
    constructor(module: Module, imports: { readonly env: { readonly memory: Memory } });
    readonly exports: Readonly<Record<string, unknown>>;
  }
  class Memory {
    constructor(limits: { readonly initial: number; readonly maximum: number; readonly shared?: boolean });
    readonly buffer: ArrayBuffer | SharedArrayBuffer;
    /**
     * Grows by `pages` pages of 64 KiB and returns the former size. Throws RangeError when that is
     * impossible.
     */
    grow(pages: number): number;
  }
}
