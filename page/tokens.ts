import { PREDEPLOYS } from "../src/ground/protocol/predeploys.ts";
import { shownSymbol } from "../src/ecosystem/client/sending/shown-symbol.ts";
import type { EcosystemInfo } from "./answers.ts";
import { addressIn, isWord, mostFirst, textOf, TOKEN_SELECTORS, word, wordAt } from "./token-answers.ts";
import { readTransfers, type ReadTransfers } from "./token-transfers.ts";
import { ask, type Member } from "./rpc.ts";
import { memberOf } from "./wallet/signer.ts";

/** Accounts whose balances are asked for, of those that got most. */
export const MAX_HOLDERS = 25;
const MOST_DECIMALS = 77;

/** A token on one member. Amounts are smallest units. */
export interface TokenOnMember {
  readonly chain: string;
  readonly address: string;
  readonly supply: bigint;
  /** Accounts with the largest balances, the largest first. */
  readonly holders: readonly { readonly address: string; readonly balance: bigint }[];
  /** Accounts that its transfers name: more than holders may have some. */
  readonly named: number;
  /** The first block whose transfers were read; 0 where all were. */
  readonly since: number;
  /** Why holders are not told; absent where they are. */
  readonly untold?: string;
}

export interface TokenEverywhere {
  readonly symbol: string;
  readonly decimals: number;
  /** Origin of the token. */
  readonly origin: TokenPlace;
  readonly places: readonly TokenOnMember[];
}

/** Earlier readings of tokens' transfers, by member and address; a reading continues from there. */
export type ReadBefore = Map<string, ReadTransfers>;

interface TokenPlace {
  readonly chainId: number;
  readonly address: string;
}

/**
 * ERC-20 at an address of a member, and its forms on the others by the bridge; null if there is no ERC-20.
 * Rejects with RpcFailure.
 */
export async function tokenEverywhere(
  info: EcosystemInfo,
  { chainId, address }: TokenPlace,
  read: ReadBefore,
): Promise<TokenEverywhere | null> {
  const here = memberOf(info, chainId);
  const [supply, symbol, decimals] = await Promise.all([
    answerOf(here, address, TOKEN_SELECTORS.totalSupply),
    answerOf(here, address, TOKEN_SELECTORS.symbol),
    answerOf(here, address, TOKEN_SELECTORS.decimals),
  ]);
  const digits = Number(wordAt(decimals, 0));
  if (!isWord(supply) || !isWord(decimals) || digits > MOST_DECIMALS) return null;
  // A contract that answers whatever it is asked alike says nothing of itself.
  if (supply === decimals && symbol === decimals) return null;
  const origin = await originOf(info, chainId, address);
  const others = [info.l1, ...info.chains].filter((member) => member.chainId !== chainId);
  const found = await Promise.all(others.map(async (other) => addressOn(info, other.chainId, origin).catch(() => undefined)));
  const places = [{ chainId, address }, ...others.flatMap((other, i) => placeOf(other.chainId, found[i]))];
  const told = await Promise.all(places.map((place) => onMember(info, place, read).catch(() => undefined)));
  return { symbol: shownSymbol(textOf(symbol)), decimals: digits, origin, places: told.filter((each) => each !== undefined) };
}

function placeOf(chainId: number, address: string | undefined): readonly TokenPlace[] {
  return address === undefined ? [] : [{ chainId, address }];
}

/**
 * Origin of the token from a chain's vault; on other members, and for an unknown token, the address itself.
 */
async function originOf(info: EcosystemInfo, chainId: number, address: string): Promise<TokenPlace> {
  if (chainId === info.l1.chainId) return { chainId, address };
  const vault = (data: string): Promise<string> => answerOf(String(chainId), PREDEPLOYS.L2NativeTokenVault, data);
  const id = await vault(TOKEN_SELECTORS.assetId + word(address));
  if (wordAt(id, 0) === 0n) return { chainId, address };
  const [bornOn, token] = await Promise.all([
    vault(TOKEN_SELECTORS.originChainId + word(id)),
    vault(TOKEN_SELECTORS.originToken + word(id)),
  ]);
  const origin = Number(wordAt(bornOn, 0));
  return origin === 0 ? { chainId, address } : { chainId: origin, address: addressIn(token) };
}

/** Address on another member; undefined if the token has never arrived there. */
async function addressOn(info: EcosystemInfo, chainId: number, origin: TokenPlace): Promise<string | undefined> {
  const member = memberOf(info, chainId);
  if (chainId !== origin.chainId && chainId === info.l1.chainId) return undefined;
  const data = TOKEN_SELECTORS.calculateCreate2TokenAddress + word(origin.chainId.toString(16)) + word(origin.address);
  const address =
    chainId === origin.chainId ? origin.address : addressIn(await answerOf(member, PREDEPLOYS.L2NativeTokenVault, data));
  return (await ask<string>(member, "eth_getCode", [address, "latest"])) === "0x" ? undefined : address;
}

async function onMember(info: EcosystemInfo, { chainId, address }: TokenPlace, read: ReadBefore): Promise<TokenOnMember> {
  const member = memberOf(info, chainId);
  const chain = [info.l1, ...info.chains].find((each) => each.chainId === chainId)?.name ?? String(chainId);
  const supply = wordAt(await answerOf(member, address, TOKEN_SELECTORS.totalSupply), 0);
  try {
    const key = `${chainId}:${address}`;
    const transfers = await readTransfers((method, params) => ask(member, method, params), address, read.get(key));
    read.set(key, transfers);
    const named = mostFirst(transfers.sums);
    const holders = await Promise.all(
      named.slice(0, MAX_HOLDERS).map(async (holder) => ({
        address: holder,
        // What the token itself says: its events may say anything.
        balance: wordAt(await answerOf(member, address, TOKEN_SELECTORS.balanceOf + word(holder)), 0),
      })),
    );
    const held = holders.filter(({ balance }) => balance > 0n).sort((a, b) => (a.balance < b.balance ? 1 : -1));
    return { chain, address, supply, holders: held, named: named.length, since: transfers.since };
  } catch (error) {
    const untold = error instanceof Error ? error.message : String(error);
    return { chain, address, supply, holders: [], named: 0, since: 0, untold };
  }
}

/** `0x` where the call reverts. */
async function answerOf(member: Member, to: string, data: string): Promise<string> {
  return ask<string>(member, "eth_call", [{ to, data }, "latest"]).catch(() => "0x");
}
