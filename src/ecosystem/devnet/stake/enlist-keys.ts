import { Interface, type BaseWallet, type Provider, type Signer } from "ethers";
import { stakeRegistryAbi } from "../../../ground/abi/stake-registry.ts";
import { ENLISTMENT_TYPES, stakeDomain, WHOLE_SHARE_BPS, type Enlistment } from "../../../ground/protocol/stake.ts";
import { depositOf, type StakeTerms } from "../../options/fields/stake.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { TypedDataSigner } from "../../../chain/settlement/signing/quorum.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress, type DevelopmentAccounts } from "../accounts/accounts.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";
import { transact } from "../deployment/transact.ts";
import { transmit } from "../deployment/transmit.ts";
import { quorumData, serviceOf } from "./services.ts";

/** Key that can consent to a stake. */
export interface StakableKey {
  /** 20 bytes, lower case. */
  readonly address: Hex;
  /** Signs that the operator's deposit answers for the key. */
  signEnlistment(registry: Hex, enlistment: Enlistment): Promise<Hex>;
}

/** Contracts of an ecosystem's stake. */
export interface StakeContracts {
  readonly registry: Hex;
  readonly evidence: Hex;
}

interface EnlistingOptions {
  readonly contracts: StakeContracts;
  readonly terms: StakeTerms;
  readonly chainId: bigint;
  /** Index of the chain among all of the ecosystem. */
  readonly place: number;
  readonly keys: readonly StakableKey[];
}

interface EnlistingDependencies {
  readonly accounts: DevelopmentAccounts;
  readonly l1: Provider;
  /** Whose coins are deposited. */
  readonly funder: Signer;
}

const registryInterface = new Interface(stakeRegistryAbi);
/** Gas of a deposit and an enlistment, with a reserve. */
const STAKING_GAS = 600_000n;
/** Keys of a chain at most, each with a deposit of its account. */
const MAX_KEYS = 64;

/** A key of this process that can consent to a stake. */
export async function stakableKey(signer: TypedDataSigner, settlementChainId: bigint): Promise<StakableKey> {
  return {
    address: lowerCaseAddress(await signer.getAddress()),
    signEnlistment: async (registry, enlistment) =>
      (await signer.signTypedData(stakeDomain(settlementChainId, registry), ENLISTMENT_TYPES, { ...enlistment })) as Hex,
  };
}

/**
 * Deposits coins for each key and enlists the key for the quorum of its chain. A key that was enlisted before keeps its state:
 * a restart stakes nothing twice and restores no stake that was slashed. Rejects with DeploymentError, or with L1's error.
 */
export async function enlistKeys(
  { contracts, terms, chainId, place, keys }: EnlistingOptions,
  { accounts, l1, funder }: EnlistingDependencies,
): Promise<void> {
  const { registry, evidence } = contracts;
  const data = quorumData(chainId);
  const service = serviceOf(evidence, data);
  for (const [i, key] of keys.slice(0, MAX_KEYS).entries()) {
    const operator = accounts.wallet(ACCOUNT_NUMBERS.firstStaker + place * MAX_KEYS + i).connect(l1);
    const depositWei = depositOf(terms);
    await stakeKey({ registry, evidence, data, service, key, operator, depositWei }, { l1, funder });
  }
}

interface StakedKey {
  readonly registry: Hex;
  /** Contract that judges the key, its data for the service, and the service's name. */
  readonly evidence: Hex;
  readonly data: Hex;
  readonly service: Hex;
  readonly key: StakableKey;
  readonly operator: BaseWallet;
  readonly depositWei: bigint;
  /** Gas of later transactions of the operator. Default: 0. */
  readonly reserveGas?: bigint;
}

/** Deposits and enlists one key, unless it was enlisted before. Rejects likewise. */
export async function stakeKey(
  { registry, evidence, data, service, key, operator, depositWei, reserveGas = 0n }: StakedKey,
  { l1, funder }: Pick<EnlistingDependencies, "l1" | "funder">,
): Promise<void> {
  const ask = (name: string, ...args: readonly unknown[]) =>
    askContract(l1, { to: registry, contract: registryInterface, name, args });
  if (BigInt((await ask("operatorOf", service, key.address)) as string) !== 0n) return;
  const address = lowerCaseAddress(operator.address);
  const { active } = (await ask("depositOf", address)) as { readonly active: bigint };
  const lackingWei = active < depositWei ? depositWei - active : 0n;
  await fund({ address, lackingWei, reserveGas }, { l1, funder });
  const send = async (name: string, value: bigint, ...args: readonly unknown[]): Promise<void> => {
    const call = { to: registry, value, data: registryInterface.encodeFunctionData(name, args) };
    await transact(operator, call, { name, subject: ` of the stake of ${key.address}`, l1 });
  };
  if (lackingWei > 0n) await send("deposit", lackingWei);
  const signature = await key.signEnlistment(registry, { operator: address, service });
  await send("enlist", 0n, evidence, data, key.address, WHOLE_SHARE_BPS, signature);
}

async function fund(
  { address, lackingWei, reserveGas }: { readonly address: Hex; readonly lackingWei: bigint; readonly reserveGas: bigint },
  { l1, funder }: Pick<EnlistingDependencies, "l1" | "funder">,
): Promise<void> {
  const { maxFeePerGas, gasPrice } = await l1.getFeeData();
  const neededWei = lackingWei + (2n * STAKING_GAS + reserveGas) * (maxFeePerGas ?? gasPrice ?? 0n);
  const balance = await l1.getBalance(address);
  if (balance >= neededWei) return;
  await l1.waitForTransaction(await transmit(funder, { to: address, value: neededWei - balance }));
}
