import { ROWS } from "../test/rows.ts";

/** Folders of test/ whose files `npm test` runs, except those in `BEYOND_CORE`: what is cheap and covers a room of src. */
export const CORE_FOLDERS: readonly string[] = [
  ...[
    "tidiness",
    "docs",
    "errors",
    "options",
    "abi",
    "runtime",
    "field",
    "kernels",
    "protocol",
    "machine",
    "chain",
    "core",
    "consensus",
  ],
  ...["settlement-layer", "relayer", "ledger", "demo", "contracts", "stark", "circuits", "recursion"],
];

/** Files of these folders that `npm run test:all` runs and `npm test` does not, unless a row or a change names them. */
export const BEYOND_CORE: readonly string[] = [
  "tidiness/test-ends",
  "tidiness/test-limits",
  "tidiness/test-progress",
  "docs/typescript-listings",
  "docs/rpc-methods",
  "kernels/webgpu-device",
  "kernels/fast-backends",
  "machine/verdicts",
  "machine/hostile-hints",
  "machine/kernel-file",
  "machine/format-3",
  "machine/random-contracts",
  "machine/batches",
  "machine/operations",
  "machine/precompiles",
  "machine/protocol-codes/power",
  "chain/rpc/hostile",
  "chain/rpc/parity-traces",
  "chain/rpc/heavy-calls",
  "chain/rpc/log-limits",
  "chain/rpc/batch-answers",
  "chain/rpc/slow-calls",
  "chain/questions/call-traces",
  "chain/questions/pinned-reads",
  "chain/witness/precompiles",
  "chain/witness/heavy-transactions",
  "chain/witness/witness-threads",
  "chain/verification/hostile-operations-random",
  "chain/verification/block-hashes",
  "chain/sequencer/back-pressure",
  "chain/sequencer/charged-units",
  "chain/sequencer/mined-ranges",
  "chain/sequencer/refused-work",
  "chain/sequencer/operation-limits",
  "chain/format-3",
  "chain/rpc/filters",
  "chain/rpc/newest-block",
  "chain/rpc/fair-line",
  "chain/rpc/access/session-challenge",
  "chain/questions/questions-threads",
  "chain/state-cheats-random",
  "chain/execution/flat-engine",
  "relayer/callback-retries",
  "relayer/delivery-policy",
  "contracts/verifier/stacked",
  "contracts/l1/imports",
  "contracts/verifier/stacked-heights",
  "contracts/l1/escrow-exit",
  "contracts/l2/supply-invariants",
  "contracts/attacks/stolen-swaps",
  "contracts/l1/chain-accounts-random",
  "contracts/verifier/extension-yul",
  "contracts/l1/message-gateway-random",
  "contracts/l1/transit-exit",
  "contracts/l1/commit-gas-model",
  "contracts/l1/data-carrier",
  "contracts/l1/paid-claims-random",
  "contracts/l1/hyperchain-names-random",
  "contracts/attacks/early-transfers",
  "contracts/libraries/pubdata",
  "contracts/l1/shared-bridge-invariants",
  "contracts/bridges/superchain-mutants",
  "contracts/attacks/held-back-clock",
  "contracts/attacks/exit-paths",
  "contracts/l2/atomic-flow-schedules",
  "contracts/verifier/executed-by-proof",
  "contracts/l1/nested-exit",
  "contracts/l1/state-exit",
  "circuits/sha256/sha256",
  "recursion/program-proof",
  "recursion/nodes/rules",
  "recursion/nodes/node-programs",
  "recursion/nodes/segmented-run",
  "contracts/verifier/verifier",
  "contracts/verifier/state-tree",
  "contracts/verifier/state-transition-verifier",
  "contracts/verifier/blocks-yul",
  "contracts/verifier/evaluator",
  "recursion/tables",
  "recursion/bits-by-arithmetic",
  "circuits/state-transition-rigidity",
  "circuits/state-transition-comparison",
  "circuits/curve/curve-multiple",
  "circuits/state-transition-deletions",
  "stark/lifted-words",
  "stark/stacked/evaluated-columns",
  "stark/segments/segment-rules",
  "stark/backends",
  "consensus/simulation",
].map(testFile);

/** Files of other folders in `npm test`, besides those of rows: at least one of each room of src, and attacks. */
export const CORE_FILES: readonly string[] = [
  "execution-proof/security",
  "execution-proof/transaction",
  "execution-proof/run-profiles",
  "execution-proof/user",
  "prover/prover",
  "prover/thread-memory",
  "l1-proof/l1-proving",
  "l1-proof/run-parts",
  "proving/driver",
  "proving/l1-over-queues",
  "settlement/transactor",
  "settlement/signing/quorum",
  "settlement/signing/signing-record",
  "settlement/journal",
  "bridges/ccip-worker",
  "client/missing-contracts",
  "devnet/ask-contract",
  "page/feed-relay",
  "devnet/stored-proof",
  "devnet/users-blocks",
  "node/queue-order",
  "node/named-reverts",
  "node/execution-outcomes",
  "flow/reconstruct-settled",
  "plugin/solidity-tests",
  "flow/idle-chains",
  "plugin/misuse",
].map(testFile);

/** Files that only `npm run nightly` runs: they take minutes of CPU, or a card. */
export const LONG: readonly string[] = [
  "flow/sixteen-together",
  "simulation/faults",
  "simulation/parts",
  "node/public-cases",
  "execution-proof/product-programs",
  "devices/card-in-threads",
  "devices/kernel-sizes",
  "devices/faulty-kernels",
  "devices/bench-gpu",
  "devices/l1-parameters",
  "kernels/webgpu-memory",
  "flow/kills",
  "flow/invariants",
  "flow/aggregator-process",
  "flow/versions-together",
  "flow/proven-by-package",
  "flow/upgraded-proven",
  "package/container",
  "proving/l1-workers",
  "proving/l1-proofs",
].map(testFile);

/** Files of the core that take more than ten CPU seconds, with the test or feature that nothing cheaper covers. */
export const DEAR_IN_CORE: ReadonlyMap<string, string> = new Map([
  [testFile("flow/chain-on-chain"), "chains on a chain, with their bridges: no other file of the core starts one"],
  [testFile("plugin/connection/hyperchains"), "the test API as a project uses it"],
  [testFile("flow/queue-only"), "a chain without a sequencer, from its queue to L1"],
  [testFile("client/routes"), "each route between L1, chains and chains on chains by one call"],
  [testFile("execution-proof/soundness"), "a proof of execution whose witness is changed in each table"],
  [testFile("suites/openzeppelin"), "a suite of contracts that others wrote"],
  [testFile("client/wallet-books"), "an account's assets, transfers and history over all chains"],
  [testFile("docs/errors"), "a page of errors equal to the sources: it loads them all"],
  [testFile("proving/workers"), "provers in other processes, of which one is killed"],
  [testFile("recursion/nodes/proven-node"), "a proof that programs check, joined and checked again"],
  [testFile("clients/user-operations/accounts-on-all-chains"), "smart accounts with one keystore, paid by a paymaster"],
  [testFile("machine/three-meters"), "units of the same code by three meters"],
  [testFile("contracts/l1/gas-and-size"), "each contract deployed within the limits of public networks"],
  [testFile("contracts/l1/leaving"), "chains that leave with their assets, over their delays"],
  [testFile("settlement/real-proof"), "a real proof of a batch that L1's contracts verify"],
  [testFile("flow/hyperbridge"), "the seven steps of a message"],
  [testFile("plugin/misuse"), "each misuse of the command line, in a process"],
  [testFile("package/kit"), "the packed package in an empty project, whose code a chain runs"],
]);

const ROW_FILES: ReadonlySet<string> = new Set(Object.values(ROWS).flatMap(({ tests }) => (tests === "not built" ? [] : tests)));

/** Set of a test file: `npm test`, `npm run test:all` or `npm run nightly`, each with those before it. */
export type TestSet = "core" | "all" | "long";

/**
 * Set of a file. One that no complete run has measured (`isKnown` is false) is new, and in the core until the next complete
 * run, because nothing else has run it yet.
 */
export function setOf(file: string, isKnown: boolean): TestSet {
  const name = file.replaceAll("\\", "/");
  if (LONG.includes(name)) return "long";
  if (ROW_FILES.has(name) || CORE_FILES.includes(name) || !isKnown) return "core";
  const [, folder = ""] = name.split("/");
  return CORE_FOLDERS.includes(folder) && !BEYOND_CORE.includes(name) ? "core" : "all";
}

function testFile(name: string): string {
  return `test/${name}.test.ts`;
}
