import { AbiCoder, keccak256, type BaseContract } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { wordToHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { BATCH_COMMITMENT_TYPES, quorumDomain } from "../../../../src/ground/protocol/quorum.ts";
import { as, hexAddress, send, type Ecosystem } from "./ecosystem.ts";

const coder = AbiCoder.defaultAbiCoder();
export const ENLISTMENT_TYPES = {
  Enlistment: [
    { name: "operator", type: "address" },
    { name: "service", type: "bytes32" },
  ],
};

/** Message about a batch that a validator signs. */
export interface Word {
  readonly commitment: Hex;
  readonly batchNumber: bigint;
  readonly revertCount: bigint;
  readonly validFrom: bigint;
  readonly validUntil: bigint;
}

/** A registry, and the evidence contract of an ecosystem's quorums. */
export interface Stakes {
  readonly registry: BaseContract;
  readonly equivocation: BaseContract;
}

/** Word about batch 5 as `commitment`, at all times except the given ones. */
export function wordOn(commitment: bigint, overrides: Partial<Word> = {}): Word {
  const always = { revertCount: 0n, validFrom: 0n, validUntil: 2n ** 64n - 1n };
  return { commitment: wordToHex(commitment), batchNumber: 5n, ...always, ...overrides };
}

/** Seconds of `unbonding` that are left to send a slash. */
const SLASH_TIME = 100n;

export async function deployStakes({ l1, factory, settings }: Ecosystem, unbonding: bigint): Promise<Stakes> {
  const registry = await l1.deploy("StakeRegistry", unbonding);
  const places = [await factory.getAddress(), await settings.getAddress()] as const;
  const equivocation = await l1.deploy("Equivocation", ...places, unbonding - SLASH_TIME, SLASH_TIME);
  return { registry, equivocation };
}

/** The data of a chain's quorum as a service. */
export function dataOf(chainId: bigint): Hex {
  return coder.encode(["uint256"], [chainId]) as Hex;
}

export async function serviceOf({ equivocation }: Pick<Stakes, "equivocation">, chainId: bigint): Promise<Hex> {
  return keccak256(coder.encode(["address", "bytes"], [await equivocation.getAddress(), dataOf(chainId)])) as Hex;
}

/** EIP-712 domain of a registry, without its address. */
export function domainOf({ chainId }: Ecosystem) {
  return { name: "HyperchainStake", version: "1", chainId };
}

/** The arguments of `enlist`, signed by the key. */
export async function enlistment(
  { stakes, ecosystem, chainId }: { stakes: Stakes; ecosystem: Ecosystem; chainId: bigint },
  operator: HardhatEthersSigner,
  key: HardhatEthersSigner,
  shareBps: bigint,
): Promise<readonly unknown[]> {
  const verifyingContract = await stakes.registry.getAddress();
  const domain = { ...domainOf(ecosystem), verifyingContract };
  const service = await serviceOf(stakes, chainId);
  const signature = await key.signTypedData(domain, ENLISTMENT_TYPES, { operator: operator.address, service });
  return [await stakes.equivocation.getAddress(), dataOf(chainId), key.address, shareBps, signature];
}

export async function signWord(ecosystem: Ecosystem, hyperchain: Hex, key: HardhatEthersSigner, word: Word): Promise<string> {
  return key.signTypedData(quorumDomain(ecosystem.chainId, hyperchain), BATCH_COMMITMENT_TYPES, word);
}

/** Reports two words as an account. */
export async function report(
  { registry, equivocation }: Stakes,
  reporter: HardhatEthersSigner,
  fault: { readonly chainId: bigint; readonly epoch: bigint; readonly faultAt: bigint },
  words: readonly [first: Word, firstSignature: string, second: Word, secondSignature: string],
): Promise<unknown> {
  return send(as(equivocation, reporter), "reportBatches", await hexAddress(registry), fault, ...words);
}
