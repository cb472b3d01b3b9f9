import { AbiCoder, ZeroAddress, type BaseContract } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { GUARDIAN_TYPES } from "../../../../src/ground/protocol/guardians.ts";
import { wordToHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { availabilityDomain, orderSignatures } from "../../../../src/ground/protocol/quorum.ts";
import { ENLISTMENT_TYPES, stakeDomain } from "../../../../src/ground/protocol/stake.ts";
import { as, hexAddress, send, view } from "./ecosystem.ts";
import type { LocalL1 } from "../../../support/l1.ts";

const coder = AbiCoder.defaultAbiCoder();

/** Seconds for which deposits stay after their announcement: the hour of signatures, and the times of a challenge. */
export const UNBONDING = 5_000n;
/** Seconds before a signature's end at which its weights count. */
export const VALIDITY = 3_600n;
/** Seconds until new stake counts. */
export const ENTER_DELAY = 100n;
export const COIN = 10n ** 18n;

export interface GuardianTerms {
  readonly admin: string;
  readonly shareBps: bigint;
  readonly minStake: bigint;
  readonly minTotal: bigint;
  readonly enterDelay: bigint;
  readonly retention: bigint;
  readonly answerTime: bigint;
  readonly slashTime: bigint;
  readonly bond: bigint;
}

/** A network of an admin, which two thirds of at least two coins decide. */
export const TERMS: GuardianTerms = {
  admin: ZeroAddress,
  shareBps: 6_667n,
  minStake: COIN,
  minTotal: 2n * COIN,
  enterDelay: ENTER_DELAY,
  retention: 900n,
  answerTime: 200n,
  slashTime: 300n,
  bond: COIN / 10n,
};

/** Statement about a batch's data. */
export const CLAIM = {
  published: false,
  preCommitment: wordToHex(0x11n),
  pubdataHash: wordToHex(0x22n),
  transactionsHash: wordToHex(0n),
};

/** A network on an L1, whose calls are sent at given seconds. */
export class Network {
  readonly l1: LocalL1;
  readonly registry: BaseContract;
  readonly contract: BaseContract;
  readonly address: Hex;
  readonly service: Hex;
  readonly chainId: bigint;

  private constructor(l1: LocalL1, registry: BaseContract, contract: BaseContract, address: Hex, service: Hex, chainId: bigint) {
    this.l1 = l1;
    this.registry = registry;
    this.contract = contract;
    this.address = address;
    this.service = service;
    this.chainId = chainId;
  }

  /** With `factory`, which names the chains whose batches can be challenged. */
  static async deploy(l1: LocalL1, terms: Partial<GuardianTerms> = {}, factory: string = ZeroAddress): Promise<Network> {
    const registry = await l1.deploy("StakeRegistry", UNBONDING);
    const contract = await l1.deploy("GuardianNetwork", await registry.getAddress(), factory, { ...TERMS, ...terms });
    const service = await view<Hex>(contract, "service");
    const { chainId } = await l1.ethers.provider.getNetwork();
    return new Network(l1, registry, contract, await hexAddress(contract), service, chainId);
  }

  async now(): Promise<bigint> {
    return BigInt((await this.l1.ethers.provider.getBlock("latest"))!.timestamp);
  }

  /** Mines a block of this second. */
  async passTo(second: bigint): Promise<void> {
    await this.l1.ethers.provider.send("evm_setNextBlockTimestamp", [Number(second)]);
    await this.l1.ethers.provider.send("evm_mine", []);
  }

  async pass(seconds: bigint): Promise<void> {
    await this.passTo((await this.now()) + seconds);
  }

  by(account: HardhatEthersSigner): BaseContract {
    return as(this.contract, account);
  }

  async enlist(operator: HardhatEthersSigner, key: HardhatEthersSigner, shareBps = 10_000n): Promise<unknown> {
    const domain = stakeDomain(this.chainId, await hexAddress(this.registry));
    const value = { operator: operator.address, service: this.service };
    const signature = await key.signTypedData({ ...domain }, ENLISTMENT_TYPES, value);
    return send(as(this.registry, operator), "enlist", this.address, "0x", key.address, shareBps, signature);
  }

  /** Deposits coins for a key and enlists it. */
  async stake(operator: HardhatEthersSigner, key: HardhatEthersSigner, amount: bigint): Promise<void> {
    await send(as(this.registry, operator), "deposit", { value: amount });
    await this.enlist(operator, key);
  }

  /** Policy data with these keys' signatures, in ascending order of the signers; weights of the second before the newest block count. */
  async sign(
    signers: readonly HardhatEthersSigner[],
    about: { readonly about?: typeof CLAIM; readonly policy?: Hex } = {},
  ): Promise<Hex> {
    return this.signUntil((await this.now()) - 1n + VALIDITY, signers, about);
  }

  async signUntil(
    validUntil: bigint,
    signers: readonly HardhatEthersSigner[],
    { about = CLAIM, policy = this.address } = {},
  ): Promise<Hex> {
    const { preCommitment, pubdataHash } = about;
    const domain = availabilityDomain(this.chainId, policy);
    const value = { preCommitment, pubdataHash, validUntil };
    const signatures = await Promise.all(
      signers.map(async (signer) => ({
        signer: signer.address as Hex,
        signature: (await signer.signTypedData({ ...domain }, GUARDIAN_TYPES, value)) as Hex,
      })),
    );
    return coder.encode(["uint64", "bytes[]"], [validUntil, orderSignatures(signatures)]) as Hex;
  }

  /** Total weight of the second before the newest block. */
  async total(): Promise<bigint> {
    return (await view<{ total: bigint }>(this.contract, "weightsAt", (await this.now()) - 1n)).total;
  }

  /** Answer of the policy in the newest block. */
  async check(policyData: Hex, about = CLAIM): Promise<Hex> {
    return view<Hex>(this.contract, "checkAvailability", about, policyData);
  }
}
