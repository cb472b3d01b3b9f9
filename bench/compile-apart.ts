import { compile } from "../src/tool/demo/compile.ts";

/** Compiles in a separate process, so that the compiler's memory is not counted in the ecosystem's. */
await compile({ everything: true });
