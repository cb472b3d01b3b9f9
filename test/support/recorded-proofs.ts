import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Interface, type Result, type TransactionReceipt } from "ethers";
import { hubAbi } from "../../src/ground/abi/hub.ts";
import { lastProofKey } from "../../src/proofs/execution-proof/batch/l1-system.ts";
import { lastProofOfBytes } from "../../src/proofs/l1-proof/proof-verdict.ts";
import type { AggregatedFields, HubStates } from "../../src/ground/protocol/aggregate.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import type { LastProof } from "../../src/ground/protocol/last-proof.ts";
import type { HubHeader } from "../../src/ground/protocol/hub-header.ts";
import { proofAggregatorInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";

/** Real proof of execution that L1 accepted, with the batches that it proves. */
export interface RecordedProof {
  /** Digest of the last program's key, which fixes all programs below it. */
  readonly key: Hex;
  readonly batches: readonly AggregatedFields[];
  readonly digest: Hex;
  readonly proof: Hex;
  /** States of the hub, of a proof of a block. */
  readonly hub?: HubStates | undefined;
  /** Proof of the batch alone, which another chain has checked before L1 had it executed. */
  readonly single?: { readonly program: string; readonly proof: Hex } | undefined;
}

/** Names of the recorded proofs. */
export type RecordedName =
  | "fact-source"
  | "groth16"
  | "held-accounts"
  | "hub"
  | "inputs"
  | "layers"
  | "one-batch"
  | "queue-only"
  | "two-chains";

const BATCH_FIELDS = [
  ...(["protocolVersion", "batchNumber", "commitment", "outputsHash", "oldStateRoot", "newStateRoot"] as const),
  ...(["diffDigest", "point", "evaluation"] as const),
] as const satisfies readonly (keyof AggregatedFields["batch"])[];
const NUMBERS: ReadonlySet<string> = new Set(["chainId", "protocolVersion", "batchNumber"]);

/** Last proof of each. */
export const RECORDED_LAST: Readonly<Record<RecordedName, LastProof>> = {
  "fact-source": "fast",
  groth16: "fast",
  "held-accounts": "fast",
  inputs: "fast",
  layers: "fast",
  "one-batch": "fast",
  "queue-only": "small",
  "two-chains": "small",
  hub: "small",
};

export function readRecordedProof(name: RecordedName): RecordedProof {
  return JSON.parse(readFileSync(fileOf(name), "utf8"), (key, value: unknown) =>
    NUMBERS.has(key) ? BigInt(value as string) : value,
  ) as RecordedProof;
}

/** Recorded proof by the keys of the package's programs; undefined if there is none. */
export function currentProof(name: RecordedName): RecordedProof | undefined {
  if (!existsSync(fileOf(name))) return undefined;
  const recorded = readRecordedProof(name);
  return recorded.key === lastProofKey(RECORDED_LAST[name]) ? recorded : undefined;
}

/** Records a proof that L1 accepted, if there is none by the keys of the package's programs, or together with the proof of its batch alone. */
export function recordProof(name: RecordedName, { batches, digest, proof, hub, single }: Omit<RecordedProof, "key">): void {
  const key = lastProofKey(lastProofOfBytes(fromHex(proof)));
  if (single === undefined && currentProof(name)?.key === key) return;
  const fields = batches.map(({ chainId, batch }) => ({
    chainId,
    batch: Object.fromEntries(BATCH_FIELDS.map((field) => [field, batch[field]])),
  }));
  const text = JSON.stringify({ key, batches: fields, digest, proof, hub, single }, (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  writeFileSync(fileOf(name), `${text}\n`);
}

/** Records the proof of a transaction that calls `proveBatches`; `single` as in `RecordedProof`. */
export async function recordProofOf(
  name: RecordedName,
  receipt: TransactionReceipt,
  single?: RecordedProof["single"],
): Promise<void> {
  const { data } = (await receipt.getTransaction())!;
  const [batches, digest, proof] = proofAggregatorInterface.decodeFunctionData("proveBatches", data) as unknown as [
    readonly Result[],
    Hex,
    Hex,
  ];
  recordProof(name, { batches: batches.map((item) => item.toObject(true) as AggregatedFields), digest, proof, single });
}

/** Records the proof of a transaction that calls `land` of a hub, whose state was `before`. */
export async function recordHubProofOf(name: RecordedName, receipt: TransactionReceipt, before: Hex): Promise<void> {
  const { data } = (await receipt.getTransaction())!;
  const [header, batches, shown] = new Interface(hubAbi).decodeFunctionData("land", data) as unknown as [
    HubHeader,
    readonly Result[],
    { readonly digest: Hex; readonly proof: Hex },
  ];
  const fields = batches.map((item) => item.toObject(true) as AggregatedFields);
  recordProof(name, { batches: fields, digest: shown.digest, proof: shown.proof, hub: { before, after: header.state } });
}

function fileOf(name: RecordedName): URL {
  return new URL(`../../fixtures/recorded-proofs/${name}.json`, import.meta.url);
}
