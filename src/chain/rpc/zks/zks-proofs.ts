import type { Chain } from "../../chain.ts";
import { digestToHex } from "../../../ground/protocol/digest.ts";
import { LeafKind } from "../../../ground/protocol/domain-tags.ts";
import { wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { l2LogProof } from "../../../ground/protocol/log-proof.ts";
import { memberSlot } from "../../model/partition-members.ts";
import type { StateKey } from "../../state/state-key.ts";
import { StateHistoryError, type ProvenValue } from "../../index/state-history.ts";
import { address } from "../request/call-request.ts";
import { quantity } from "../request/quantities.ts";
import type { RpcMethod } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import type { SettlementView } from "./settlement-view.ts";
import { ZkFields } from "./zk-fields.ts";
import type { ShownFields } from "../../../ground/transaction/shown-transaction.ts";

/** Storage keys in one request; each answer has 32 siblings. */
const MAX_KEYS = 100;

/** ZK Stack's methods that prove something to L1. */
export function zksProofMethods(chain: Chain, settlement: SettlementView | undefined): ReadonlyMap<string, RpcMethod> {
  return new Map<string, RpcMethod>([
    ["zks_getL2ToL1LogProof", (params) => logProof(chain, settlement, params)],
    ["zks_getProof", (params) => stateProof(chain, settlement, params)],
  ]);
}

/**
 * Transaction, which of its logs (default the first), target (only the batch's own root). Null until L1 has executed the
 * batch: a proof is of no use there before.
 */
async function logProof(
  chain: Chain,
  settlement: SettlementView | undefined,
  [hash, position, target]: readonly unknown[],
): Promise<object | null> {
  if (target !== undefined && target !== null && target !== "l1BatchRoot" && target !== "l1_batch_root") {
    throw new RpcError(RpcCode.invalidParams, "log proofs are made against the batch's own root here (l1BatchRoot)");
  }
  const fields = new ZkFields(chain);
  const place = chain.blocks.place(fields.engineHash(hash));
  const found = place === undefined ? undefined : chain.blocks.receipt(place);
  if (found === undefined) return null;
  const receipt = fields.receipt(found);
  const logs = receipt["l2ToL1Logs"] as readonly ShownFields[];
  const log = logs[position === undefined || position === null ? 0 : Number(quantity(position))];
  const batch =
    typeof receipt["l1BatchNumber"] === "string" ? chain.archive.batch(quantity(receipt["l1BatchNumber"])) : undefined;
  if (log === undefined || batch === undefined) return null;
  if (settlement !== undefined && (await settlement.stages(batch.number)).executed === undefined) return null;
  const id = Number(quantity(log["indexInBatch"]));
  const batchNumber = Number(batch.number);
  return { id, index: id, proof: l2LogProof(batch.logLeaves, id), root: batch.logRoot, batchNumber, batch_number: batchNumber };
}

/**
 * Account, storage keys, batch (default the newest that is proven). Proves the values under the state root that L1 has
 * verified for that batch.
 */
async function stateProof(
  chain: Chain,
  settlement: SettlementView | undefined,
  [account, keys = [], batch]: readonly unknown[],
): Promise<object> {
  const owner = address(account);
  if (!Array.isArray(keys)) throw new RpcError(RpcCode.invalidParams, "the storage keys are a list");
  if (keys.length > MAX_KEYS)
    throw new RpcError(RpcCode.limitExceeded, `at most ${MAX_KEYS} keys are proven at once, got ${keys.length}`);
  const slots = keys.map(quantity);
  const proven = settlement === undefined ? (chain.archive.last?.number ?? -1n) + 1n : (await settlement.counts()).proven;
  const number = batch === undefined || batch === null ? proven - 1n : quantity(batch);
  if (number < 0n || number >= proven) {
    const known = proven === 0n ? "none is yet" : `the last is ${proven - 1n}`;
    throw new RpcError(RpcCode.rejected, `batch ${number < 0n ? 0n : number} is not proven on L1: ${known}`, {
      code: "BatchNotProven",
    });
  }
  const ofAccount = (leafKind: LeafKind, slot = 0n): StateKey => ({ leafKind, address: BigInt(owner), slot });
  const asked = [
    ofAccount(LeafKind.account),
    ofAccount(LeafKind.codeHash),
    ...slots.map((slot) => ofAccount(LeafKind.storage, slot)),
  ];
  const membership: StateKey = {
    leafKind: LeafKind.storage,
    address: BigInt(PREDEPLOYS.Partitions),
    slot: BigInt(memberSlot(owner)),
  };
  const { root, values } = await prove(chain, number, [membership, ...asked]);
  const [member, ...others] = values;
  if (member?.value !== 0n) throw inPorter(owner);
  const [header, codeHash, ...storageProof] = others.map((value, i) => shown(value, asked[i]?.slot ?? 0n));
  return {
    address: owner,
    l1BatchNumber: Number(number),
    stateRoot: digestToHex(root),
    header,
    codeHash,
    storageProof,
  };
}

/** The state that L1 has would prove zeros for an account of the porter, which another chain would take for its values. */
function inPorter(account: Hex): RpcError {
  const message = `${account} is in the chain's porter, and L1 has the state of the rollup; no proof shows its values to other chains`;
  return new RpcError(RpcCode.rejected, message, { code: "WrongPartition" });
}

async function prove(chain: Chain, batchNumber: BatchNumber, keys: readonly StateKey[]): ReturnType<Chain["history"]["prove"]> {
  try {
    return await chain.history.prove(batchNumber, keys);
  } catch (error) {
    if (!(error instanceof StateHistoryError)) throw error;
    throw new RpcError(
      error.code === "Busy" ? RpcCode.limitExceeded : RpcCode.rejected,
      error.message,
      { code: error.code },
      { cause: error },
    );
  }
}

/** A value with its proof in JSON. Where the key has no leaf, the one shown is that whose interval the key falls into. */
function shown({ value, proof }: ProvenValue, slot: bigint): object {
  const { leafCount, index, leafKind, key, nextKey, siblings } = proof;
  return {
    key: wordToHex(slot),
    value: wordToHex(value),
    index,
    proof: siblings.map(digestToHex),
    leaf: { kind: leafKind, key: digestToHex(key), nextKey: digestToHex(nextKey), value: wordToHex(proof.value) },
    leafCount,
  };
}
