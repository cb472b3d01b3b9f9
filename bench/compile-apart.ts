import { compile } from "../src/demo/compile.ts";

/** The body of a process of its own: ecosystems run without a compiler, whose memory would be counted otherwise. */
await compile({ everything: true });
