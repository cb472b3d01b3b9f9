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
    what: "a chain's batch by one proof, batches of any form and runs in segments by one key",
    night: [
      ...["execution-proof/proven-batch", "execution-proof/product-programs", "proving/l1-proofs", "flow/proven-on-l1"],
      ...[
        "flow/proven-by-package",
        "flow/proven-together",
        "flow/sixteen-together",
        "flow/queue-only-proven",
        "flow/versions-together",
        "flow/queue-only-kept",
        "flow/aggregator-kept",
        "flow/aggregator-process",
        "flow/upgraded-proven",
        "proving/l1-workers",
      ],
      ...["recursion/nodes/node-programs", "recursion/nodes/segmented-run", "devnet/upgraded-on-l1"],
      "flow/lying-quorum-on-l1",
    ],
    day: [
      ...["proving/driver", "proving/workers", "proving/l1-over-queues", "settlement/proven-on-l1"],
      ...["node/shared-proofs", "devnet/shared-proofs", "flow/queue-only", "flow/lying-quorum"],
      ...["execution-proof/proven-leaf", "recursion/nodes/proven-node", "recursion/nodes/rules", "recursion/nodes/aggregate"],
      ...["recursion/nodes/segment-leaf", "contracts/verifier/executed-by-proof"],
    ],
  },
  {
    what: "proofs of execution, asked for by validators, kept, served and checked by a task; runs of each part of the kernel; lost threads",
    night: [
      ...["devnet/execution", "devnet/proof-validators", "devnet/proof-mode", "devnet/large-steps"],
      ...["plugin/verify-task"],
      ...["execution-proof/operations", "execution-proof/run", "execution-proof/erc20", "execution-proof/precompiles"],
      ...["prover/lost-threads", "proving/chunks"],
    ],
    day: [
      ...["execution-proof/batch-proof", "execution-proof/soundness", "execution-proof/transaction", "prover/prover"],
      ...["devnet/execution-watch", "plugin/watch-task", "machine/precompiles", "execution-proof/batch-labels"],
    ],
  },
  {
    what: "validators that sign money out of nothing, on a chain that proves its execution; proofs that earlier software made",
    night: ["devnet/lying-execution", "devnet/outdated-proofs"],
    day: [
      ...["execution-proof/batch-proof", "devnet/machine-validators", "devnet/execution-watch", "plugin/watch-task"],
      ...["flow/lying-quorum", "settlement/settlement"],
    ],
  },
  {
    what: "proofs of what is charged by units, of precompiled contracts that are bytecode, and of the largest steps",
    night: ["devnet/proven-units", "execution-proof/protocol-codes", "execution-proof/planted-steps"],
    day: [
      ...["node/adversary", "node/killed-before-root", "chain/sequencer/charged-units", "machine/three-meters"],
      ...["machine/protocol-codes/power", "machine/precompiles", "execution-proof/native-weights"],
      ...["execution-proof/segments", "execution-proof/transaction"],
    ],
  },
  {
    what: "a card in threads of provers, its memory at its limits, small dispatches, a wrong bit of each kernel, its benchmark; proofs of more shapes by each backend",
    night: [
      ...["devices/card-in-threads", "devices/kernel-sizes", "devices/faulty-kernels", "devices/bench-gpu"],
      ...["kernels/webgpu-memory", "stark/backends"],
    ],
    day: [
      ...["kernels/webgpu-device", "kernels/fast-backends", "devices/same-proofs", "prover/device"],
      ...["execution-proof/segmented-batch", "contracts/verifier/stacked"],
    ],
  },
  {
    what: "policies made of policies, with proofs, and a chain's data from keepers that lie",
    night: ["flow/composed-availability"],
    day: ["contracts/l1/availability", "flow/validium", "plugin/held-data-task", "flow/reconstruct-sources"],
  },
  {
    what: "a plan without a label for a batch of each of the public state tests",
    night: ["node/public-cases"],
    day: ["machine/state-tests", "node/adversary"],
  },
  {
    what: "flows that the relayer ends; escrows and holdings of a chain that has exited, by tasks",
    night: ["client/flows-ended", "plugin/claim-escrow-task", "plugin/exit-task"],
    day: [
      "flow/atomic-flows",
      ...["plugin/connection/flows", "contracts/l2/atomic-flow-attacks", "contracts/l2/atomic-flow-schedules"],
      ...["contracts/l1/escrow-exit", "flow/escape"],
    ],
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
    what: "a rebuilt rollup that is taken over, served and operated by tasks",
    night: ["flow/reconstruct-takeover", "flow/nodes", "plugin/deploy-and-operate"],
    day: [
      "flow/reconstruct",
      "flow/reconstruct-tampering",
      "flow/reconstruct-sources",
      "flow/operate",
      "plugin/deploy-and-rebuild",
    ],
  },
  {
    what: "batches formed again, from every state that they can be in",
    night: ["devnet/reseal"],
    day: ["plugin/reseal-task", "chain/rewind", "settlement/settlement"],
  },
  {
    what: "chains on a chain with money over the chain between, kept, rebuilt, left, and a layer deeper; every route with real proofs",
    night: [
      ...["flow/chain-on-chain-kept", "flow/chain-on-chain-on-chain", "flow/reconstruct-chain-on-chain"],
      ...["flow/nested-exit", "devnet/forwarding", "flow/routes", "plugin/carried-operate"],
      ...["plugin/connection/calls-over-layers", "flow/carried-rollup", "plugin/message-over-layers", "flow/atomic-pair"],
    ],
    day: [
      "flow/chain-on-chain",
      ...["devnet/settles-on", "devnet/aliases-of-layers", "contracts/l2/forwarders", "options/ancestry-rules", "client/routes"],
      ...["flow/hyperbridge", "flow/reconstruct-sources", "contracts/l1/nested-exit", "flow/carried-goes-on"],
      ...["flow/calls-over-layers", "contracts/l1/data-carrier", "contracts/l1/requests-together", "plugin/tasks"],
    ],
  },
  {
    what: "random operations with real proofs; planted faults, each of which the simulation must notice; its long runs in parts",
    night: ["flow/invariants", "simulation/faults", "simulation/parts"],
    day: ["simulation/simulation", "contracts/l1/shared-bridge-invariants", "contracts/l2/supply-invariants", "flow/round-trip"],
  },
  {
    what: "upgrades, rebuilt from L1, in each case that can come between, and of all chains on one day",
    night: ["flow/upgrade", "flow/upgrade-cases", "flow/hard-fork"],
    day: [
      ...["plugin/upgrade-task", "plugin/upgrade-all", "chain/batch/versions", "contracts/l1/upgrades", "contracts/l1/leaving"],
      ...["flow/upgrade-to-3", "flow/voted-upgrade"],
    ],
  },
  {
    what: "dapps of other bridges with their own npm packages, unmodified; floods of their messages, and members that come and go",
    night: [
      "bridges/layerzero",
      "bridges/layerzero-api",
      "bridges/layerzero-kept",
      "bridges/layerzero-hostile",
      "bridges/layerzero-proven",
      "bridges/hyperlane",
      "bridges/hyperlane-kept",
      "bridges/hyperlane-more",
      "bridges/ccip",
      "bridges/ccip-kept",
      "bridges/superchain-proven",
      "bridges/example-projects",
      ...["bridges/ccip-coins", "bridges/flood", "bridges/members-in-flight", "bridges/superchain"],
    ],
    day: [
      "contracts/bridges/proven-dvn",
      "contracts/bridges/devnet-executor",
      "contracts/bridges/proven-hook",
      "contracts/bridges/ccip-ramps",
      ...[
        "contracts/bridges/superchain",
        "contracts/bridges/superchain-mutants",
        "bridges/superchain-worker",
        "bridges/superchain-of-3",
      ],
      "plugin/hyperlane-registry",
      "bridges/published-code",
      "bridges/layerzero-worker",
      "bridges/hyperlane-worker",
      "bridges/ccip-worker",
      "bridges/fixed-deployment",
      "options/bridges",
      ...["bridges/killed-deliveries", "devnet/add-chain", "devnet/stop-chain", "devnet/remove-chain"],
    ],
  },
  {
    what: "payments out of several chains, a chain's first batches, calls of L1 and calls through the test API, with real proofs",
    night: ["flow/spend", "plugin/connection/hyperchains-proven", "flow/calls-on-l1", "flow/settlement"],
    day: [
      "flow/transfer-lists",
      "flow/swap",
      "flow/views",
      ...["flow/round-trip", "client/remote-slot", "client/ccip-read", "contracts/l2/cross-chain-views"],
      ...["client/swap", "client/spend", "contracts/l2/remote-swap", "contracts/attacks/stolen-swaps", "flow/hyperbridge"],
      ...["contracts/l2/transfer-lists", "plugin/connection/hyperchains", "client/calls-on-l1", "settlement/real-proof"],
    ],
  },
  {
    what: "accounts whose keys are in a keystore: each kind and number of owners, operations replayed, keys by tasks",
    night: ["clients/user-operations/keystore-accounts", "plugin/keys-task"],
    day: ["clients/user-operations/accounts-on-all-chains", "contracts/attacks/keystore-accounts", "client/remote-slot"],
  },
  {
    what: "names that are brought by every route, by the client and by tasks",
    night: ["client/announce", "plugin/names-task"],
    day: ["client/names", "plugin/connection/names", "plugin/connection/hyperchains", "contracts/l2/early-transfers"],
  },
  {
    what: "ecosystems on copies of other L1s",
    night: ["devnet/l1-fork"],
    day: ["plugin/connection/forked-network"],
  },
  {
    what: "what an operation's gas buys at most, what floods and slow calls cost, and batches that do not get through L1",
    night: ["chain/sequencer/operation-limits", "flow/flood-costs", "chain/rpc/slow-calls", "devnet/back-pressure"],
    day: [
      ...["chain/sequencer/limits", "contracts/attacks/flow-flood", "contracts/attacks/queue-costs", "chain/rpc/heavy-calls"],
      ...["chain/sequencer/back-pressure", "settlement/killed"],
    ],
  },
  {
    what: "tasks that create chains, relay, govern, tell failures, misuse and prove; each act by each surface; large states; chains that tests add; more forms of each",
    night: [
      ...["plugin/create-task", "plugin/relay-tasks", "plugin/remote-failures", "plugin/prover-task", "plugin/misuse"],
      "plugin/postgres-fleet",
      ...["plugin/spawned-forms", "plugin/import-large-state", "plugin/connection/added-chain"],
      ...["plugin/connection/example-coverage", "flow/out-of-gas-calls", "plugin/surfaces", "plugin/governance-task"],
    ],
    day: [
      ...["devnet/add-chain", "devnet/stop-chain", "devnet/remove-chain", "flow/relayers", "devnet/forced-delivery"],
      ...["plugin/tasks", "plugin/import-task", "plugin/spawn-options", "plugin/discovery", "plugin/connection/matchers"],
      ...["plugin/connection/example-project", "plugin/connection/out-of-gas-calls", "proving/workers"],
      ...["plugin/connection/hyperchains", "plugin/connection/governance", "plugin/upgrade-all", "devnet/prepare"],
    ],
  },
  {
    what: "the page's lists, searches, names, controls, tokens, proofs and states, 10,000 blocks in it, a tab that is closed at a proof, and tests that it copies in a project",
    night: [
      ...["page/page", "page/long-lists", "page/states", "page/find", "page/controls", "page/tokens-and-bridges"],
      "page/browser-at-work",
      "plugin/connection/copied-test",
    ],
    day: [
      ...["page/a-day", "page/wallet", "page/narrow", "page/page-server", "page/address-book", "page/token-transfers"],
      ...["page/bridge-steps", "page/browser-prover", "page/worker-relay", "devnet/activity", "devnet/looking-methods"],
    ],
  },
  {
    what: "proofs on a card in software by L1's own parameters, whose nonces it searches for minutes",
    night: ["devices/l1-parameters"],
    day: ["devices/same-proofs", "l1-proof/l1-proving", "contracts/verifier/stacked"],
  },
  {
    what: "the container's image; a node with parts of one's own, by the package; dapps, toolboxes, accounts and contracts of others",
    night: [
      ...["package/container", "clients/wagmi", "clients/custom-base-token"],
      ...["clients/zksync-js-calls", "clients/viem", "clients/ethers5", "clients/message-status", "suites/packages"],
      ...["clients/user-operations/sending", "suites/toolboxes", "suites/heavy-computations", "flow/openzeppelin-crosschain"],
      "flow/openzeppelin-gateway",
      "package/kit",
    ],
    day: [
      ...["package/package", "package/client", "clients/zksync-ethers", "clients/web3", "clients/user-operations/sponsored"],
      ...["clients/user-operations/hostile", "flow/counter", "core/spine"],
      ...["flow/base-token", "flow/hyperbridge", "flow/round-trip", "chain/rpc/heavy-calls", "suites/openzeppelin"],
      ...["plugin/connection/plugins-around"],
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
  return isNightFile(file) || /from "(\.\.\/)+support\/nightly\.ts"/.test(readFileSync(join(root, file), "utf8"));
}

/** What `npm test` says of the files that it leaves out. */
export function nightNote(count: number): string {
  return `left to the night: ${count} test files (all: npm run nightly -- tests; one: npm test -- FILE; docs/decisions/0048)`;
}

function testFile(name: string): string {
  return `test/${name}.test.ts`;
}
