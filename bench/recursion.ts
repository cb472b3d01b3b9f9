import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { serialize } from "node:v8";
import { compile } from "../src/tool/demo/compile.ts";
import { type ExecutionBenchOptions, transferBatches } from "./execution.ts";
import type { RecursionSample } from "./recursion-sample.ts";

const sampleFile = fileURLToPath(new URL("./recursion-sample.ts", import.meta.url));
const run = promisify(execFile);

/** Settles sixteen batches by one proof, and prints their gas on L1. */
export async function benchSixteen({ json }: Pick<ExecutionBenchOptions, "json">): Promise<void> {
  await compile({ everything: true });
  const { settleSixteenTogether } = await import("../test/flow/support/sixteen-together.ts");
  const result = await settleSixteenTogether();
  if (json) console.log(JSON.stringify(result));
  else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(24)} ${value}`);
}

/**
 * Proves batches of `transfers` transfers, and the programs that check those proofs for L1. Each figure is of the second
 * proof in a separate process.
 */
export async function benchRecursion({ json, transfers, workers, card }: Omit<ExecutionBenchOptions, "groth16">): Promise<void> {
  await compile({ everything: true });
  const folder = mkdtempSync(join(tmpdir(), "recursion-"));
  try {
    for (const [i, { batch, job }] of (await transferBatches(transfers)).entries()) {
      const file = join(folder, `${i}`);
      const { witness, claim } = batch;
      writeFileSync(file, serialize({ witness, claim, job }));
      for (const threads of workers) {
        const request: RecursionSample = { file, workers: threads, card };
        const { stdout } = await run(process.execPath, [sampleFile, JSON.stringify(request)], { maxBuffer: 2 ** 24 });
        const result = { transfers: transfers[i], ...(JSON.parse(stdout) as object) };
        if (json) console.log(JSON.stringify(result));
        else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(24)} ${JSON.stringify(value)}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
