import { isNightFile } from "../../../../scripts/test-night.ts";
import type { LabelledBatch } from "./outcomes.ts";

/** What a replay of a test file comes to. It is fixed, as the seed of random workloads is (`workloadSeed`). */
export interface ExpectedFile {
  readonly batches: number;
  /** Those that have no proof, each with the reason. All others are proven. */
  readonly labelled: readonly LabelledBatch[];
}

/** Batches of the test files of a folder. Files that are not here make no batch that a replay sees. */
const BATCHES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "test/flow": {
    ...{ "atomic-pair": 2, "base-token": 3, bridge: 1, "calls-on-l1": 2 },
    ...{ "calls-over-layers": 12, "carried-goes-on": 5 },
    ...{ "carried-rollup": 27, dump: 5, escape: 2, "expired-calls": 2, "hostile-places": 1 },
    ...{ hyperbridge: 3, "lying-quorum": 1, operate: 1, "pace-kept": 5 },
    ...{ places: 6, "priority-queue": 3, "reconstruct-tampering": 2, "refused-transfers": 2 },
    ...{ relayers: 4, "round-trip": 4, settlement: 2, snapshot: 15 },
    ...{ "stopped-chain-kept": 6, "transit-exit": 5, validium: 3 },
  },
  "test/client": {
    ...{ "calls-on-l1": 16, calls: 6, "ccip-read": 9, client: 32 },
    ...{ estimate: 29, "message-gateway": 27, names: 6, "remote-slot": 13, routes: 30 },
    ...{ spend: 17, swap: 20 },
  },
};

const LABELLED: Readonly<Record<string, readonly LabelledBatch[]>> = {
  // Its random workload calls precompiled contracts (test/contracts/solidity/chain/Workload.sol).
  "test/flow/reconstruct-tampering.test.ts": [{ chain: 271, batch: 0, reason: "unsupported-precompile" }],
};

/** What a replay of each file has to come to, by the file's name. */
export const REPLAYED_FILES: ReadonlyMap<string, ExpectedFile> = new Map(
  Object.entries(BATCHES).flatMap(([folder, files]) =>
    Object.entries(files).map(([name, batches]) => {
      const file = `${folder}/${name}.test.ts`;
      return [file, { batches, labelled: LABELLED[file] ?? [] }] as const;
    }),
  ),
);

/** What a replay of a file has to come to; undefined for files that are replayed only where they are named: they have no counts. */
export function expectedOf(file: string): ExpectedFile | undefined {
  return REPLAYED_FILES.get(file) ?? (isReplayed(file) ? { batches: 0, labelled: [] } : undefined);
}

/** Whether a replay of the suite has the file: those of these folders that `npm test` runs. */
export function isReplayed(file: string): boolean {
  return Object.keys(BATCHES).some((folder) => file.startsWith(`${folder}/`)) && !isNightFile(file);
}
