// Compiles the contracts that have changed (`npm run build:contracts`); prints only what is wrong.
import { compile } from "./compile.ts";

await compile({ everything: true });
