import type { Signer } from "ethers";
import { deposit } from "../client/deposit.ts";
import { lowerCaseAddress } from "./accounts.ts";
import type { DevelopmentAccounts } from "./accounts.ts";
import type { DeployedEcosystem } from "./l1/deploy-ecosystem.ts";
import { ETH_BASE_TOKEN } from "./chains/create-chain.ts";
import { requestFromL1 } from "../client/ether-request.ts";
import type { DevnetOptions } from "./options.ts";
import type { DevnetChain } from "./chains/served-chain.ts";

/** Gives operators that have less than a third of an amount that amount of the deployer's ETH. Rejects with ethers' error. */
export async function fundOperators(operators: readonly Signer[], deployer: Signer, amountWei: bigint): Promise<void> {
  for (const operator of operators) {
    const to = await operator.getAddress();
    const balance = (await deployer.provider?.getBalance(to)) ?? 0n;
    if (balance >= amountWei / 3n) continue;
    await (await deployer.sendTransaction({ to, value: amountWei })).wait();
  }
}

/** Sends the named accounts base token through every chain's priority queue, so that it is backed by the bridge. */
export async function fundAccounts(
  { fundedAccounts, fundingWei }: DevnetOptions,
  chains: readonly DevnetChain[],
  ecosystem: DeployedEcosystem,
  payer: Signer,
  accounts: DevelopmentAccounts,
): Promise<void> {
  if (fundingWei === 0n) return;
  for (const { chainId, name, pipeline } of chains) {
    const { baseToken, created } = pipeline;
    for (const number of fundedAccounts) {
      const to = lowerCaseAddress(accounts.wallet(number).address);
      if (baseToken.l1Address === ETH_BASE_TOKEN) {
        await requestFromL1(ecosystem.addresses.factory, { chainId, to, valueWei: fundingWei }, payer);
      } else {
        const chain = { name, chainId: Number(chainId), hyperchain: created.hyperchain, baseToken };
        const l1 = { name: "l1", chainId: Number(ecosystem.settlementChainId), contracts: ecosystem.addresses };
        await deposit({ l1, chains: [chain] }, { chain: chainId, amount: fundingWei, to }, payer);
      }
    }
  }
}
