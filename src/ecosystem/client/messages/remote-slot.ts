import type { Provider, Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { newestRootOf } from "../../../ground/protocol/import-kinds.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { askSlot, batchRootOf, slotProof, type AskedNode, type BatchRoot, type SlotProof } from "../../relayer/state-proof.ts";
import { readLogs } from "../../../chain/settlement-layer/reader/log-pages.ts";
import type { L1View, RegistryLeaf } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { parseAccount } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { crossChainViews, importedRoots, topicOf } from "../sending/contract-interfaces.ts";
import { findChain, type ChainName, type Ecosystem, type EcosystemChain } from "../ecosystem/ecosystem.ts";
import { memberAnswer, refusalOf, senderOn, submit } from "../sending/submit.ts";
import { viewL1 } from "./withdraw.ts";

/** A storage slot of a contract on one chain, as another chain sees it. */
export interface RemoteSlotRequest {
  /** The chain that reads. */
  readonly on: ChainName;
  /** The chain that is read. */
  readonly chain: ChainName;
  readonly contract: string;
  readonly slot: bigint;
  /** Default: the newest that `on` can see. */
  readonly batch?: bigint | undefined;
}

/**
 * Value of the slot, with its proof for any contract of the reading chain: arguments of `CrossChainViews`.
 */
export interface RemoteSlot {
  /** 0 also where the slot was never written. */
  readonly value: bigint;
  readonly batchNumber: bigint;
  /** Seconds by L1's clock. */
  readonly executedAt: bigint;
  /** Above the batch's number where the batch's own execution is not proven. */
  readonly provenSince: bigint;
  readonly batch: BatchRoot;
  readonly proof: SlotProof;
}

/** A member's provider, by chain id, as ethers' `JsonRpcProvider` is one. */
export type AskingProviderOf = (chainId: number) => Provider & AskedNode;

/**
 * Reads a slot of a contract on another chain. The chain that is read makes the proof, L1 has the batch, and
 * the chain that reads has verified both when this resolves, so none of them needs to be believed. Throws
 * ClientError NotImported where that chain has no root yet that holds the batch, or WrongPartition for a
 * porter's account; rejects with the member's error for a batch that it can no longer prove.
 */
export async function viewSlot(
  ecosystem: Ecosystem,
  request: RemoteSlotRequest,
  providerOf: AskingProviderOf,
  view: L1View = viewL1(ecosystem, providerOf(ecosystem.l1.chainId)),
): Promise<RemoteSlot> {
  const [here, there] = [findChain(ecosystem, request.on), findChain(ecosystem, request.chain)];
  const contract = parseAccount(request.contract);
  const reader = providerOf(here.chainId);
  const rootIndex = await newestRoot(reader);
  await view.poll();
  const { leaf, batchNumber } = requireBatch(view, { here, there, rootIndex, wanted: request.batch });
  const batch = batchRootOf(view, { chainId: BigInt(there.chainId), leaf: { ...leaf, batchNumber }, rootIndex });
  const source = { here, there, reader, node: providerOf(there.chainId), batch };
  const { value, proof } = await provenSlot(source, contract, request.slot);
  if (value === 0n) await requireInRollup(source, contract);
  const { executedAt, provenSince } = leaf.record;
  return { value, batchNumber, executedAt, provenSince, batch, proof };
}

/** A batch of the chain that is read, a node of that chain, and the chain that verifies the node's proofs. */
interface VerifiedBatch {
  readonly here: EcosystemChain;
  readonly there: EcosystemChain;
  readonly reader: Provider;
  readonly node: AskedNode;
  readonly batch: BatchRoot;
}

/** Value of a slot that the chain that reads has verified. Rejects with ClientError Refused, or with the node's error. */
async function provenSlot(
  { here, there, reader, node, batch }: VerifiedBatch,
  contract: Hex,
  slot: bigint,
): Promise<{ readonly value: bigint; readonly proof: SlotProof }> {
  const { batchNumber } = batch;
  const shown = await askSlot(node, contract, slot, batchNumber).catch((error: unknown) => {
    throw memberAnswer(error)?.code === "WrongPartition" ? inPorter(there, contract, error) : error;
  });
  // Of a zero the answer does not say whether it was ever written; one of both is true, and the chain that reads knows which.
  const isZero = BigInt(shown.value) === 0n && BigInt(shown.leaf.value) === 0n;
  const possible = isZero ? [false, true] : [BigInt(shown.value) !== 0n];
  let refusal: unknown;
  for (const isWritten of possible) {
    const proof = slotProof(shown, isWritten);
    try {
      const data = crossChainViews.encodeFunctionData("storageAt", [batch, contract, slot, proof]);
      const result = await reader.call({ to: PREDEPLOYS.CrossChainViews, data });
      const [{ value }] = crossChainViews.decodeFunctionResult("storageAt", result) as unknown as [{ value: bigint }];
      return { value, proof };
    } catch (error) {
      if (refusalOf(error) === undefined) throw error;
      refusal = error;
    }
  }
  const error = refusalOf(refusal)?.name;
  const message = `${here.name} refuses what ${there.name} shows of slot ${slot} in batch ${batchNumber} (${error}); ask another node of ${there.name}`;
  throw new ClientError("Refused", message, { error, batchNumber }, { cause: refusal });
}

/**
 * The state on L1 has no slots of a porter's account, so it proves a zero for each of them. The account's slot of `Partitions`
 * is in that state: its zero is proven too. Throws ClientError WrongPartition.
 */
async function requireInRollup(source: VerifiedBatch, contract: Hex): Promise<void> {
  const member = await provenSlot(source, PREDEPLOYS.Partitions, membershipSlot(contract));
  if (member.value !== 0n) throw inPorter(source.there, contract);
}

/** Slot of `Partitions` that is 1 for an account of the porter. */
export function membershipSlot(contract: Hex): bigint {
  return BigInt(contract);
}

/** Refusal to take a zero for the value of a porter's slot. */
export function inPorter({ name }: Pick<EcosystemChain, "name">, account: Hex, cause?: unknown): ClientError {
  const message = `${account} is in the porter of ${name}, whose state is not on L1: no proof shows its values to other chains; read it at its porter's RPC`;
  return new ClientError("WrongPartition", message, { account }, { cause });
}

/**
 * Stores on the reading chain the value that `viewSlot` reads, for its contracts: `CrossChainViews.read`.
 * `signer` is on that chain. Resolves with the transaction's hash. Throws ClientError.
 */
export async function loadSlot(
  ecosystem: Ecosystem,
  request: RemoteSlotRequest,
  signer: Signer,
  providerOf: AskingProviderOf,
): Promise<RemoteSlot & { readonly transactionHash: Hex }> {
  const sender = await senderOn(signer, findChain(ecosystem, request.on));
  const shown = await viewSlot(ecosystem, request, providerOf);
  const args = [shown.batch, parseAccount(request.contract), request.slot, shown.proof];
  const data = crossChainViews.encodeFunctionData("load", args);
  const receipt = await submit(sender, { to: PREDEPLOYS.CrossChainViews, data });
  return { ...shown, transactionHash: receipt.hash as Hex };
}

/** Registry index of the newest root that a chain has; 0 where it has none. Facts, promises and links are not roots. */
export async function newestRoot(provider: Provider): Promise<bigint> {
  const logs = await readLogs(provider, {
    address: PREDEPLOYS.ImportedRoots,
    topics: [topicOf(importedRoots, "RootImported")],
    fromBlock: 0,
    toBlock: await provider.getBlockNumber(),
  });
  const imports = logs.map((log) => ({ registryIndex: importedRoots.parseLog(log)?.args["registryIndex"] as bigint }));
  return newestRootOf(imports)?.registryIndex ?? 0n;
}

/** The batch that is asked for, or the newest, with its leaf under a root. Throws ClientError NotImported. */
function requireBatch(
  view: L1View,
  {
    here,
    there,
    rootIndex,
    wanted,
  }: { here: EcosystemChain; there: EcosystemChain; rootIndex: bigint; wanted: bigint | undefined },
): { readonly leaf: RegistryLeaf; readonly batchNumber: bigint } {
  const chainId = BigInt(there.chainId);
  const last = view.lastBatch(chainId)?.batchNumber ?? -1n;
  for (let number = wanted ?? last; number >= 0n; number--) {
    const leaf = view.batch(chainId, number)?.registryLeaf;
    if (leaf !== undefined && BigInt(leaf.index) < rootIndex) return { leaf, batchNumber: number };
    if (wanted !== undefined) break;
  }
  const what = wanted === undefined ? "any batch" : `batch ${wanted}`;
  const message = `${here.name} cannot see ${what} of ${there.name} yet; it can once L1 has executed it and ${here.name} has imported a later root, with the next message that any other chain sends`;
  throw new ClientError("NotImported", message, { on: here.chainId, chain: there.chainId, rootIndex });
}
