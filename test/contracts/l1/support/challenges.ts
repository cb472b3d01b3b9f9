import type { BaseContract } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { leafPath, lowLeaf } from "../../../../src/chain/state/leaf-path.ts";
import type { StateKey } from "../../../../src/chain/state/state-key.ts";
import { StateTree } from "../../../../src/chain/state/state-tree.ts";
import { createCompressor } from "../../../../src/proofs/kernels/wasm/compressor.ts";
import { digestToHex } from "../../../../src/ground/protocol/digest.ts";
import { LeafKind } from "../../../../src/ground/protocol/domain-tags.ts";
import { GUARDIAN_TYPES } from "../../../../src/ground/protocol/guardians.ts";
import { keccak, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { availabilityDomain } from "../../../../src/ground/protocol/quorum.ts";
import type { StoredBatch } from "../../../../src/ground/protocol/stored-batch.ts";
import type { BatchContent, FormedBatch, TestChain } from "./chain.ts";
import { as, eventsOf, send } from "./ecosystem.ts";
import { TERMS, VALIDITY, type Network } from "./guardians.ts";

/** A batch of a chain, the state after it, and the hashes that guardians signed. */
export interface GuardedTestBatch {
  readonly chainId: bigint;
  readonly stored: StoredBatch;
  readonly opening: { readonly preCommitment: Hex; readonly pubdataHash: Hex; readonly policyDataHash: Hex };
  readonly tree: StateTree;
}

/** Storage of one account: these slots have ten times their number as value. */
export function stateOf(slots: readonly bigint[]): StateTree {
  const leaves = slots.map((slot) => ({ ...slotKey(slot), value: 10n * slot }));
  return StateTree.genesis(leaves, { compressor: createCompressor() });
}

export function slotKey(slot: bigint): StateKey {
  return { leafKind: LeafKind.storage, address: 0xabcn, slot };
}

/** A key as contracts take it. */
export function onL1({ leafKind, address, slot }: StateKey) {
  return { kind: leafKind, account: `0x${address.toString(16).padStart(40, "0")}`, slot };
}

/** Forms the next batch of a chain, with this state after it. */
export async function formState(chain: TestChain, tree: StateTree, content: BatchContent = {}): Promise<FormedBatch> {
  return chain.form({ ...content, newStateRoot: digestToHex(tree.root) });
}

export function guardedBatchOf(chain: TestChain, formed: FormedBatch, stored: StoredBatch, tree: StateTree): GuardedTestBatch {
  const { pubdataHash } = (formed.commit as { readonly withheld: { readonly pubdataHash: Hex } }).withheld;
  const opening = { preCommitment: formed.preCommitment, pubdataHash, policyDataHash: keccak() };
  return { chainId: chain.configuration.chainId, stored, opening, tree };
}

/** Commits and executes a batch with this state after it. */
export async function settleState(chain: TestChain, tree: StateTree, content: BatchContent = {}): Promise<GuardedTestBatch> {
  const formed = await formState(chain, tree, content);
  const { stored } = await chain.commit(formed);
  await chain.prove(stored);
  await chain.execute(stored, formed);
  return guardedBatchOf(chain, formed, stored, tree);
}

/** Signature of a guardian that it stores the batch's data; weights of this second count for it. */
export async function signData(
  network: Network,
  key: HardhatEthersSigner,
  { opening }: Pick<GuardedTestBatch, "opening">,
  countedAt: bigint,
): Promise<readonly [validUntil: bigint, signature: Hex]> {
  const { preCommitment, pubdataHash } = opening;
  const validUntil = countedAt + VALIDITY;
  const domain = { ...availabilityDomain(network.chainId, network.address) };
  return [validUntil, (await key.signTypedData(domain, GUARDIAN_TYPES, { preCommitment, pubdataHash, validUntil })) as Hex];
}

/** Bond of the tests' requests, above the network's minimum. */
export const BOND_WEI = TERMS.bond * 2n;

/** Opens a request, and returns its number. */
export async function openChallenge(
  contract: BaseContract,
  by: HardhatEthersSigner,
  { chainId, stored, opening }: GuardedTestBatch,
  { key, value }: { readonly key: StateKey; readonly value?: bigint },
): Promise<bigint> {
  const bond = value ?? BOND_WEI;
  const receipt = await send(as(contract, by), "open", chainId, stored, opening, onL1(key), { value: bond });
  return eventsOf(contract, receipt, "ChallengeOpened")[0]!.args["id"] as bigint;
}

/** Arguments of `answer`, with the value of the leaf. */
export function presence({ tree }: Pick<GuardedTestBatch, "tree">, key: StateKey) {
  const proof = tree.prove(key);
  return [proof.value, leafPath(proof)] as const;
}

/** Arguments of `answerAbsence`. */
export function absence({ tree }: Pick<GuardedTestBatch, "tree">, key: StateKey) {
  const proof = tree.prove(key);
  return [lowLeaf(proof), leafPath(proof)] as const;
}
