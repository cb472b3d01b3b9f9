import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TablesRequest } from "./tables-sample.ts";

export interface TablesBenchOptions {
  readonly json: boolean;
  /** ERC-20 transfers whose tables are proven, of the synthetic system. */
  readonly transfers: readonly number[];
  /** Blocks that a run of the kernel opens, of the real one. */
  readonly blocks: readonly number[];
  /** Leaves of the state that a program writes, and signatures whose keys one recovers. */
  readonly touched: readonly number[];
  readonly signatures: readonly number[];
  /** Undefined entries mean all cores. */
  readonly workers: readonly (number | undefined)[];
}

const sampleFile = fileURLToPath(new URL("./tables-sample.ts", import.meta.url));
const run = promisify(execFile);

/** Proves each system at each size in a separate process, to measure its memory. */
export async function benchTables({ json, transfers, blocks, touched, signatures, workers }: TablesBenchOptions): Promise<void> {
  const sizes = [
    ...blocks.map((count) => ({ system: "kernel", count }) as const),
    ...touched.map((count) => ({ system: "leaves", count }) as const),
    ...signatures.map((count) => ({ system: "signatures", count }) as const),
    ...transfers.map((count) => ({ system: "synthetic", count }) as const),
  ];
  for (const size of sizes) {
    for (const threads of workers) {
      const request: TablesRequest = { ...size, workers: threads };
      const { stdout } = await run(process.execPath, [sampleFile, JSON.stringify(request)], { maxBuffer: 2 ** 24 });
      if (json) process.stdout.write(stdout);
      else
        for (const [name, value] of Object.entries(JSON.parse(stdout) as object))
          console.log(`${name.padEnd(22)} ${JSON.stringify(value)}`);
    }
  }
}
