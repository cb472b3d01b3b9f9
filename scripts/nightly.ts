// Runs that are too long for `npm test`, by name: `npm run nightly -- simulation --seed 7 --steps 1000000`. Without a name, all.
// `npm run nightly -- replay --ledger FOLDER test/flow/bridge.test.ts` goes on where it was ended.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { proveArithmetic } from "../test/circuits/arithmetic/support/nightly.ts";
import { killAtRandom } from "../test/flow/support/nightly-kills.ts";
import { replayFlows } from "../test/flow/support/replay/nightly-replay.ts";
import type { Step } from "../test/simulation/episode.ts";
import { isGood as isGoodEnd, partsOf, runParts } from "../test/simulation/parts.ts";
import type { PartEnd } from "../test/simulation/parts.ts";
import { replay, shrink } from "../test/simulation/shrink.ts";

interface Options {
  readonly seed: number;
  readonly steps: number;
  readonly processes: number;
  /** Where a run that is begun again finds what has ended. */
  readonly ledger: string | undefined;
  /** Whether the result is one line of JSON, and what is said before it goes to the standard error. */
  readonly isJson: boolean;
  /** A file with the trace of an earlier failure. */
  readonly trace: string | undefined;
  /** How many of the replayed batches are proven, and how many have their tables checked. */
  readonly proofs: number;
  readonly checks: number;
  /** Test files that are replayed or run; none: all. */
  readonly files: readonly string[];
}

/** Returns whether all went well. */
type Run = (options: Options) => Promise<boolean>;

const RUNS: Record<string, Run> = {
  simulation: runSimulation,
  arithmetic: ({ seed }) => proveArithmetic(seed),
  kills: ({ seed }) => killAtRandom(seed),
  replay: runReplay,
  tests: runTests,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string" },
    steps: { type: "string", default: "1000000" },
    processes: { type: "string", default: "1" },
    ledger: { type: "string" },
    json: { type: "boolean", default: false },
    trace: { type: "string" },
    proofs: { type: "string", default: "all" },
    checks: { type: "string", default: "20" },
  },
});
const options: Options = {
  seed: Number(values.seed ?? Math.floor(Math.random() * 2 ** 31)),
  steps: Number(values.steps),
  processes: Number(values.processes),
  ledger: values.ledger,
  isJson: values.json,
  trace: values.trace,
  proofs: countOf("--proofs", values.proofs),
  checks: countOf("--checks", values.checks),
  files: positionals.filter(isTestFile),
};
const say = options.isJson ? console.error : console.log;
let isGood = true;
const names = positionals.filter((name) => !isTestFile(name));
for (const name of names.length > 0 ? names : Object.keys(RUNS)) {
  const run = RUNS[name];
  if (run === undefined) throw new Error(`no run is called '${name}'; there are: ${Object.keys(RUNS).join(", ")}`);
  say(`${name}: seed ${options.seed}, ${options.steps} steps`);
  isGood = (await run(options)) && isGood;
}
process.exitCode = isGood ? 0 : 1;

function countOf(option: string, text: string): number {
  const count = text === "all" ? Infinity : Number(text);
  if (Number.isNaN(count)) throw new Error(`${option} takes a number or all, not '${text}'`);
  return count;
}

function isTestFile(name: string): boolean {
  return name.endsWith(".test.ts");
}

/** Proves each batch of the flow suite, or with `--proofs` some, and has another process verify it. */
async function runReplay({ files, proofs, checks, processes, ledger: folder, isJson }: Options): Promise<boolean> {
  const report = await replayFlows({ files, proofs, checks, folder, workers: processes, say });
  const { batches, proven, checked, followed, labelled, problems } = report;
  const judged = `${proven} proven and verified, ${checked} checked, ${followed} followed by the machine, ${labelled} labelled`;
  if (isJson) console.log(JSON.stringify(report));
  else {
    say(`${batches} batches of ${report.files} files: ${judged}`);
    for (const problem of problems) say(`WRONG: ${problem}`);
  }
  return problems.length === 0;
}

/** The tests that are too much for `npm test`, or those that are named, in their longer form (scripts/test-night.ts). */
async function runTests({ files }: Options): Promise<boolean> {
  const script = fileURLToPath(new URL("test.ts", import.meta.url));
  const { status } = spawnSync(process.execPath, [script, "--night", ...files], { stdio: "inherit" });
  return status === 0;
}

async function runSimulation({ seed, steps, processes, ledger, isJson, trace }: Options): Promise<boolean> {
  if (trace !== undefined) return replayTrace(trace);
  const parts = partsOf(seed, steps);
  const ends = await runParts({ parts, processes, ledger, report: say });
  const done = ends.reduce((sum, end) => sum + end.done, 0);
  const seconds = ends.reduce((sum, end) => sum + end.seconds, 0);
  const isWhole = ends.length === parts.length && ends.every(isGoodEnd);
  if (isJson) console.log(JSON.stringify({ seed, steps, done, seconds, isWhole, parts: ends.map(withoutSteps) }));
  else say(`${done} steps in ${parts.length} parts: ${isWhole ? "all is well" : "something is wrong"}`);
  for (const end of ends) if (end.failure !== undefined) await reportTrace(end, end.failure);
  return isWhole;
}

/** A trace has a file of its own. */
function withoutSteps({ failure, ...end }: PartEnd): object {
  return failure === undefined ? end : { ...end, failure: { name: failure.name, message: failure.message } };
}

async function replayTrace(file: string): Promise<boolean> {
  const failure = await replay(JSON.parse(readFileSync(file, "utf8")) as Step[]);
  console.log(failure?.message ?? "nothing went wrong");
  return failure === undefined;
}

/** Looks for a shorter trace, and says how to replay it. */
async function reportTrace({ seed }: PartEnd, { name, steps }: NonNullable<PartEnd["failure"]>): Promise<void> {
  console.error(`seed ${seed}: after ${steps.length} steps of an episode; looking for fewer…`);
  const shortest = await shrink(steps, name);
  const file = join(tmpdir(), `simulation-${seed}.json`);
  writeFileSync(file, JSON.stringify(shortest));
  console.error(`${shortest.length} steps suffice: npm run nightly -- simulation --trace ${file}`);
}
