import { reasonOf } from "../../../ground/errors/reason-of.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { answerWithin } from "../../relayer/member-silence.ts";
import { parseAccount } from "../ecosystem/chain-address.ts";
import { standings } from "../standing/chain-standing.ts";
import { depositsInFlight } from "../queue/deposits-in-flight.ts";
import type { Ecosystem, EcosystemChain } from "../ecosystem/ecosystem.ts";
import type { ProviderOf } from "../transfers/estimate.ts";
import { sendsInFlight, type WalletReads } from "./sends-in-flight.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import type { TransferInFlight } from "../queue/transfer-in-flight.ts";
import { assetsOf, type WalletAsset } from "./wallet-assets.ts";
import type { MemberBalances } from "./wallet-balances.ts";
import { WalletBooks } from "./wallet-books.ts";
import { chainTokens, layerTokens, type MemberTokens } from "./wallet-tokens.ts";

/** An account's assets over all members of an ecosystem. */
export interface WalletView {
  readonly account: Hex;
  /** Assets of the account, in total and on each member. */
  readonly assets: readonly WalletAsset[];
  /** L1 first. */
  readonly members: readonly MemberBalances[];
  /** From or to the account, oldest first per member. Without those for which a member that does not answer must be asked. */
  readonly inFlight: readonly TransferInFlight[];
  /** Chains of which not everything that is on its way could be read. Absent where all could. */
  readonly unread?: readonly UnreadTransfers[];
}

/** Member whose transfers could not be read, and the reason. */
export interface UnreadTransfers {
  readonly name: string;
  readonly chainId: number;
  readonly reason: string;
}

/**
 * View of an account's assets on all members, and of its transfers in flight, as far as members answer. Reads
 * only. With cached `books` it reads only new data. The wait for a member is `withinMs` milliseconds;
 * default: unlimited. Throws ClientError MalformedAddress.
 */
export async function walletView(
  ecosystem: Ecosystem,
  account: string,
  providerOf: ProviderOf,
  books: WalletBooks = new WalletBooks(),
  { withinMs }: { readonly withinMs?: number | undefined } = {},
): Promise<WalletView> {
  const owner = parseAccount(account);
  const reads: WalletReads = { books, providerOf };
  const within = <Answer>(name: string, answer: Promise<Answer>): Promise<Answer> => answerWithin(answer, name, withinMs);
  const { l1, chains } = ecosystem;
  const onL1 = balancesOn(l1, () => within(l1.name, layerTokens(ecosystemOf(ecosystem, {}), owner, reads)));
  const told = within("what chains settle on", standings(ecosystem, providerOf)).catch(() => undefined);
  /** Members by id; settlement layers are before their chains. */
  const asked = new Map([[l1.chainId, onL1]]);
  for (const chain of chains) {
    const seen = ecosystemOf(ecosystem, chain);
    const layer = asked.get(seen.l1.chainId);
    const read = async (): Promise<MemberTokens> => {
      const onLayer = (await layer)?.tokens ?? [];
      return within(chain.name, chainTokens(seen, chain, { owner, onLayer }, reads));
    };
    asked.set(chain.chainId, balancesOn(chain, read));
  }
  const standing = await told;
  const members = (await Promise.all(asked.values())).map((balances) => {
    const known = standing?.get(balances.chainId);
    return known === undefined ? balances : { ...balances, standing: known };
  });
  // What was read so far tells which members have gone back since the last look.
  const onTheWay = await Promise.all(
    chains.map((chain) => inFlightOf(ecosystemOf(ecosystem, chain), chain, { owner, reads, within })),
  );
  const inFlight = onTheWay.flatMap(({ transfers }) => transfers);
  const unread = onTheWay.flatMap(({ unread: each }) => each ?? []);
  const assets = assetsOf(owner, members, inFlight);
  return { account: owner, assets, members, inFlight, ...(unread.length === 0 ? {} : { unread }) };
}

interface OnTheWay {
  readonly transfers: readonly TransferInFlight[];
  /** Members whose transfers could not all be read. */
  readonly unread: UnreadTransfers | undefined;
}

interface OwnReads {
  readonly owner: Hex;
  readonly reads: WalletReads;
  readonly within: <Answer>(name: string, answer: Promise<Answer>) => Promise<Answer>;
}

async function inFlightOf(seen: Ecosystem, chain: EcosystemChain, { owner, reads, within }: OwnReads): Promise<OnTheWay> {
  const { name, chainId } = chain;
  const outcomes = await Promise.allSettled([
    within(name, queuedFor(seen, chain, owner, reads)),
    within(name, sendsInFlight(seen, chain, owner, reads)),
  ]);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  return {
    transfers: outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value : [])),
    unread: failed && { name, chainId, reason: reasonOf(failed.reason) },
  };
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
