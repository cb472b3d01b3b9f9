import { assetId, NATIVE_TOKEN_VAULT_ADDRESS } from "./asset-message.ts";
import { LeafKind } from "./domain-tags.ts";
import { fromHex, keccak, wordToHex, type Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";
import { minimalProxyAddress } from "./minimal-proxy.ts";
import { PREDEPLOYS } from "./predeploys.ts";

/** The leaf of a state tree that says how much an account holds. */
export interface HoldingKey {
  readonly leafKind: LeafKind;
  /** 160-bit address. */
  readonly address: bigint;
  /** 256-bit slot. */
  readonly slot: bigint;
}

/** Whose holding of which L1 token, on a chain with which base token. Addresses are 20 bytes; ETH is 0 or 1. */
export interface HoldingQuery {
  readonly settlementChainId: ChainId;
  readonly baseToken: Hex;
  readonly token: Hex;
  /** The account on the chain: an L1 contract's is its alias. */
  readonly account: Hex;
}

/** Slot of `balanceOf` in every bridged token (`BridgedToken.sol`). */
const BALANCES_SLOT = 0n;
/** Bits of an account header below the balance. */
const NONCE_BITS = 64n;

/**
 * Address at which the native token vault of every chain deploys the counterpart of another chain's token: a minimal proxy
 * by CREATE2, with the asset's id as salt.
 */
export function bridgedTokenAddress(originChainId: ChainId, originToken: Hex): Hex {
  return minimalProxyAddress(NATIVE_TOKEN_VAULT_ADDRESS, PREDEPLOYS.BridgedToken, assetId(originChainId, originToken));
}

/**
 * Which leaf a claim on a stopped chain must show: the account's header for the base token, else its slot in the bridged
 * token.
 */
export function holdingKey({ settlementChainId, baseToken, token, account }: HoldingQuery): HoldingKey {
  if (assetId(settlementChainId, token) === assetId(settlementChainId, baseToken)) {
    return { leafKind: LeafKind.account, address: BigInt(account), slot: 0n };
  }
  const slot = keccak(fromHex(wordToHex(BigInt(account)), 32), fromHex(wordToHex(BALANCES_SLOT), 32));
  return { leafKind: LeafKind.storage, address: BigInt(bridgedTokenAddress(settlementChainId, token)), slot: BigInt(slot) };
}

/** Amount of a holding in a leaf's value: the header's balance, or the whole slot. */
export function holdingAmount(leafKind: LeafKind, value: bigint): bigint {
  return leafKind === LeafKind.account ? value >> NONCE_BITS : value;
}
