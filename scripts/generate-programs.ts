// Makes the keys of all programs from chunks to L1 again, and writes them into the package: node
// scripts/with-node24.mjs scripts/generate-programs.ts. It takes minutes. Then `npm run generate` writes the
// contracts of the last one.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writtenPrograms } from "../src/proofs/execution-proof/batch/product-programs.ts";
import { createWasmBackend } from "../src/proofs/kernels/wasm/backend.ts";

const file = fileURLToPath(new URL("../src/proofs/execution-proof/batch/written-programs.ts", import.meta.url));
const backend = await createWasmBackend();
const written = await writtenPrograms(backend);
await backend.close();
writeFileSync(
  file,
  `/** Keys of the programs from chunks to L1, as scripts/generate-programs.ts writes them. */
export const WRITTEN_PROGRAMS = ${JSON.stringify(written)} as const;
`,
);
execFileSync(fileURLToPath(new URL("../node_modules/.bin/oxfmt", import.meta.url)), [file]);
