/** Names of test files whose batches a replay proves, by folder. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  "test/flow": [
    "atomic-flows",
    "atomic-pair",
    "attested-chain",
    "base-token",
    "born-with-accounts",
    "bridge",
    "calls-on-l1",
    "calls-over-layers",
    "carried-goes-on",
    "carried-rollup",
    "chain-on-chain",
    "composed-availability",
    "double-sign",
    "dump",
    "escape",
    "expired-calls",
    "hostile-places",
    "hyperbridge",
    "keeper-rotation",
    "kept-damage",
    "key-rotation",
    "killed-relayer",
    "lost-keys",
    "lying-quorum",
    "lying-quorum-on-l1",
    "mined-ranges-kept",
    "operate",
    "pace-kept",
    "places",
    "priority-queue",
    "queue-only",
    "quorum",
    "reconstruct",
    "reconstruct-tampering",
    "refused-transfers",
    "relayers",
    "relaying-at-random",
    "round-trip",
    "settlement",
    "snapshot",
    "stopped-chain-kept",
    "swap",
    "swaps-pubdata",
    "transfer-lists",
    "transit-exit",
    "two-versions",
    "upgrade-to-proven",
    "validium",
    "views",
  ],
  "test/client": [
    "calls",
    "calls-on-l1",
    "ccip-read",
    "client",
    "estimate",
    "gas-margin",
    "message-gateway",
    "names",
    "remote-slot",
    "routes",
    "spend",
    "swap",
    "wallet-books",
  ],
};

/** Files whose batches a replay proves. The seed of random workloads is fixed (`workloadSeed`), and no batch has a label. */
export const REPLAYED_FILES: ReadonlySet<string> = new Set(
  Object.entries(NAMES).flatMap(([folder, files]) => files.map((name) => `${folder}/${name}.test.ts`)),
);

/** Files with one batch for L1 every night: transfers, tokens, the queue, messages between chains, swaps, calls. */
export const SHOWN_FILES: readonly string[] = [
  "priority-queue",
  "base-token",
  "round-trip",
  "swap",
  "transfer-lists",
  "expired-calls",
].map((name) => `test/flow/${name}.test.ts`);

/** Files of these folders that a replay leaves out: they take long. */
const NOT_REPLAYED: ReadonlySet<string> = new Set(
  [
    ...["client/announce", "client/flows-ended"],
    ...["flow/added-chain-kept", "flow/aggregator-kept", "flow/aggregator-process", "flow/chain-on-chain-kept"],
    ...["flow/chain-on-chain-on-chain", "flow/flood-costs", "flow/goes-on", "flow/hard-fork"],
    ...["flow/hostile-l1-places", "flow/invariants", "flow/kills", "flow/l1-places"],
    ...["flow/nested-exit", "flow/nodes", "flow/openzeppelin-crosschain", "flow/openzeppelin-gateway"],
    ...["flow/hub-proven", "flow/out-of-gas-calls", "flow/proven-by-package", "flow/proven-on-l1", "flow/proven-together"],
    ...["flow/queue-only-kept", "flow/queue-only-proven", "flow/reconstruct-chain-on-chain", "flow/reconstruct-takeover"],
    ...["flow/routes", "flow/sixteen-together", "flow/snapshot-load", "flow/spend"],
    ...["flow/upgrade-cases", "flow/upgrade", "flow/upgraded-proven", "flow/versions-together"],
  ].map((name) => `test/${name}.test.ts`),
);

/** True for files whose batches a replay of the suite proves. */
export function isReplayed(file: string): boolean {
  if (REPLAYED_FILES.has(file)) return true;
  return Object.keys(NAMES).some((folder) => file.startsWith(`${folder}/`)) && !NOT_REPLAYED.has(file);
}
