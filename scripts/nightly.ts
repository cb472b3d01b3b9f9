// Runs that are too long for `npm test`, by name: `npm run nightly -- simulation --seed 7 --steps 1000000`.
// Without a name, all. At the end a line for each says how it ended, what it did and what it took; `--strict`
// fails for unsteady test files too. `npm run nightly -- replay --ledger FOLDER test/flow/bridge.test.ts`
// continues after an interruption.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { proveArithmetic } from "../test/circuits/arithmetic/support/nightly.ts";
import { killAtRandom } from "../test/flow/support/nightly-kills.ts";
import { replayFlows } from "../test/flow/support/replay/nightly-replay.ts";
import { SHOWN_FILES } from "../test/flow/support/replay/replayed-files.ts";
import type { Step } from "../test/simulation/episode.ts";
import { isGood as isGoodEnd, partsOf, runParts, type PartEnd } from "../test/simulation/parts.ts";
import { replay, shrink } from "../test/simulation/shrink.ts";
import { nightlySummary, type NightlyEnd } from "./nightly-summary.ts";
import { cpuSeconds } from "./test-cpu.ts";
import type { TestReport } from "./test-verdict.ts";

interface Options {
  readonly seed: number;
  readonly steps: number;
  readonly processes: number;
  /** Folder with the results of an interrupted run. */
  readonly ledger: string | undefined;
  /** Whether the result is one line of JSON, and what is said before it goes to the standard error. */
  readonly isJson: boolean;
  /** A file with the trace of an earlier failure. */
  readonly trace: string | undefined;
  /** Numbers of replayed batches that are executed on L1, that are proven, and whose tables are checked. */
  readonly onL1: number;
  readonly proofs: number;
  readonly checks: number;
  /** Test files that are replayed or run; none: all. */
  readonly files: readonly string[];
  /** Whether a test file that needed a second run is a failure. */
  readonly isStrict: boolean;
}

/** Success of the run, and its results. */
type Run = (options: Options) => Promise<Pick<NightlyEnd, "isGood" | "figures">>;

const RUNS: Record<string, Run> = {
  simulation: runSimulation,
  arithmetic: async ({ seed }) => {
    const { isGood, proofs } = await proveArithmetic(seed);
    return { isGood, figures: `${proofs} proofs verified` };
  },
  kills: async ({ seed }) => {
    const { isGood, kills } = await killAtRandom(seed);
    return { isGood, figures: `${kills} kills, nothing lost` };
  },
  replay: runReplay,
  "shown-on-l1": runShown,
  tests: runTests,
};

/** Runs whose work is drawn by the seed. */
const DRAWN: readonly string[] = ["simulation", "arithmetic", "kills"];

const HELP = `Usage: npm run nightly -- [run…] [test files…] [options]

Runs; without a name, all
  simulation   random steps on the contracts on L1, compared with a model of them (--seed, --steps, --processes, --trace FILE)
  arithmetic   proofs of each arithmetic table, and of random operations (--seed)
  kills        processes killed at random moments lose nothing (--seed)
  replay       the batches of the flow tests proven and verified (--on-l1 N, --proofs N, --checks N: a number, or all)
  shown-on-l1  one batch of each of six test files, or of those named, proven up to L1, whose contracts check the proof
  tests        all test files in their long forms, or those named (--strict)

Options
  --ledger FOLDER  where a run that is begun again finds what has ended
  --json           simulation, replay, shown-on-l1: one line of JSON
  --help`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: "boolean", default: false },
    seed: { type: "string" },
    steps: { type: "string", default: "1000000" },
    processes: { type: "string", default: "1" },
    ledger: { type: "string" },
    json: { type: "boolean", default: false },
    trace: { type: "string" },
    "on-l1": { type: "string", default: "0" },
    proofs: { type: "string", default: "all" },
    checks: { type: "string", default: "20" },
    strict: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const options: Options = {
  seed: Number(values.seed ?? Math.floor(Math.random() * 2 ** 31)),
  steps: Number(values.steps),
  processes: Number(values.processes),
  ledger: values.ledger,
  isJson: values.json,
  trace: values.trace,
  onL1: countOf("--on-l1", values["on-l1"]),
  proofs: countOf("--proofs", values.proofs),
  checks: countOf("--checks", values.checks),
  files: positionals.filter(isTestFile),
  isStrict: values.strict,
};
const say = options.isJson ? console.error : console.log;
const ends: NightlyEnd[] = [];
const names = positionals.filter((name) => !isTestFile(name));
for (const name of names.length > 0 ? names : Object.keys(RUNS)) {
  const run = RUNS[name];
  if (run === undefined) throw new Error(`no run is called '${name}'; there are: ${Object.keys(RUNS).join(", ")}`);
  say(DRAWN.includes(name) ? `${name}: seed ${options.seed}` : name);
  const [begun, cpu] = [performance.now(), cpuSeconds()];
  const end = await run(options);
  ends.push({ name, ...end, seconds: (performance.now() - begun) / 1000, cpuSeconds: cpuSeconds() - cpu });
}
say(nightlySummary(ends));
process.exitCode = ends.every(({ isGood }) => isGood) ? 0 : 1;

function countOf(option: string, text: string): number {
  const count = text === "all" ? Infinity : Number(text);
  if (Number.isNaN(count)) throw new Error(`${option} takes a number or all, not '${text}'`);
  return count;
}

function isTestFile(name: string): boolean {
  return name.endsWith(".test.ts");
}

/** Proves each batch of the flow suite, or with `--proofs` some, and has another process verify it; with `--on-l1` L1 checks some. */
async function runReplay({ files, onL1, proofs, checks, processes, ledger: folder, isJson }: Options): ReturnType<Run> {
  const report = await replayFlows({ files, onL1, proofs, checks, folder, workers: processes, say });
  const { batches, shown, proven, checked, followed, unproven, problems } = report;
  const judged = `${shown} checked by L1, ${proven} proven and verified, ${checked} checked, ${followed} followed by the machine, ${unproven} unproven`;
  if (isJson) console.log(JSON.stringify(report));
  else {
    say(`${batches} batches of ${report.files} files: ${judged}`);
    for (const problem of problems) say(`WRONG: ${problem}`);
  }
  return { isGood: problems.length === 0, figures: `${batches} batches of ${report.files} files: ${judged}` };
}

/** One batch of each of several test files, or of those that are named, goes the whole way to L1; the machine follows the others. */
async function runShown({ files: named, ledger: folder, isJson }: Options): ReturnType<Run> {
  const files = named.length > 0 ? named : SHOWN_FILES;
  const asked = { onL1: files.length, proofs: 0, checks: 0 };
  const report = await replayFlows({ files, ...asked, folder, workers: availableParallelism(), say });
  const { batches, shown, followed, problems, ends } = report;
  const proofs = ends.reduce((sum, end) => sum + (end.proofs ?? 0), 0);
  const figures = `${shown} batches of ${report.files} files checked by L1, by ${proofs} proofs; ${followed} of ${batches} followed by the machine`;
  const isShown = (file: string): boolean => ends.some((end) => end.file === file && end.outcome === "shown");
  const missing = files.filter((file) => !isShown(file)).map((file) => `L1 was shown no batch of ${file}`);
  const wrong = [...problems, ...missing];
  if (isJson) console.log(JSON.stringify({ ...report, problems: wrong }));
  else for (const problem of wrong) say(`WRONG: ${problem}`);
  return { isGood: wrong.length === 0, figures };
}

/** All test files, or those that are named, in their long forms (test/support/nightly.ts). */
async function runTests({ files, isStrict }: Options): ReturnType<Run> {
  const script = fileURLToPath(new URL("test.ts", import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), "nightly-"));
  try {
    const report = join(folder, "report.json");
    const strict = isStrict ? ["--strict"] : [];
    const { status } = spawnSync(process.execPath, [script, "--night", "--report", report, ...strict, ...files], {
      stdio: "inherit",
    });
    // The report is missing where the contracts do not compile.
    if (!existsSync(report)) return { isGood: false, figures: "no test has run" };
    const { files: count, failed, unsteady } = JSON.parse(readFileSync(report, "utf8")) as TestReport;
    const named = [...failed, ...unsteady.map((file) => `${file} (unsteady)`)].join(", ");
    return {
      isGood: status === 0,
      figures: `${count} files, ${failed.length} failed, ${unsteady.length} unsteady: ${named || "none"}`,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runSimulation({ seed, steps, processes, ledger, isJson, trace }: Options): ReturnType<Run> {
  if (trace !== undefined) return replayTrace(trace);
  const parts = partsOf(seed, steps);
  const ends = await runParts({ parts, processes, ledger, report: say });
  const done = ends.reduce((sum, end) => sum + end.done, 0);
  const seconds = ends.reduce((sum, end) => sum + end.seconds, 0);
  const isWhole = ends.length === parts.length && ends.every(isGoodEnd);
  if (isJson) console.log(JSON.stringify({ seed, steps, done, seconds, isWhole, parts: ends.map(withoutSteps) }));
  else say(`${done} steps in ${parts.length} parts: ${isWhole ? "all is well" : "something is wrong"}`);
  for (const end of ends) if (end.failure !== undefined) await reportTrace(end, end.failure);
  return { isGood: isWhole, figures: `${done} steps in ${parts.length} parts` };
}

/** Each trace has a separate file. */
function withoutSteps({ failure, ...end }: PartEnd): object {
  return failure === undefined ? end : { ...end, failure: { name: failure.name, message: failure.message } };
}

async function replayTrace(file: string): ReturnType<Run> {
  const failure = await replay(JSON.parse(readFileSync(file, "utf8")) as Step[]);
  console.log(failure?.message ?? "nothing went wrong");
  return { isGood: failure === undefined, figures: "one trace" };
}

/** Looks for a shorter trace, and says how to replay it. */
async function reportTrace({ seed }: PartEnd, { name, steps }: NonNullable<PartEnd["failure"]>): Promise<void> {
  console.error(`seed ${seed}: after ${steps.length} steps of an episode; looking for fewer…`);
  const shortest = await shrink(steps, name);
  const file = join(tmpdir(), `simulation-${seed}.json`);
  writeFileSync(file, JSON.stringify(shortest));
  console.error(`${shortest.length} steps suffice: npm run nightly -- simulation --trace ${file}`);
}
