import { AbiCoder, keccak256, type BaseContract } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AssetMessageKind } from "../../../../src/ground/protocol/asset-message.ts";
import { BATCH_PROMISE_TYPES, type BatchPromise } from "../../../../src/ground/protocol/batch-promise.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import { quorumDomain } from "../../../../src/ground/protocol/quorum.ts";
import { ENLISTMENT_TYPES, stakeDomain } from "../../../../src/ground/protocol/stake.ts";
import { assetMessage } from "./assets.ts";
import type { BatchContent, TestChain } from "./chain.ts";
import { as, hexAddress, send, view, type Ecosystem } from "./ecosystem.ts";
import { lower } from "./terms.ts";

/** Longest time of a promise, time to report a broken one, and time to mine the report; seconds. */
export const LONGEST = 300n;
const REPORT_TIME = 600n;
const SLASH_TIME = 100n;
export const UNBONDING = LONGEST + REPORT_TIME + SLASH_TIME;
const WHOLE_BPS = 10_000n;

/** A registry of stakes, and the judge of promises. */
export interface PromiseStakes {
  readonly registry: BaseContract;
  readonly judge: BaseContract;
}

/** A pair of chains for which a promise counts. */
export interface Pair {
  readonly fromChain: bigint;
  readonly toChain: bigint;
}

export async function deployPromiseStakes({ l1, factory, settings }: Ecosystem): Promise<PromiseStakes> {
  const places = [await factory.getAddress(), await settings.getAddress()] as const;
  return {
    registry: await l1.deploy("StakeRegistry", UNBONDING),
    judge: await l1.deploy("BrokenPromises", ...places, LONGEST, REPORT_TIME, SLASH_TIME),
  };
}

/** Data of the pair's service by ethers' encoder. */
export function dataOf({ fromChain, toChain }: Pair): Hex {
  return AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [fromChain, toChain]) as Hex;
}

export async function serviceOf({ judge }: PromiseStakes, pair: Pair): Promise<Hex> {
  return keccak256(AbiCoder.defaultAbiCoder().encode(["address", "bytes"], [await judge.getAddress(), dataOf(pair)])) as Hex;
}

/** Enlists a share of an operator's deposit for a key's promises. */
export async function enlist(
  ecosystem: Ecosystem,
  stakes: PromiseStakes,
  pair: Pair,
  { operator, key, shareBps = WHOLE_BPS }: { operator: HardhatEthersSigner; key: HardhatEthersSigner; shareBps?: bigint },
): Promise<void> {
  const domain = stakeDomain(ecosystem.chainId, await hexAddress(stakes.registry));
  const consent = { operator: operator.address, service: await serviceOf(stakes, pair) };
  const signature = await key.signTypedData(domain, ENLISTMENT_TYPES, consent);
  const args = [await stakes.judge.getAddress(), dataOf(pair), key.address, shareBps, signature];
  await send(as(stakes.registry, operator), "enlist", ...args);
}

/** A signed promise with the facts that its report shows. */
export interface SignedPromise {
  readonly promised: BatchPromise;
  readonly facts: { readonly fromChain: bigint; readonly epoch: bigint; readonly stakedNumber: number };
  readonly signature: Hex;
}

/** Promise of the source's next batch, signed now by a key: the newest block is its stake's. */
export async function signPromise(
  ecosystem: Ecosystem,
  source: TestChain,
  key: HardhatEthersSigner,
  fields: Partial<BatchPromise> & Pick<BatchPromise, "toChain" | "logRoot">,
): Promise<SignedPromise> {
  const block = (await ecosystem.l1.ethers.provider.getBlock("latest"))!;
  const stakedAt = BigInt(block.timestamp);
  const promised: BatchPromise = {
    batchNumber: source.batchCount,
    protocolVersion: source.configuration.protocolVersion,
    stakedAt,
    stakedBlock: block.hash as Hex,
    landsBy: stakedAt + 100n,
    payee: lower(ecosystem.accounts[9]!.address),
    ...fields,
  };
  const domain = quorumDomain(ecosystem.chainId, source.address);
  const signature = (await key.signTypedData(domain, BATCH_PROMISE_TYPES, { ...promised })) as Hex;
  const facts = { fromChain: source.configuration.chainId, epoch: 0n, stakedNumber: block.number };
  return { promised, facts, signature };
}

/** Arguments of `report`. */
export async function reportOf(
  { registry }: PromiseStakes,
  { promised, facts, signature }: SignedPromise,
): Promise<readonly unknown[]> {
  return [await hexAddress(registry), facts, promised, signature];
}

/** Content of a batch whose log root differs by the seed. */
export function contentOf(ecosystem: Ecosystem, seed: number, destinationChainId = 9_999n): BatchContent {
  const message = { kind: AssetMessageKind.hyperbridgeSend, destinationChainId, amount: 0n, nonce: BigInt(seed) };
  return { logs: [assetMessage(ecosystem, message)] };
}

/** Coins of an operator that count now. */
export async function activeOf({ registry }: PromiseStakes, operator: HardhatEthersSigner): Promise<bigint> {
  return (await view<{ active: bigint }>(registry, "depositOf", operator.address)).active;
}
