import { reasonOf } from "../errors/reason-of.ts";
import type { Hex } from "../protocol/hex.ts";
import { parseAccount } from "./chain-address.ts";
import { standings } from "./chain-standing.ts";
import { depositsInFlight } from "./deposits-in-flight.ts";
import type { Ecosystem, EcosystemChain } from "./ecosystem.ts";
import type { ProviderOf } from "./estimate.ts";
import { sendsInFlight } from "./sends-in-flight.ts";
import type { WalletReads } from "./sends-in-flight.ts";
import { ecosystemOf } from "./settlement-base.ts";
import type { TransferInFlight } from "./transfer-in-flight.ts";
import { assetsOf } from "./wallet-assets.ts";
import type { WalletAsset } from "./wallet-assets.ts";
import type { MemberBalances } from "./wallet-balances.ts";
import { WalletBooks } from "./wallet-books.ts";
import { chainTokens, layerTokens } from "./wallet-tokens.ts";
import type { MemberTokens } from "./wallet-tokens.ts";

/** An account's assets over all members of an ecosystem. */
export interface WalletView {
  readonly account: Hex;
  /** What it has of each asset, in all and on each member. */
  readonly assets: readonly WalletAsset[];
  /** L1 first. */
  readonly members: readonly MemberBalances[];
  /** From or to the account, oldest first per member. Without those for which a member that does not answer must be asked. */
  readonly inFlight: readonly TransferInFlight[];
  /** Chains of which not everything that is on its way could be read. Absent where all could. */
  readonly unread?: readonly UnreadTransfers[];
}

interface UnreadTransfers {
  readonly name: string;
  readonly chainId: number;
  readonly reason: string;
}

/**
 * What an account has, everywhere, and what is on its way from or to it, as far as members answer. Reads only; with `books` that
 * are kept between looks only what is new. Throws ClientError MalformedAddress.
 */
export async function walletView(
  ecosystem: Ecosystem,
  account: string,
  providerOf: ProviderOf,
  books: WalletBooks = new WalletBooks(),
): Promise<WalletView> {
  const owner = parseAccount(account);
  const reads: WalletReads = { books, providerOf };
  const onL1 = await balancesOn(ecosystem.l1, () => layerTokens(ecosystemOf(ecosystem, {}), owner, reads));
  const standing = await standings(ecosystem, providerOf);
  const members: MemberBalances[] = [onL1];
  for (const chain of ecosystem.chains) {
    const seen = ecosystemOf(ecosystem, chain);
    const onLayer = members.find(({ chainId }) => chainId === seen.l1.chainId)?.tokens ?? [];
    const balances = await balancesOn(chain, () => chainTokens(seen, chain, { owner, onLayer }, reads));
    const known = standing.get(chain.chainId);
    members.push(known === undefined ? balances : { ...balances, standing: known });
  }
  const inFlight: TransferInFlight[] = [];
  const unread: UnreadTransfers[] = [];
  for (const chain of ecosystem.chains) {
    const seen = ecosystemOf(ecosystem, chain);
    const { name, chainId } = chain;
    const told = (error: unknown): [] => {
      if (!unread.some((each) => each.chainId === chainId)) unread.push({ name, chainId, reason: reasonOf(error) });
      return [];
    };
    inFlight.push(...(await queuedFor(seen, chain, owner, reads).catch(told)));
    inFlight.push(...(await sendsInFlight(seen, chain, owner, reads).catch(told)));
  }
  const assets = assetsOf(owner, members, inFlight);
  return { account: owner, assets, members, inFlight, ...(unread.length === 0 ? {} : { unread }) };
}

/** A member that is away, as an L1 elsewhere can be, must not hide what the others have. */
async function balancesOn(
  { name, chainId }: { readonly name: string; readonly chainId: number },
  read: () => Promise<MemberTokens>,
): Promise<MemberBalances> {
  try {
    const { tokens, unasked } = await read();
    return { name, chainId, tokens, ...(unasked === 0 ? {} : { unasked }) };
  } catch (error) {
    return { name, chainId, tokens: [], unavailable: reasonOf(error) };
  }
}

async function queuedFor(
  ecosystem: Ecosystem,
  chain: EcosystemChain,
  owner: Hex,
  { books, providerOf }: WalletReads,
): Promise<readonly TransferInFlight[]> {
  const deposits = await books.deposits(ecosystem, chain).look(providerOf(ecosystem.l1.chainId));
  const isTaken = (hash: Hex): Promise<boolean> =>
    books.hasArrived(
      `${chain.hyperchain} ${hash}`,
      books.knownTokens(chain),
      async () => (await providerOf(chain.chainId).getTransactionReceipt(hash)) !== null,
    );
  return depositsInFlight(ecosystem, chain, { owner, deposits }, isTaken);
}
