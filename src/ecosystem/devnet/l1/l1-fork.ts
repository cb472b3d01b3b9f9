import { DevnetOptionsError, type L1Options } from "../described/options.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { MAX_CHAINS } from "../../options/config.ts";
import { ACCOUNT_NUMBERS, createDevelopmentAccounts, lowerCaseAddress } from "../accounts/accounts.ts";
import { askOnce } from "./ask-once.ts";

type AskL1 = (method: string, ...params: readonly unknown[]) => Promise<unknown>;

/** An L1 up to one of its blocks, of which another is a copy. */
export interface L1Fork {
  readonly url: string;
  readonly chainId: bigint;
  readonly blockNumber: bigint;
}

/** Deeper than public chains are reorganized. */
const UNSETTLED_BLOCKS = 64n;
/** Chains of Hardhat's node, anvil and geth's developer mode: one process makes them, and reorganizes none. */
const DEVELOPMENT_CHAIN_IDS = new Set([31_337n, 1_337n]);
/** Set by an account that has delegated to code (EIP-7702). */
const DELEGATION = /^0xef0100/i;

/** Pins a fork to one block for all readers, whichever block is the newest later. Rejects with DevnetOptionsError. */
export async function pinFork({ url, blockNumber }: NonNullable<L1Options["fork"]>): Promise<L1Fork> {
  const option = { option: "l1.fork", instead: "leave l1.fork out for an empty L1" };
  const [chainId, newest] = await Promise.all([askOnce(url, "eth_chainId", option), askOnce(url, "eth_blockNumber", option)]);
  if (blockNumber !== undefined && BigInt(blockNumber) > newest)
    throw new DevnetOptionsError(
      "BadOptions",
      `l1.fork: chain ${chainId} has no block ${blockNumber} yet, its newest is ${newest}; name that or an earlier one`,
    );
  const unsettled = DEVELOPMENT_CHAIN_IDS.has(chainId) || newest < UNSETTLED_BLOCKS ? 0n : UNSETTLED_BLOCKS;
  return { url, chainId, blockNumber: blockNumber === undefined ? newest - unsettled : BigInt(blockNumber) };
}

/**
 * Takes delegations off the accounts that the copy signs for, and off the operators of all chains that it can have: their keys
 * are public, so on public chains others have delegated them to code that passes on whatever they receive.
 */
export async function clearDelegations(ask: AskL1): Promise<void> {
  const signers = (await ask("eth_accounts")) as readonly Hex[];
  const development = createDevelopmentAccounts();
  const operators = Array.from({ length: MAX_CHAINS }, (_, place) =>
    lowerCaseAddress(development.wallet(ACCOUNT_NUMBERS.firstOperator + place).address),
  );
  await Promise.all(
    [...new Set([...signers, ...operators])].map(async (account) => {
      if (DELEGATION.test(String(await ask("eth_getCode", account, "latest")))) await ask("hardhat_setCode", account, "0x");
    }),
  );
}

/** Moves a copy's clock to its newest block, where that is in the future. Resolves with the seconds. */
export async function catchUp(ask: AskL1, nowSeconds: bigint): Promise<bigint> {
  const { timestamp } = (await ask("eth_getBlockByNumber", "latest", false)) as { readonly timestamp: Hex };
  const ahead = BigInt(timestamp) - nowSeconds;
  if (ahead <= 0n) return 0n;
  await ask("evm_increaseTime", Number(ahead));
  return ahead;
}
