import type { BaseContract, ContractTransactionReceipt } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { fromHex, keccak, wordToHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import type { StoredBatch } from "../../../../src/ground/protocol/stored-batch.ts";
import { proofOfAggregate } from "../../../support/aggregate-proof.ts";
import { DIGEST, itemOf, type Aggregator } from "./aggregates.ts";
import { TestChain, type BatchContent, type FormedBatch } from "./chain.ts";
import { as, defaultConfiguration, send, type ChainConfiguration, type Ecosystem } from "./ecosystem.ts";

/** Differences of a chain without a quorum from the default. */
export const WITHOUT_QUORUM = { validatorThreshold: 0n, validators: [] as readonly string[] };

export async function createWithoutQuorum(
  ecosystem: Ecosystem,
  aggregator: Aggregator,
  chainId: bigint,
  overrides: Partial<ChainConfiguration> = {},
): Promise<TestChain> {
  const base = await defaultConfiguration(ecosystem, chainId);
  return TestChain.create(ecosystem, { ...base, ...WITHOUT_QUORUM, protocolVersion: aggregator.version, ...overrides });
}

/** Data of a settler for the policy. */
export function settlerData(settler: string): Hex {
  return wordToHex(BigInt(settler));
}

/** The next batch, for a settler. */
export function formFor(chain: TestChain, settler: string, content: BatchContent = {}): Promise<FormedBatch> {
  const data = settlerData(settler);
  return chain.form({ policy: () => Promise.resolve({ data, boundDataHash: keccak(fromHex(data)) }), ...content });
}

/** The arguments of `settle`, with a proof that is right. */
export function settlementOf(chain: TestChain, formed: FormedBatch): readonly unknown[] {
  const proof = proofOfAggregate([itemOf(chain, formed.expected)], DIGEST);
  return [formed.previous, formed.commit, DIGEST, proof, formed.importedRoots, formed.flows];
}

export function sendSettlement(
  { contract }: { readonly contract: BaseContract },
  settler: HardhatEthersSigner,
  args: readonly unknown[],
): Promise<ContractTransactionReceipt> {
  return send(as(contract, settler), "settle", ...args);
}

/** Settles a formed batch, and remembers what L1 stored. */
export async function settleFormed(
  chain: TestChain,
  settler: HardhatEthersSigner,
  formed: FormedBatch,
): Promise<{ stored: StoredBatch; receipt: ContractTransactionReceipt }> {
  const receipt = await sendSettlement(chain, settler, settlementOf(chain, formed));
  const stored = { ...formed.expected, committedAt: BigInt((await receipt.getBlock()).timestamp) };
  chain.last = stored;
  chain.batchCount++;
  return { stored, receipt };
}

/** Forms the next batch and settles it. */
export async function settleNext(chain: TestChain, settler: HardhatEthersSigner, content: BatchContent = {}) {
  const formed = await formFor(chain, settler.address, content);
  return { formed, ...(await settleFormed(chain, settler, formed)) };
}
