/** A part of the test run, by what it needs. */
export interface TestTier {
  readonly name: string;
  /** CPU seconds that its files in the core may take. */
  readonly budgetCpuSeconds: number;
  /** Folders of test/ whose files it has. */
  readonly folders: readonly string[];
}

/** In the order of the run: what is quick and at the bottom first; a tier begins when the last files of another end. */
export const TEST_TIERS: readonly TestTier[] = [
  {
    name: "unit",
    budgetCpuSeconds: 170,
    folders: [
      ...["tidiness", "docs", "errors", "options", "abi", "runtime", "field", "kernels", "protocol", "machine"],
      ...["chain", "core", "consensus", "sequencing", "threshold", "hub", "settlement-layer", "relayer", "ledger", "demo"],
    ],
  },
  { name: "contracts", budgetCpuSeconds: 110, folders: ["contracts", "simulation"] },
  {
    name: "soundness",
    budgetCpuSeconds: 110,
    folders: [
      "stark",
      "devices",
      "recursion",
      "circuits",
      "shielded",
      "held-accounts",
      "execution-proof",
      "prover",
      "l1-proof",
      "proving",
    ],
  },
  { name: "flow", budgetCpuSeconds: 170, folders: ["settlement", "client", "devnet", "node", "flow", "bridges"] },
  { name: "package", budgetCpuSeconds: 60, folders: ["plugin", "package"] },
  { name: "browser", budgetCpuSeconds: 30, folders: ["page", "site"] },
  { name: "suites", budgetCpuSeconds: 40, folders: ["clients", "suites"] },
];

/** Files that take longest, by their CPU seconds: each begins first in its tier, so that none of them runs on alone at the end. */
export const LONGEST: readonly string[] = [
  "test/execution-proof/batch-proof.test.ts",
  "test/simulation/faults.test.ts",
  "test/simulation/simulation.test.ts",
  "test/plugin/tasks.test.ts",
  "test/flow/invariants.test.ts",
  "test/flow/goes-on.test.ts",
  "test/flow/reconstruct.test.ts",
  "test/flow/quorum.test.ts",
  "test/flow/kills.test.ts",
  "test/flow/atomic-flows.test.ts",
  "test/devnet/settles-on.test.ts",
  "test/devnet/reseal.test.ts",
  "test/devnet/execution.test.ts",
  "test/client/flows-ended.test.ts",
  "test/flow/demo.test.ts",
  "test/plugin/deploy-and-rebuild.test.ts",
  "test/plugin/connection/example-project.test.ts",
  "test/plugin/connection/hyperchains.test.ts",
  "test/plugin/create-task.test.ts",
  "test/package/package.test.ts",
  "test/page/a-day.test.ts",
  "test/page/wallet.test.ts",
];

/** The files of a tier in the order in which they begin. */
export function inOrder(files: readonly string[]): readonly string[] {
  const place = (file: string): number => LONGEST.indexOf(file.replaceAll("\\", "/"));
  const longest = files.filter((file) => place(file) !== -1).sort((a, b) => place(a) - place(b));
  return [...longest, ...files.filter((file) => place(file) === -1)];
}

/** The tier of a test file such as test/chain/x.test.ts. Throws RangeError for a folder that has none. */
export function tierOf(file: string): TestTier {
  const [, folder = ""] = file.replaceAll("\\", "/").split("/");
  const tier = TEST_TIERS.find(({ folders }) => folders.includes(folder));
  if (tier === undefined) throw new RangeError(`test/${folder} is in no tier; add it to scripts/test-tiers.ts`);
  return tier;
}

/** Times of one file's tests. */
export interface FileTime {
  readonly file: string;
  readonly seconds: number;
  /** CPU seconds of its process and of those that it started; absent if it was killed. */
  readonly cpuSeconds?: number;
}

/**
 * Times of a tier: seconds of the run's clock, which are the run's for all tiers together, and its files' CPU
 * seconds.
 */
export interface TierTime {
  readonly tier: TestTier;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Number of the slowest files in the report. */
const SLOWEST = 10;

/** The run's times in lines: each tier's seconds, its CPU seconds next to their budget, and the slowest files. */
export function timesReport(tiers: readonly TierTime[], files: readonly FileTime[]): string {
  const rows = tiers.map(({ tier: { name, budgetCpuSeconds }, seconds, cpuSeconds }) => {
    const budget = `${cpuSeconds.toFixed(0).padStart(5)} CPU s of ${String(budgetCpuSeconds).padStart(4)}`;
    const over = cpuSeconds > budgetCpuSeconds ? "  over the core's budget" : "";
    return `${name.padEnd(10)}${seconds.toFixed(0).padStart(6)} s, ${budget}${over}`;
  });
  const slowest = [...files].sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST);
  const lines = slowest.map(({ file, seconds, cpuSeconds }) => {
    const cpu = cpuSeconds?.toFixed(1) ?? "?";
    return `${seconds.toFixed(1).padStart(8)} s, ${cpu.padStart(6)} CPU s  ${file}`;
  });
  return [...rows, "slowest files:", ...lines].join("\n");
}
