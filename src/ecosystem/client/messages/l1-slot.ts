import { Interface, type Provider, type Signer } from "ethers";
import { l1StorageAbi } from "../../../ground/abi/l1-storage.ts";
import { transactionRootRegistryAbi } from "../../../ground/abi/transaction-root-registry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { L1View, PlacedLeaf } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { parseAccount } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { findChain, type ChainName, type Ecosystem, type EcosystemChain } from "../ecosystem/ecosystem.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { refusalOf, senderOn, submit } from "../sending/submit.ts";
import { readL1Evidence, type L1Evidence } from "./l1-evidence.ts";
import { hasL1Storage, L1_STORAGE_ADDRESS } from "./l1-storage-contract.ts";
import { newestRoot, type AskingProviderOf } from "./remote-slot.ts";
import { viewL1 } from "./withdraw.ts";

/** Slot of an account on L1, for contracts of a chain. */
export interface L1SlotRequest {
  /** Chain that reads; it settles on L1. */
  readonly on: ChainName;
  /** Address on L1. */
  readonly account: string;
  readonly slot: bigint;
  /** Number of a noted block. Default: the newest noted block that `on` can see. */
  readonly block?: number | undefined;
}

/** Noted block of L1 under a root, as `L1Storage` takes it. */
export interface NotedBlock {
  /** Time of the noting, seconds by L1's clock. */
  readonly notedAt: bigint;
  readonly leafIndex: bigint;
  readonly siblings: readonly Hex[];
  readonly rootIndex: bigint;
}

/** Content of a slot on L1, with the proof that contracts of the chain check. */
export interface L1Slot {
  /** 0 also if the slot or the account does not exist. */
  readonly value: bigint;
  readonly blockNumber: bigint;
  /** Time of the block, seconds by L1's clock. */
  readonly timestamp: bigint;
  /** Argument `proof` of `L1Storage.slotAt` and `load`. */
  readonly proof: L1Evidence & { readonly noted: NotedBlock };
  /** `L1Storage` on the chain. */
  readonly contract: Hex;
}

const registry = new Interface(transactionRootRegistryAbi);
const storage = new Interface(l1StorageAbi);

/**
 * Notes a block of L1 in the registry, so that chains can read L1's storage after that block. L1 has the hashes of its last 256
 * blocks, and of 8,191 with EIP-2935. Resolves with the transaction's hash. `signer` is on L1. Throws ClientError.
 */
export async function noteL1Block(ecosystem: Ecosystem, block: number, signer: Signer): Promise<Hex> {
  const sender = await senderOn(signer, ecosystem.l1);
  const data = registry.encodeFunctionData("noteBlock", [block]);
  return (await submit(sender, { to: ecosystem.l1.contracts.roots, data })).hash as Hex;
}

/**
 * Reads a slot of an account on L1. L1's node makes the proof, and the chain that reads has checked it when this resolves, so no
 * node is trusted. Throws ClientError NoContract if the chain has no `L1Storage`, NotImported if it sees no noted block or not
 * the named one, OtherSettlementLayer for a chain that settles on a chain, ProofNotOfHeader, and Refused.
 */
export async function viewL1Slot(
  ecosystem: Ecosystem,
  request: L1SlotRequest,
  providerOf: AskingProviderOf,
  view: L1View = viewL1(ecosystem, providerOf(ecosystem.l1.chainId)),
): Promise<L1Slot> {
  const here = readerOf(ecosystem, request.on);
  const reader = providerOf(here.chainId);
  await requireContract(here, reader);
  const account = parseAccount(request.account);
  const rootIndex = await newestRoot(reader);
  await view.poll();
  const leaf = requireNoted(ecosystem, view, { here, rootIndex, block: request.block });
  const evidence = await readL1Evidence(providerOf(ecosystem.l1.chainId), {
    account,
    slot: request.slot,
    block: Number(leaf.batchNumber),
  });
  const siblings = view.registry.prove(leaf.index, Number(rootIndex));
  const proof = { noted: { notedAt: leaf.record.executedAt, leafIndex: BigInt(leaf.index), siblings, rootIndex }, ...evidence };
  const data = storage.encodeFunctionData("slotAt", [account, request.slot, proof]);
  const answer = await reader.call({ to: L1_STORAGE_ADDRESS, data }).catch((error: unknown) => {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    const message = `${here.name} refuses the proof of L1's node for slot ${request.slot} at block ${leaf.batchNumber} (${refusal.name}); use another node of L1`;
    throw new ClientError("Refused", message, { error: refusal.name, block: leaf.batchNumber }, { cause: error });
  });
  const [shown] = storage.decodeFunctionResult("slotAt", answer) as unknown as [Omit<L1Slot, "proof" | "contract">];
  const { value, blockNumber, timestamp } = shown;
  return { value, blockNumber, timestamp, proof, contract: L1_STORAGE_ADDRESS };
}

/**
 * Stores a slot of L1 as `viewL1Slot` reads it in the chain's `L1Storage`, for contracts that call `read`. A newer stored state
 * stays. Resolves also with the transaction's hash. `signer` is on the chain that reads. Throws ClientError.
 */
export async function loadL1Slot(
  ecosystem: Ecosystem,
  request: L1SlotRequest,
  signer: Signer,
  providerOf: AskingProviderOf,
): Promise<L1Slot & { readonly transactionHash: Hex }> {
  const sender = await senderOn(signer, findChain(ecosystem, request.on));
  const shown = await viewL1Slot(ecosystem, request, providerOf);
  const data = storage.encodeFunctionData("load", [parseAccount(request.account), request.slot, shown.proof]);
  const receipt = await submit(sender, { to: L1_STORAGE_ADDRESS, data });
  return { ...shown, transactionHash: receipt.hash as Hex };
}

/** True if a chain has a root over the newest leaf of a noted block, or of any noted block if none is named. */
export async function seesL1Block(
  ecosystem: Ecosystem,
  { on, block }: Pick<L1SlotRequest, "on" | "block">,
  providerOf: AskingProviderOf,
  view: L1View = viewL1(ecosystem, providerOf(ecosystem.l1.chainId)),
): Promise<boolean> {
  const rootIndex = await newestRoot(providerOf(readerOf(ecosystem, on).chainId));
  await view.poll();
  return notedLeaf(ecosystem, view, { rootIndex, block }) !== undefined;
}

function notedLeaf(
  { l1 }: Ecosystem,
  view: L1View,
  { rootIndex, block }: { readonly rootIndex: bigint; readonly block: number | undefined },
): PlacedLeaf | undefined {
  const seen = view.leavesOf(BigInt(l1.chainId)).filter(({ index }) => BigInt(index) < rootIndex);
  if (block !== undefined) return seen.findLast(({ batchNumber }) => batchNumber === BigInt(block));
  return seen.reduce<PlacedLeaf | undefined>(
    (newest, leaf) => (newest === undefined || leaf.batchNumber > newest.batchNumber ? leaf : newest),
    undefined,
  );
}

function requireNoted(
  ecosystem: Ecosystem,
  view: L1View,
  { here, rootIndex, block }: { readonly here: EcosystemChain; readonly rootIndex: bigint; readonly block: number | undefined },
): PlacedLeaf {
  const leaf = notedLeaf(ecosystem, view, { rootIndex, block });
  if (leaf !== undefined) return leaf;
  const missing = block === undefined ? "any noted block of L1" : `block ${block} of L1`;
  const message = `${here.name} cannot see ${missing}: note it (noteL1Block), and import a later root (bringRoot, or the next message of another chain)`;
  throw new ClientError("NotImported", message, { on: here.chainId, block, rootIndex });
}

/** The chain that reads. Throws ClientError OtherSettlementLayer for one that settles on a chain. */
function readerOf(ecosystem: Ecosystem, name: ChainName): EcosystemChain {
  const here = findChain(ecosystem, name);
  const { l1: layer } = ecosystemOf(ecosystem, here);
  if (layer.chainId === ecosystem.l1.chainId) return here;
  const message = `${here.name} settles on ${layer.name}, whose registry notes no block of L1: store the slot on ${layer.name} (loadL1Slot), and forward it from there (forwardL1Slot)`;
  throw new ClientError("OtherSettlementLayer", message, { on: here.chainId, layer: layer.chainId });
}

async function requireContract(here: EcosystemChain, provider: Provider): Promise<void> {
  if (await hasL1Storage(provider)) return;
  const message = `${here.name} has no L1Storage at ${L1_STORAGE_ADDRESS}; put it there with deployL1Storage`;
  throw new ClientError("NoContract", message, { account: L1_STORAGE_ADDRESS, chainId: here.chainId });
}
