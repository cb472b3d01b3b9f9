import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "../src/tool/demo/compile.ts";
import { median } from "./statistics.ts";
import type { ReadySample } from "./ready-sample.ts";

export interface ReadyBenchOptions {
  readonly json: boolean;
  readonly workers: number | undefined;
  readonly samples: number;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const thread = "proofs/execution-proof/batch/execution-thread";

/**
 * Processor seconds of a process until its prover of execution can prove: from the sources, whose types Node strips, and from the
 * package's code. Both alternately, each in a separate process.
 */
export async function benchReady({ json, workers, samples }: ReadyBenchOptions): Promise<void> {
  await compile({ everything: true });
  node(["scripts/build.ts", "--unchecked"]);
  const files = { sources: `src/${thread}.ts`, package: `dist/${thread}.js` };
  const seconds: Record<keyof typeof files, number[]> = { sources: [], package: [] };
  for (let i = 0; i < samples; i++)
    for (const from of ["sources", "package"] as const) {
      const request: ReadySample = { file: join(root, files[from]), workers };
      seconds[from].push(Number(node(["bench/ready-sample.ts", JSON.stringify(request)])));
    }
  const result = { readyCpuSeconds: median(seconds.sources), packageReadyCpuSeconds: median(seconds.package) };
  console.log(json ? JSON.stringify(result) : result);
}

function node(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`${args[0]} failed: ${stderr}`);
  return stdout;
}
