import { formatEther, type Signer } from "ethers";
import { deposit } from "../../client/queue/deposit.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress, type DevelopmentAccounts } from "../accounts/accounts.ts";
import { BRIDGE_NAMES } from "../../options/bridges.ts";
import { ETH_BASE_TOKEN } from "../../../ground/protocol/base-token.ts";
import { payFromL1 } from "../../client/queue/ether-request.ts";
import { DevnetOptionsError, type DevnetOptions } from "../described/options.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainPlan } from "../../options/plan.ts";
import { transmit } from "../deployment/transmit.ts";
import type { DevnetChain } from "./served-chain.ts";
import type { SettlementBase } from "../l1/settlement-base.ts";

/**
 * Gives an operator that has less than a third of an amount that amount, from the account that pays there. Rejects with ethers'
 * error, or DeploymentError.
 */
export async function fundOperator(
  operator: Signer,
  { provider, funder, bringMoney }: Pick<SettlementBase, "provider" | "funder" | "bringMoney">,
  amountWei: bigint,
): Promise<void> {
  const to = await operator.getAddress();
  if ((await provider.getBalance(to)) >= amountWei / 3n) return;
  // What was brought for a chain of an earlier process is spent.
  if ((await provider.getBalance(await funder.getAddress())) < 2n * amountWei) await bringMoney(2n * amountWei);
  await provider.waitForTransaction(await transmit(funder, { to, value: amountWei }));
}

interface Funding {
  readonly chains: readonly DevnetChain[];
  readonly accounts: DevelopmentAccounts;
}

/**
 * Sends the named accounts base token through every chain's priority queue, so that it is backed by the bridge: ETH for all of a
 * chain's accounts in one transaction.
 */
export async function fundAccounts(
  { fundedAccounts, fundingWei }: Pick<DevnetOptions, "fundedAccounts" | "fundingWei">,
  { chains, accounts }: Funding,
): Promise<void> {
  if (fundingWei === 0n || fundedAccounts.length === 0) return;
  const recipients = fundedAccounts.map((number) => lowerCaseAddress(accounts.wallet(number).address));
  for (const chain of chains) await payOnChain(chain, { recipients, valueWei: fundingWei });
}

/** Payment of the same amount of a chain's base token to each recipient, through the chain's queue. */
interface ChainPayment {
  readonly recipients: readonly Hex[];
  readonly valueWei: bigint;
}

export async function payOnChain(
  { chainId, name, pipeline, base }: DevnetChain,
  { recipients, valueWei }: ChainPayment,
): Promise<void> {
  const { baseToken, created } = pipeline;
  const { ecosystem, deployer, funder } = base;
  const { hyperchain } = created;
  if (baseToken.l1Address === ETH_BASE_TOKEN) {
    await payFromL1(ecosystem.addresses.factory, { chainId, hyperchain, valueWei }, recipients, funder);
    return;
  }
  const chain = { name, chainId: Number(chainId), hyperchain, baseToken };
  const l1 = { name: base.name, chainId: Number(ecosystem.settlementChainId), contracts: ecosystem.addresses };
  for (const to of recipients) await deposit({ l1, chains: [chain] }, { chain: chainId, amount: valueWei, to }, deployer);
}

/** Funds accounts at a start, with the keys of bridges on all of their chains: their set-up then needs no funding. */
export async function fundAtStart(options: DevnetOptions, { chains, accounts }: Funding): Promise<void> {
  const { fundedAccounts, fundingWei } = options;
  const onL1 = chains.filter(({ base }) => base.chain === undefined);
  const nested = chains.filter(({ base }) => base.chain !== undefined);
  await fundAccounts({ fundedAccounts: [...fundedAccounts, ...bridgeKeys(options)], fundingWei }, { accounts, chains: onL1 });
  await fundAccounts(options, { accounts, chains: nested });
}

/** Numbers of the accounts that the ecosystem's bridges send with. */
function bridgeKeys({ bridges = {} }: Pick<DevnetOptions, "bridges">): readonly number[] {
  return BRIDGE_NAMES.filter((name) => bridges[name] !== undefined).map((name) => ACCOUNT_NUMBERS[name]);
}

/**
 * Throws DevnetOptionsError where the payer has less ETH than the funded accounts and the bridges' keys are to get: before
 * anything is paid for.
 */
export async function requireFunds(
  options: Pick<DevnetOptions, "fundedAccounts" | "fundingWei" | "bridges">,
  plans: readonly Pick<ChainPlan, "protocol" | "settlesOn">[],
  payer: Signer,
): Promise<void> {
  const keys = bridgeKeys(options).length;
  const payments = plans
    .filter(({ protocol }) => protocol.baseToken === ETH_BASE_TOKEN)
    .map(({ settlesOn }) => options.fundedAccounts.length + (settlesOn === undefined ? keys : 0));
  const neededWei = options.fundingWei * BigInt(payments.reduce((sum, each) => sum + each, 0));
  const address = await payer.getAddress();
  const balance = (await payer.provider?.getBalance(address)) ?? 0n;
  if (balance >= neededWei) return;
  throw new DevnetOptionsError(
    "BadOptions",
    `accounts: ${address} pays for the funded accounts${keys === 0 ? "" : " and the bridges' keys"} and has ${formatEther(balance)} ETH on L1; it needs ${formatEther(neededWei)}: lower accounts.balance or accounts.funded, or send it more first`,
  );
}
