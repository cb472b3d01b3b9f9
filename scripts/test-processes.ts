import { LONGEST, TEST_TIERS, tierOf } from "./test-tiers.ts";

/** Folders of test/ whose files share processes: loading what they test, and compiling it, takes as long as many of their tests. */
const TOGETHER: readonly string[] = [
  ...["abi", "chain", "errors", "field", "kernels", "ledger", "machine", "options", "protocol", "relayer", "runtime"],
  ...["circuits", "client", "clients", "contracts", "devnet", "execution-proof", "flow", "node", "plugin", "recursion"],
  ...[
    "consensus",
    "core",
    "demo",
    "docs",
    "page",
    "sequencing",
    "settlement",
    "settlement-layer",
    "stark",
    "suites",
    "threshold",
    "hub",
    "tidiness",
  ],
  ...["held-accounts", "shielded", "l1-proof"],
];

/** Files in one process. More would save little, and the last of a tier would run on alone. */
const MOST_TOGETHER = 24;
/**
 * Maximum files of a process in tiers of short files, because loading and compiling the sources takes one to
 * two CPU seconds.
 */
const MOST_SHORT_TOGETHER: ReadonlyMap<string, number> = new Map([
  ["unit", 48],
  ["contracts", 36],
  ["soundness", 32],
]);
/**
 * Maximum files of a process in the last tier, because one of 24 files would otherwise run alone at the end.
 */
const MOST_TOGETHER_AT_THE_END = 4;

/** Files of these folders that need a separate process, and the reason. */
export const APART: ReadonlyMap<string, string> = new Map([
  ["test/chain/rpc/hostile.test.ts", "measures the memory of its process"],
  ["test/chain/execution/engine-states.test.ts", "sets a variable that the engine reads once"],
  ["test/devnet/ecosystem.test.ts", "looks at what its process has open"],
  ["test/flow/snapshot-load.test.ts", "looks at rejections that nothing in its process handled"],
  ["test/plugin/solidity-tests.test.ts", "runs tasks of an environment that Hardhat then takes for that of the process"],
  ["test/chain/witness/witness-threads.test.ts", "counts the threads of its process"],
  ["test/chain/questions/questions-threads.test.ts", "counts the threads of its process"],
]);

/** Files of each process, in this order: a tier's files in folders whose files share processes, at most as many as its limit. */
export function inProcesses(files: readonly string[]): readonly (readonly string[])[] {
  const processes: { readonly tier: string | undefined; readonly files: string[] }[] = [];
  for (const file of files) {
    const tier = sharedTierOf(file.replaceAll("\\", "/"));
    // Also after a file with a separate process.
    const open = tier === undefined ? undefined : processes.findLast((one) => one.tier === tier);
    if (tier !== undefined && open !== undefined && open.files.length < mostOf(tier)) open.files.push(file);
    else processes.push({ tier, files: [file] });
  }
  return processes.map(({ files: own }) => own);
}

function mostOf(tier: string): number {
  return tier === TEST_TIERS.at(-1)?.name ? MOST_TOGETHER_AT_THE_END : (MOST_SHORT_TOGETHER.get(tier) ?? MOST_TOGETHER);
}

/** Tier of a file's shared process; undefined if the file has a separate one. */
function sharedTierOf(file: string): string | undefined {
  const [, folder = ""] = file.split("/");
  return TOGETHER.includes(folder) && !APART.has(file) && !LONGEST.includes(file) ? tierOf(file).name : undefined;
}
