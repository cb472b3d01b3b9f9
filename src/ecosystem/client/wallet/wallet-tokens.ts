import type { Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import type { Ecosystem, EcosystemChain } from "../ecosystem/ecosystem.ts";
import type { WalletReads } from "./sends-in-flight.ts";
import { NO_SYMBOL, tokenHoldings } from "../tokens/token-holdings.ts";
import { ETHER, isEther } from "../tokens/token.ts";
import type { TokenBalance } from "./wallet-balances.ts";
import type { SearchedMember, WalletBooks } from "./wallet-books.ts";

/** Tokens of a member, and the number of those that were not queried. */
export interface MemberTokens {
  readonly tokens: readonly TokenBalance[];
  readonly unasked: number;
}

/** Anyone may have a bridge know tokens, as many as gas buys: the first that it knew are asked, 34 calls. */
const MAX_TOKENS = 2_040;

/**
 * Balances of an account on L1, in ETH and in the tokens that its bridge has taken. Rejects with the member's
 * error.
 */
export async function layerTokens(ecosystem: Ecosystem, owner: Hex, { books, providerOf }: WalletReads): Promise<MemberTokens> {
  const { l1, chains } = ecosystem;
  const provider = providerOf(l1.chainId);
  const deposited = await books.depositedTokens(ecosystem).look(provider);
  const bases = chains.map(({ baseToken }) => baseToken.l1Address).filter((token) => !isEther(token));
  const all = [...new Set([...bases, ...deposited])];
  const origin = (token: Hex): TokenBalance["origin"] => ({ chainId: l1.chainId, token });
  const amount = await provider.getBalance(owner);
  const ether = { address: ETHER, symbol: "ETH", decimals: 18, amount, executed: amount, origin: origin(ETHER) };
  const known = all.slice(0, MAX_TOKENS);
  const member = { chainId: l1.chainId, fromBlock: l1.fromBlock ?? 0, runsElsewhere: l1.runsElsewhere === true };
  const holdings = await holdingsOf(known, member, owner, { books, provider });
  const tokens = holdings.map((each) => ({ ...each, executed: each.amount, origin: origin(each.address) }));
  return { tokens: [ether, ...tokens], unasked: all.length - known.length };
}

/**
 * Balances of the account in tokens that a member's bridge has, then in others that it received, such as a
 * project's tokens before they leave it. Only the latter are missing if a node searches no logs without an
 * address.
 */
async function holdingsOf(
  tokens: readonly Hex[],
  member: SearchedMember,
  owner: Hex,
  { books, provider }: { readonly books: WalletBooks; readonly provider: Provider },
): ReturnType<typeof tokenHoldings> {
  const received = await books.receivedTokens(member, owner, provider).catch((): readonly Hex[] => []);
  const others = new Set(tokens);
  const beside = received.filter((token) => !others.has(token));
  const holdings = await tokenHoldings([...tokens, ...beside], owner, provider);
  return holdings.filter(({ amount }, place) => place < tokens.length || amount > 0n);
}

/** Likewise on a chain; what its own tokens do not say of themselves, `onLayer` says. */
export async function chainTokens(
  ecosystem: Ecosystem,
  chain: EcosystemChain,
  { owner, onLayer }: { readonly owner: Hex; readonly onLayer: readonly TokenBalance[] },
  { books, providerOf }: WalletReads,
): Promise<MemberTokens> {
  const provider = providerOf(chain.chainId);
  const origins = [...(await books.knownTokens(chain).look(provider))];
  const asked = origins.slice(0, MAX_TOKENS);
  const { l1Address, symbol } = chain.baseToken;
  const baseOrigin = { chainId: ecosystem.l1.chainId, token: isEther(l1Address) ? ETHER : l1Address };
  const amount = await provider.getBalance(owner);
  const base = {
    address: PREDEPLOYS.L2BaseToken,
    symbol,
    decimals: 18,
    amount,
    origin: baseOrigin,
    ...executedOf(amount, await unlessForgotten(() => provider.getBalance(owner, "finalized"))),
  };
  const known = asked.map(([token]) => token);
  const member = { chainId: chain.chainId, fromBlock: 0, runsElsewhere: false };
  const holdings = await holdingsOf(known, member, owner, { books, provider });
  const held = holdings.filter((each) => each.amount > 0n).map(({ address }) => address);
  const finalized = await unlessForgotten(() => tokenHoldings(held, owner, provider, "finalized"));
  const tokens = holdings.map((holding, i) => {
    const executed =
      finalized === undefined ? undefined : (finalized.find(({ address }) => address === holding.address)?.amount ?? 0n);
    const origin = asked[i]?.[1] ?? { chainId: chain.chainId, token: holding.address };
    const balance = { ...holding, ...executedOf(holding.amount, executed), origin };
    return describedByLayer(balance, onLayer);
  });
  return { tokens: [base, ...tokens], unasked: origins.length - asked.length };
}

/** Undefined where the chain does not keep that state: chains keep states up to a bound (StateNotKept). */
async function unlessForgotten<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await ask();
  } catch {
    // The balance itself is returned in any case.
    return undefined;
  }
}

/** Part of a balance that L1 has executed; nothing if it is unknown. */
function executedOf(amount: bigint, executed: bigint | undefined): Pick<TokenBalance, "executed"> {
  if (amount === 0n) return { executed: 0n };
  return executed === undefined ? {} : { executed: executed < amount ? executed : amount };
}

/** Description from L1, because a token of another chain has none until an account delivers it. */
function describedByLayer(balance: TokenBalance, onLayer: readonly TokenBalance[]): TokenBalance {
  if (balance.symbol !== "" && balance.symbol !== NO_SYMBOL) return balance;
  const { chainId, token } = balance.origin;
  const original = onLayer.find(({ origin }) => origin.chainId === chainId && origin.token === token);
  return original === undefined ? balance : { ...balance, symbol: original.symbol, decimals: original.decimals };
}
