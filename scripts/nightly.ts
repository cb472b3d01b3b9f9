// Runs that are too long for `npm test`, by name: `npm run nightly -- simulation --seed 7 --steps 1000000`. Without a name, all.
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { proveArithmetic } from "../test/circuits/arithmetic/support/nightly.ts";
import { killAtRandom } from "../test/flow/support/nightly-kills.ts";
import type { Step } from "../test/simulation/episode.ts";
import { replay, shrink } from "../test/simulation/shrink.ts";
import { simulate, SimulationFailure } from "../test/simulation/simulation.ts";

interface Options {
  readonly seed: number;
  readonly steps: number;
  /** A file with the trace of an earlier failure. */
  readonly trace: string | undefined;
}

/** Returns whether all went well. */
type Run = (options: Options) => Promise<boolean>;

const RUNS: Record<string, Run> = {
  simulation: runSimulation,
  arithmetic: ({ seed }) => proveArithmetic(seed),
  kills: ({ seed }) => killAtRandom(seed),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string" }, steps: { type: "string", default: "1000000" }, trace: { type: "string" } },
});
const options: Options = {
  seed: Number(values.seed ?? Math.floor(Math.random() * 2 ** 31)),
  steps: Number(values.steps),
  trace: values.trace,
};
let isGood = true;
for (const name of positionals.length > 0 ? positionals : Object.keys(RUNS)) {
  const run = RUNS[name];
  if (run === undefined) throw new Error(`no run is called '${name}'; there are: ${Object.keys(RUNS).join(", ")}`);
  console.log(`${name}: seed ${options.seed}, ${options.steps} steps`);
  isGood = (await run(options)) && isGood;
}
process.exitCode = isGood ? 0 : 1;

async function runSimulation({ seed, steps, trace }: Options): Promise<boolean> {
  if (trace !== undefined) return replayTrace(trace);
  try {
    const coverage = await simulate({ seed, steps, report: (line) => console.log(line) });
    const missing = coverage.missing(steps);
    if (missing.length > 0) console.error(`reached too rarely:\n${missing.join("\n")}`);
    return missing.length === 0;
  } catch (error) {
    if (!(error instanceof SimulationFailure)) throw error;
    console.error(error.message);
    await reportTrace(seed, error);
    return false;
  }
}

async function replayTrace(file: string): Promise<boolean> {
  const failure = await replay(JSON.parse(readFileSync(file, "utf8")) as Step[]);
  console.log(failure?.message ?? "nothing went wrong");
  return failure === undefined;
}

/** Looks for a shorter trace, and says how to replay it. */
async function reportTrace(seed: number, { steps, cause }: SimulationFailure): Promise<void> {
  console.error(`after ${steps.length} steps of an episode; looking for fewer…`);
  const shortest = await shrink(steps, cause instanceof Error ? cause.name : "");
  const file = join(tmpdir(), `simulation-${seed}.json`);
  writeFileSync(file, JSON.stringify(shortest));
  console.error(`${shortest.length} steps suffice: npm run nightly -- simulation --trace ${file}`);
}
