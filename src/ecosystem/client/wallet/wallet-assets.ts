import type { Hex } from "../../../ground/protocol/hex.ts";
import type { TransferInFlight } from "../queue/transfer-in-flight.ts";
import type { MemberBalances, TokenBalance } from "./wallet-balances.ts";

/**
 * One asset of an account over all members. Assets are distinguished by origin, because any token can take
 * any symbol.
 */
export interface WalletAsset {
  /** Zero is ETH. */
  readonly origin: TokenBalance["origin"];
  /** Symbol from the token's contract, if a member returned it. */
  readonly symbol: string;
  readonly decimals: number;
  /** Smallest units on all members that answer. */
  readonly total: bigint;
  /**
   * Part that L1 has executed; the remainder is confirmed by its chain only, or its chain does not report it.
   */
  readonly executed: bigint;
  /** On its way to the account; no part of `total`. */
  readonly arriving: bigint;
  /** Members that have some of it, L1 first. */
  readonly parts: readonly AssetPart[];
}

/** Amount of an asset on one member. */
export interface AssetPart {
  readonly name: string;
  readonly chainId: number;
  /** The token there; zero for L1's ETH, the base token's predeploy for a chain's coin. */
  readonly token: Hex;
  readonly amount: bigint;
  /** Part of `amount` that L1 has executed; absent if the chain does not have that state. */
  readonly executed?: bigint;
}

/** The account's assets, each with its parts; without those of which it has nothing and nothing is on its way. */
export function assetsOf(
  account: Hex,
  members: readonly MemberBalances[],
  inFlight: readonly TransferInFlight[],
): readonly WalletAsset[] {
  const assets = new Map<string, WalletAsset>();
  for (const { name, chainId, tokens } of members) {
    for (const { address, symbol, decimals, amount, executed, origin } of tokens) {
      const key = keyOf(origin.chainId, origin.token);
      const known = assets.get(key);
      const held = { name, chainId, token: address, amount, ...(executed === undefined ? {} : { executed }) };
      const isHome = origin.chainId === chainId;
      assets.set(key, {
        origin,
        ...(known === undefined || isHome ? { symbol, decimals } : { symbol: known.symbol, decimals: known.decimals }),
        total: (known?.total ?? 0n) + amount,
        executed: (known?.executed ?? 0n) + (executed ?? 0n),
        arriving: 0n,
        parts: [...(known?.parts ?? []), ...(amount > 0n ? [held] : [])],
      });
    }
  }
  for (const { recipient, originChainId, originToken, amount } of inFlight) {
    const key = keyOf(originChainId, originToken);
    if (recipient !== account) continue;
    const known = assets.get(key) ?? unnamed(originChainId, originToken);
    assets.set(key, { ...known, arriving: known.arriving + amount });
  }
  return [...assets.values()].filter(({ total, arriving }) => total > 0n || arriving > 0n);
}

/** On its way, and on no member that answers yet. */
function unnamed(chainId: number, token: Hex): WalletAsset {
  const origin = { chainId, token };
  return { origin, symbol: "?", decimals: 0, total: 0n, executed: 0n, arriving: 0n, parts: [] };
}

function keyOf(chainId: number, token: Hex): string {
  return `${chainId}:${token.toLowerCase()}`;
}
