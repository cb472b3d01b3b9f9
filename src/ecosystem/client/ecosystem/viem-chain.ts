import type { Hex } from "../../../ground/protocol/hex.ts";

/** A member as `hyperchain_info` describes it, for wallets and front-ends. */
export interface DescribedChain {
  readonly name: string;
  readonly chainId: number;
  readonly url: string;
  /** Default, as for L1: ETH. */
  readonly baseToken?: { readonly symbol: string };
  /** False for an L1 without the singletons that every chain has. Default: true. */
  readonly hasSingletons?: boolean;
}

/** A chain as viem and wagmi define one. */
export interface ViemChain {
  readonly id: number;
  readonly name: string;
  readonly nativeCurrency: { readonly name: string; readonly symbol: string; readonly decimals: 18 };
  readonly rpcUrls: { readonly default: { readonly http: readonly [string]; readonly webSocket: readonly [string] } };
  readonly contracts?: { readonly multicall3: { readonly address: Hex } };
  readonly testnet: true;
}

/** A member of an ecosystem for `createPublicClient({ chain })`; with Multicall3 if the member has it. */
export function viemChain(
  { name, chainId, url, baseToken = { symbol: "ETH" }, hasSingletons = true }: DescribedChain,
  { singletons }: { readonly singletons: { readonly multicall3?: Hex } },
): ViemChain {
  const address = hasSingletons ? singletons.multicall3 : undefined;
  return {
    id: chainId,
    name,
    nativeCurrency: { name: baseToken.symbol === "ETH" ? "Ether" : baseToken.symbol, symbol: baseToken.symbol, decimals: 18 },
    rpcUrls: { default: { http: [url], webSocket: [url.replace(/^http/, "ws")] } },
    ...(address === undefined ? {} : { contracts: { multicall3: { address } } }),
    testnet: true,
  };
}
