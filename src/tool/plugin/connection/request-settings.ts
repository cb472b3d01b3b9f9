import type { HttpNetworkAccountsConfig, HttpNetworkConfig, NetworkConfig } from "hardhat/types/config";

/** Values that Hardhat puts into requests that lack them. */
type RequestSettings = Pick<NetworkConfig, "from" | "gas" | "gasMultiplier" | "gasPrice">;

/** A network's settings for requests: they belong to the member to which the network leads. */
export function requestSettings({ from, gas, gasMultiplier, gasPrice }: NetworkConfig): RequestSettings {
  return { gas, gasMultiplier, gasPrice, ...(from === undefined ? {} : { from }) };
}

/** The network's config for a member to which it does not lead. */
export function withoutRequestSettings({ from: _, ...rest }: NetworkConfig): NetworkConfig {
  return { ...rest, gas: "auto", gasMultiplier: 1, gasPrice: "auto" };
}

/**
 * Override of the network of members, for a member of the ecosystem to which a network with a URL connects. All members have
 * its accounts, timeout and signers' options. Headers may hold a secret: only the chain to which the network leads gets them.
 */
export async function memberOverride(network: HttpNetworkConfig, leadsHere: boolean): Promise<object> {
  const { timeout, httpHeaders } = network;
  // Projects without hardhat-ethers have none, and no type of it.
  const { ethers } = network as { readonly ethers?: object };
  const accounts = await userAccounts(network.accounts);
  return {
    timeout,
    ...(accounts === undefined ? {} : { accounts }),
    ...(ethers === undefined ? {} : { ethers }),
    ...(leadsHere ? { ...requestSettings(network), httpHeaders } : {}),
  };
}

/** Accounts as a user writes them; undefined if the URL signs, for which members have the development accounts. */
async function userAccounts(accounts: HttpNetworkAccountsConfig): Promise<object | undefined> {
  if (accounts === "remote") return undefined;
  if (Array.isArray(accounts)) return Promise.all(accounts.map((key) => key.getHexString()));
  const { mnemonic, passphrase, ...rest } = accounts;
  return { ...rest, mnemonic: await mnemonic.get(), passphrase: await passphrase.get() };
}
