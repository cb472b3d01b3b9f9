/** Batches of the test files of a folder. Files that are not here make no batch that a replay sees. */
const BATCHES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "test/flow": {
    ...{ "atomic-flows": 10, "atomic-pair": 10, "attested-chain": 2, "base-token": 3, "born-with-accounts": 1 },
    ...{ bridge: 1, "calls-on-l1": 2, "calls-over-layers": 12, "carried-goes-on": 5, "carried-rollup": 29 },
    ...{ "chain-on-chain": 8, "composed-availability": 9, "double-sign": 4, dump: 5, escape: 2 },
    ...{ "expired-calls": 2, "hostile-places": 1, hyperbridge: 3, "keeper-rotation": 3, "kept-damage": 1 },
    ...{ "key-rotation": 3, "killed-relayer": 2, "lost-keys": 3, "lying-quorum": 1, "lying-quorum-on-l1": 1 },
    ...{ "mined-ranges-kept": 2, operate: 1, "pace-kept": 5, places: 6, "priority-queue": 3 },
    ...{ "queue-only": 9, quorum: 5, reconstruct: 5, "reconstruct-tampering": 2, "refused-transfers": 2 },
    ...{ relayers: 4, "relaying-at-random": 30, "round-trip": 4, settlement: 2, snapshot: 13 },
    ...{ "stopped-chain-kept": 6, swap: 4, "swaps-pubdata": 3, "transfer-lists": 9, "transit-exit": 5 },
    ...{ "two-versions": 5, "upgrade-to-3": 9, validium: 3, views: 3 },
  },
  "test/client": {
    ...{ calls: 6, "calls-on-l1": 16, "ccip-read": 9, client: 32, estimate: 32 },
    ...{ "gas-margin": 7, "message-gateway": 27, names: 6, "remote-slot": 13, routes: 30 },
    ...{ spend: 19, swap: 20, "wallet-books": 6 },
  },
};

/**
 * How many batches a replay of each file has, by the file's name. It is fixed, as the seed of random workloads is
 * (`workloadSeed`), and no batch has a label.
 */
export const REPLAYED_FILES: ReadonlyMap<string, number> = new Map(
  Object.entries(BATCHES).flatMap(([folder, files]) =>
    Object.entries(files).map(([name, batches]) => [`${folder}/${name}.test.ts`, batches] as const),
  ),
);

/** Of each of these one batch is shown to L1 every night: transfers, tokens, the queue, messages between chains, swaps, calls. */
export const SHOWN_FILES: readonly string[] = [
  "priority-queue",
  "base-token",
  "round-trip",
  "swap",
  "transfer-lists",
  "expired-calls",
].map((name) => `test/flow/${name}.test.ts`);

/** Undefined for files that are replayed only where they are named: they have no counts. */
export function expectedOf(file: string): number | undefined {
  return REPLAYED_FILES.get(file) ?? (isReplayed(file) ? 0 : undefined);
}

/** Files of these folders that a replay leaves out: they take long, and have no counts. */
const NOT_REPLAYED: ReadonlySet<string> = new Set(
  [
    ...["client/announce", "client/flows-ended"],
    ...["flow/added-chain-kept", "flow/aggregator-kept", "flow/aggregator-process", "flow/chain-on-chain-kept"],
    ...["flow/chain-on-chain-on-chain", "flow/flood-costs", "flow/goes-on", "flow/hard-fork"],
    ...["flow/hostile-l1-places", "flow/invariants", "flow/kills", "flow/l1-places"],
    ...["flow/nested-exit", "flow/nodes", "flow/openzeppelin-crosschain", "flow/openzeppelin-gateway"],
    ...["flow/out-of-gas-calls", "flow/proven-by-package", "flow/proven-on-l1", "flow/proven-together"],
    ...["flow/queue-only-kept", "flow/queue-only-proven", "flow/reconstruct-chain-on-chain", "flow/reconstruct-takeover"],
    ...["flow/routes", "flow/sixteen-together", "flow/snapshot-load", "flow/spend"],
    ...["flow/upgrade-cases", "flow/upgrade", "flow/upgraded-proven", "flow/versions-together"],
  ].map((name) => `test/${name}.test.ts`),
);

/** True for files whose batches a replay of the suite proves. */
export function isReplayed(file: string): boolean {
  if (REPLAYED_FILES.has(file)) return true;
  return Object.keys(BATCHES).some((folder) => file.startsWith(`${folder}/`)) && !NOT_REPLAYED.has(file);
}
