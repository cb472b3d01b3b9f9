import { setTimeout as pause } from "node:timers/promises";
import type { BaseWallet, Signer } from "ethers";
import { guardianStakes, type GuardianNetworkTerms } from "../../options/fields/guardians.ts";
import { retentionSeconds, type StakeTerms } from "../../options/fields/stake.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ANSWER_SECONDS, SLASH_SECONDS } from "../../../ground/protocol/stake.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { askContract } from "../chain-on-l1/ask-contract.ts";
import { deployContract } from "../deployment/deploy-contract.ts";
import type { ArtifactSource } from "../deployment/deploy-layer.ts";
import { transact } from "../deployment/transact.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";
import { stakableKey, stakeKey } from "../stake/enlist-keys.ts";
import { serviceOf } from "../stake/services.ts";
import { networkInterface } from "./network-interface.ts";

/** Stake counts from the second after its block, and so do members from the second after the start. */
const COUNTS_AFTER_MS = 1_100;
/** Gas of a guardian's first answers to requests; their bonds refund it. */
const ANSWERS_GAS = 6_000_000n;
/** Minimum bond of a request for data; L1's fee raises it. */
const BOND_WEI = 10n ** 16n;
const NO_ACCOUNT: Hex = `0x${"00".repeat(20)}`;

/** Terms of a network, and where they are to hold. */
export interface NetworkOnLayer {
  readonly terms: GuardianNetworkTerms;
  readonly stake: StakeTerms;
  /** L1, or a chain on which others settle. */
  readonly base: SettlementBase;
  /** Registry of stakes there. */
  readonly registry: Hex;
}

/** A guardian that is to stake and join. */
export interface Founder {
  readonly stakeWei: bigint;
  readonly url: string;
  /** Guardian's key, which is the operator of its stake too; signs for any settlement layer. */
  readonly wallet: BaseWallet;
}

/**
 * Deploys a network. Stake counts after the time for which it is reserved, and half of the founders' stake is a network.
 * Rejects with DeploymentError.
 */
export async function deployNetwork({ terms, stake, base, registry }: NetworkOnLayer, artifacts: ArtifactSource): Promise<Hex> {
  const stakes = guardianStakes(terms);
  const total = stakes.reduce((sum, each) => sum + each, 0n);
  const seconds = retentionSeconds(stake);
  const weights = {
    shareBps: terms.shareBps,
    minStake: stakes.reduce((minimum, each) => (each < minimum ? each : minimum)),
    minTotal: (total + 1n) / 2n,
  };
  const admin = lowerCaseAddress(await base.deployer.getAddress());
  const times = { enterDelay: seconds, retention: seconds, answerTime: ANSWER_SECONDS, slashTime: SLASH_SECONDS };
  const { factory } = base.ecosystem.addresses;
  return deployContract("GuardianNetwork", [registry, factory, { admin, ...weights, ...times, bond: BOND_WEI }], {
    operator: base.deployer,
    artifacts,
  });
}

/** Stakes and lists the founders, and starts the network. Rejects with DeploymentError or with the layer's error. */
export async function foundNetwork(
  address: Hex,
  founders: readonly Founder[],
  { terms, base, registry }: NetworkOnLayer,
): Promise<void> {
  const { deployer: admin, sending: l1, chainId, funder } = base;
  const service = { evidence: address, data: "0x", service: serviceOf(address, "0x") } as const;
  const send = async (by: Signer, name: string, ...args: readonly unknown[]): Promise<void> => {
    const call = { to: address, data: networkInterface.encodeFunctionData(name, args) };
    await transact(by, call, { name, subject: " of the guardians' network", l1 });
  };
  const members = await Promise.all(
    founders.map(async ({ stakeWei, url, wallet }) => {
      const operator = wallet.connect(l1);
      return { stakeWei, url, operator, key: await stakableKey(operator, chainId) };
    }),
  );
  for (const { key, stakeWei, operator, url } of members) {
    await stakeKey({ registry, ...service, key, operator, depositWei: stakeWei, reserveGas: ANSWERS_GAS }, { l1, funder });
    await send(admin, "admit", key.address, url);
  }
  await pause(COUNTS_AFTER_MS);
  for (const { key, operator, url } of members) await send(operator, "join", key.address, url);
  await send(admin, "start");
  if (terms.open) await send(admin, "setAdmin", NO_ACCOUNT);
  await pause(COUNTS_AFTER_MS);
}

/** URL of each member by its key. Rejects with the layer's error. */
export async function listedUrls(address: Hex, { sending }: SettlementBase): Promise<ReadonlyMap<Hex, string>> {
  const listed = await askContract(sending, { to: address, contract: networkInterface, name: "guardians" });
  const members = listed as readonly { readonly key: string; readonly url: string }[];
  return new Map(members.map(({ key, url }) => [lowerCaseAddress(key), url]));
}
