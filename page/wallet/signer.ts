import type { EcosystemInfo, Prepared } from "../answers.ts";
import { hex } from "../format.ts";
import { ask } from "../rpc.ts";
import type { Wallet } from "./wallets.ts";

/** Signs and sends for one account. */
export interface Signer {
  readonly account: string;
  /** Name for the reader. */
  readonly name: string;
  /** Resolves with the transaction's hash. Rejects where it is not signed, with the reason. */
  send(transaction: Prepared["transaction"]): Promise<string>;
}

/** A member as a wallet has to know it. */
export interface WalletChain {
  readonly name: string;
  readonly chainId: number;
  readonly url: string;
  readonly symbol: string;
}

/** L1 first. */
export function walletChains({ name, l1, chains }: EcosystemInfo): readonly WalletChain[] {
  return [
    { name: `${name} ${l1.name}`, chainId: l1.chainId, url: l1.url, symbol: "ETH" },
    ...chains.map((chain) => ({
      name: `${name} ${chain.name}`,
      chainId: chain.chainId,
      url: chain.url,
      symbol: chain.baseToken.symbol,
    })),
  ];
}

/** The page's name for the member with this id. */
export function memberOf({ l1 }: EcosystemInfo, chainId: number): string {
  return chainId === l1.chainId ? "l1" : String(chainId);
}

/** An unlocked development account: the member signs, and this page's server lets it pass with the token. */
export function developmentSigner(account: string, token: string, info: EcosystemInfo): Signer {
  return {
    account,
    name: "the ecosystem",
    send: ({ chainId, ...transaction }) =>
      ask(memberOf(info, Number(chainId)), "eth_sendTransaction", [transaction], { "x-page-token": token }),
  };
}

/** An account of a wallet, which is brought to the right chain first. */
export function walletSigner(wallet: Wallet, account: string, info: EcosystemInfo): Signer {
  return {
    account,
    name: wallet.name,
    async send({ chainId, ...transaction }) {
      const chain = walletChains(info).find((each) => each.chainId === Number(chainId));
      if (chain === undefined) throw new Error(`this ecosystem has no chain ${Number(chainId)}`);
      await bringTo(wallet, chain);
      const outdated = await otherGenesis(wallet, account, chain, info);
      if (outdated !== undefined) throw new Error(outdated);
      return String(await wallet.provider.request({ method: "eth_sendTransaction", params: [transaction] }));
    },
  };
}

/** Adds a chain to a wallet. Rejects if the user or the wallet refuses. */
export async function addChain({ provider }: Wallet, { name, chainId, url, symbol }: WalletChain): Promise<void> {
  const nativeCurrency = { name: symbol, symbol, decimals: 18 };
  const chain = { chainId: hex(chainId), chainName: name, rpcUrls: [url], nativeCurrency };
  await provider.request({ method: "wallet_addEthereumChain", params: [chain] });
}

/** EIP-1193 and EIP-3326: the wallet does not know the chain; some wrap the code. */
const UNKNOWN_CHAIN = 4902;

/**
 * Switches a wallet to a chain, and adds the chain if the wallet does not have it. Rejects if the wallet
 * refuses.
 */
export async function bringTo(wallet: Wallet, chain: WalletChain): Promise<void> {
  const { provider } = wallet;
  const isThere = async (): Promise<boolean> => Number(await provider.request({ method: "eth_chainId" })) === chain.chainId;
  if (await isThere()) return;
  const change = { method: "wallet_switchEthereumChain", params: [{ chainId: hex(chain.chainId) }] };
  try {
    await provider.request(change);
  } catch (error) {
    const { code, data } = error as {
      readonly code?: unknown;
      readonly data?: { readonly originalError?: { readonly code?: unknown } };
    };
    if (code !== UNKNOWN_CHAIN && data?.originalError?.code !== UNKNOWN_CHAIN) throw error;
    await addChain(wallet, chain);
    if (!(await isThere())) await provider.request(change);
  }
  if (!(await isThere())) throw new Error(`${wallet.name} is not on ${chain.name}: switch it there, and try again`);
}

/**
 * Why a wallet's chain is not the one that runs: it remembers another genesis under the same id, or transactions of an account that
 * this chain never had, after which its own would never be included. Undefined where both agree.
 */
export async function otherGenesis(
  { name, provider }: Wallet,
  account: string,
  chain: WalletChain,
  info: EcosystemInfo,
): Promise<string | undefined> {
  const member = memberOf(info, chain.chainId);
  const genesis = ["0x0", false] as const;
  const [theirs, ours, theirNonce, ourNonce] = await Promise.all([
    provider.request({ method: "eth_getBlockByNumber", params: genesis }) as Promise<{ readonly hash: string } | null>,
    ask<{ readonly hash: string }>(member, "eth_getBlockByNumber", genesis),
    provider.request({ method: "eth_getTransactionCount", params: [account, "pending"] }) as Promise<string>,
    ask<string>(member, "eth_getTransactionCount", [account, "pending"]),
  ]);
  if (theirs?.hash !== ours.hash)
    return `${name} knows another chain ${chain.chainId} than the one that runs here (another block 0): remove that network from the wallet, and add it here again`;
  if (Number(theirNonce) > Number(ourNonce))
    return `${name} remembers ${Number(theirNonce)} transactions of this account on ${chain.name}, which has ${Number(ourNonce)}: the chain was reset since. Clear the account's activity in the wallet (MetaMask: Settings, Advanced, Clear activity and nonce data)`;
  return undefined;
}
