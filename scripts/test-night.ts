import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Test files that are too much for `npm test`, and what it has of the same. */
interface NightWork {
  readonly what: string;
  /** Files that only `npm run nightly -- tests` runs, and `npm test -- FILE`. */
  readonly night: readonly string[];
  /** Files of `npm test` that would fail with the same feature. */
  readonly day: readonly string[];
}

/** A file belongs here if another one, by day, runs the same machinery (docs/decisions/0048 has this table, and a test compares them). */
export const NIGHT_WORK: readonly NightWork[] = [
  {
    what: "proofs of execution, asked for by validators, kept, served and checked by a task; runs of each part of the kernel",
    night: [
      ...["devnet/execution", "devnet/proof-validators", "plugin/verify-task", "execution-proof/operations"],
      ...["execution-proof/run"],
    ],
    day: [
      ...["execution-proof/batch-proof", "execution-proof/soundness", "execution-proof/erc20", "devnet/lying-execution"],
      ...["devnet/execution-watch", "plugin/watch-task"],
    ],
  },
  {
    what: "atomic flows with real proofs; escrows of a chain that has exited, by a task",
    night: ["flow/atomic-flows", "plugin/claim-escrow-task"],
    day: ["client/flows-ended", "plugin/connection/flows", "contracts/l2/atomic-flow-attacks", "contracts/l1/escrow-exit"],
  },
  {
    what: "kept ecosystems: killed, with damaged folders, with all that a restart goes on with",
    night: [
      ...["flow/goes-on", "flow/kills", "flow/l1-places", "flow/hostile-l1-places", "flow/added-chain-kept"],
      ...["flow/snapshot-load", "plugin/kept-spawn"],
    ],
    day: ["flow/places", "flow/hostile-places", "flow/stopped-chain-kept", "flow/pace-kept", "flow/dump", "flow/snapshot"],
  },
  {
    what: "a rollup rebuilt after a random workload, and taken over",
    night: ["flow/reconstruct", "flow/reconstruct-takeover"],
    day: ["flow/reconstruct-tampering", "flow/reconstruct-sources", "plugin/deploy-and-rebuild"],
  },
  {
    what: "batches formed again, from every state that they can be in",
    night: ["devnet/reseal"],
    day: ["plugin/reseal-task", "chain/rewind", "settlement/settlement"],
  },
  {
    what: "quorums of processes that are shown tampered batches, die and begin again",
    night: ["flow/quorum", "devnet/quorum-member-restart"],
    day: ["flow/lying-quorum", "devnet/quorum-snapshot", "devnet/quorum-member-time", "chain/verification/forged-batches"],
  },
  {
    what: "chains on a chain, with real proofs",
    night: ["flow/chain-on-chain"],
    day: ["devnet/settles-on", "devnet/forwarding"],
  },
  {
    what: "random operations with real proofs; planted faults, each of which the simulation must notice",
    night: ["flow/invariants", "simulation/faults"],
    day: ["simulation/simulation", "contracts/l1/shared-bridge-invariants", "contracts/l2/supply-invariants", "flow/round-trip"],
  },
  {
    what: "upgrades, rebuilt from L1 and by tasks",
    night: ["flow/upgrade", "plugin/upgrade-task"],
    day: ["flow/upgrade-cases", "chain/batch/versions", "contracts/l1/upgrades"],
  },
  {
    what: "swaps and payments out of several chains, with real proofs",
    night: ["flow/swap", "flow/spend"],
    day: ["client/swap", "client/spend", "contracts/l2/remote-swap", "contracts/attacks/stolen-swaps"],
  },
  {
    what: "names that are brought by every route, by the client and by tasks",
    night: ["client/announce", "plugin/names-task"],
    day: ["client/names", "plugin/connection/names", "plugin/connection/hyperchains", "contracts/l2/early-transfers"],
  },
  {
    what: "a settling process that is killed at each stage",
    night: ["settlement/killed"],
    day: ["settlement/settlement", "settlement/journal"],
  },
  {
    what: "ecosystems on copies of other L1s",
    night: ["devnet/l1-fork"],
    day: ["plugin/connection/forked-network"],
  },
  {
    what: "what an operation's gas buys at most",
    night: ["chain/sequencer/operation-limits"],
    day: ["chain/sequencer/limits", "contracts/attacks/flow-flood", "contracts/attacks/queue-costs"],
  },
  {
    what: "tasks that create chains, relay, tell failures and prove; chains that tests add",
    night: [
      ...["plugin/create-task", "plugin/relay-tasks", "plugin/remote-failures", "plugin/prover-task"],
      ...["plugin/connection/added-chain", "flow/out-of-gas-calls"],
    ],
    day: [
      ...["devnet/add-chain", "devnet/stop-chain", "devnet/remove-chain", "flow/relayers", "devnet/forced-delivery"],
      ...["plugin/connection/matchers", "plugin/connection/out-of-gas-calls", "fleet/workers"],
    ],
  },
  {
    what: "the page with 10,000 blocks, and with chains that stand still or are closed to strangers",
    night: ["page/long-lists", "page/states"],
    day: ["page/page", "page/wallet", "page/page-server"],
  },
  {
    what: "the container's image, dapps and accounts of others' libraries, contracts of others step by step",
    night: [
      ...["package/container", "clients/wagmi", "clients/user-operations/keystore-accounts", "clients/custom-base-token"],
      ...["clients/zksync-js-calls", "suites/packages"],
    ],
    day: [
      ...["package/package", "clients/viem", "clients/zksync-ethers", "clients/user-operations/sponsored", "flow/base-token"],
      ...["suites/openzeppelin", "suites/toolboxes"],
    ],
  },
].map(({ what, night, day }) => ({ what, night: night.map(testFile), day: day.map(testFile) }));

const NIGHT_FILES: ReadonlySet<string> = new Set(NIGHT_WORK.flatMap(({ night }) => night));

/** Whether `npm test` leaves a file to the night. */
export function isNightFile(file: string): boolean {
  return NIGHT_FILES.has(file.replaceAll("\\", "/"));
}

/** Whether the night runs a file: alone, or in a longer form than `npm test` (test/support/nightly.ts). */
export function isOfTheNight(root: string, file: string): boolean {
  return isNightFile(file) || readFileSync(join(root, file), "utf8").includes('from "../support/nightly.ts"');
}

/** What `npm test` says of the files that it leaves out. */
export function nightNote(count: number): string {
  return `left to the night: ${count} test files (all: npm run nightly -- tests; one: npm test -- FILE; docs/decisions/0048)`;
}

function testFile(name: string): string {
  return `test/${name}.test.ts`;
}
