import type { Provider } from "ethers";
import { type AssetTransfer, AssetMessageKind } from "../../../ground/protocol/asset-message.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { newestRun } from "../../../ground/runtime/newest-run.ts";
import type { L1View } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { bridge, messenger, tokenVault, topicOf } from "../sending/contract-interfaces.ts";
import { depositBook, type QueuedDeposits } from "../queue/deposits-in-flight.ts";
import type { Ecosystem, EcosystemChain } from "../ecosystem/ecosystem.ts";
import { addTo } from "../queue/lists-by-account.ts";
import { LogBook } from "../queue/log-book.ts";
import { readMessageLog, readTransfer } from "../messages/sent-messages.ts";
import { isEther } from "../tokens/token.ts";
import { receivedTokensTerms } from "./received-tokens.ts";
import { TokensElsewhere } from "./tokens-elsewhere.ts";
import type { TokenBalance } from "./wallet-balances.ts";
import { viewL1 } from "../messages/withdraw.ts";

/** Money that has left a chain, by its message. */
export interface SentTransfer extends AssetTransfer {
  readonly messageHash: Hex;
  readonly transactionHash: Hex;
}

interface PolledView {
  readonly view: L1View;
  /** Polls must not overlap: looks share them. */
  readonly poll: () => Promise<unknown>;
}

function polled(view: L1View): PolledView {
  return { view, poll: newestRun(() => view.poll()) };
}

/** Options of a process that answers for any account. */
export interface ForAnyAccount {
  /** Accounts of the ecosystem that may have created tokens on an L1 that runs elsewhere. */
  readonly creators: readonly Hex[];
}

/** Member on which to search for an account's tokens that no bridge has. */
export interface SearchedMember {
  readonly chainId: number;
  readonly fromBlock: number;
  /** Whether it is an L1 that runs elsewhere. */
  readonly runsElsewhere: boolean;
}

/**
 * Data from an ecosystem's members for views of wallets, cached between views: each log is read once, and
 * arrived transfers are not queried again. It holds the transfers of all accounts: pass to a view only
 * members that its client may read.
 */
export class WalletBooks {
  readonly #books = new Map<string, object>();
  readonly #isForAny: boolean;
  readonly #elsewhere: TokensElsewhere;
  readonly #views = new Map<string, PolledView>();
  /** Arrived transfers, with the reorg number of the destination's log book. */
  readonly #arrived = new Map<string, number>();

  /** Default: for the accounts of few, whose logs are asked for by their names. */
  constructor(forAny?: ForAnyAccount) {
    this.#isForAny = forAny !== undefined;
    this.#elsewhere = new TokensElsewhere(forAny?.creators ?? []);
  }

  /** Tokens that the bridge of a layer has ever taken. */
  depositedTokens({ l1 }: Ecosystem): LogBook<Set<Hex>> {
    const address = l1.contracts.bridge;
    return this.#book(`${l1.chainId} tokens ${address}`, () => ({
      address,
      topics: [topicOf(bridge, "DepositReceived")],
      fromBlock: l1.fromBlock ?? 0,
      empty: () => new Set<Hex>(),
      take(tokens, log) {
        const token = lower(bridge.parseLog(log)?.args["token"]);
        if (!isEther(token)) tokens.add(token);
      },
    }));
  }

  /** Tokens that a chain's bridge has, with their origins. */
  knownTokens({ chainId, hyperchain }: EcosystemChain): LogBook<Map<Hex, TokenBalance["origin"]>> {
    return this.#book(`${chainId} tokens ${hyperchain}`, () => ({
      address: PREDEPLOYS.L2NativeTokenVault,
      topics: [[topicOf(tokenVault, "BridgedTokenDeployed"), topicOf(tokenVault, "TokenRegistered")]],
      fromBlock: 0,
      empty: () => new Map<Hex, TokenBalance["origin"]>(),
      take(origins, log) {
        const event = tokenVault.parseLog(log);
        if (event === null) return;
        const token = lower(event.args["token"]);
        const origin =
          event.name === "BridgedTokenDeployed"
            ? { chainId: Number(event.args["originChainId"]), token: lower(event.args["originToken"]) }
            : { chainId, token };
        if (!origins.has(token)) origins.set(token, origin);
      },
    }));
  }

  /**
   * Tokens that an account has received on a member, whether the bridge knows them or not: contracts that say so by ERC-20's
   * `Transfer`, which any contract can. The first 240. An account that was not asked about before costs a process that answers
   * for any what is new on the member since the last look at another one. Rejects with the provider's error.
   */
  async receivedTokens(member: SearchedMember, owner: Hex, provider: Provider): Promise<readonly Hex[]> {
    const { chainId, fromBlock, runsElsewhere } = member;
    if (runsElsewhere) return this.#elsewhere.of(owner, provider, fromBlock);
    const book = this.#book(`${chainId} received${this.#isForAny ? "" : ` by ${owner}`}`, () =>
      receivedTokensTerms(fromBlock, this.#isForAny ? undefined : owner),
    );
    return (await book.look(provider)).of(owner);
  }

  /** Transfers from a chain, by each account that sent or receives them. */
  sentTransfers({ chainId, hyperchain }: EcosystemChain): LogBook<Map<Hex, SentTransfer[]>> {
    return this.#book(`${chainId} sent ${hyperchain}`, () => ({
      address: PREDEPLOYS.L1Messenger,
      topics: [topicOf(messenger, "L1MessageSent")],
      fromBlock: 0,
      empty: () => new Map<Hex, SentTransfer[]>(),
      take(transfers, log) {
        const message = readMessageLog(log);
        const transfer = message === undefined ? undefined : readTransfer(message);
        if (message === undefined || transfer === undefined) return;
        if (transfer.kind === AssetMessageKind.hyperbridgeDelivery) return;
        const sent = { ...transfer, messageHash: message.messageHash, transactionHash: log.transactionHash as Hex };
        for (const account of new Set([transfer.sender, transfer.recipient])) addTo(transfers, account, sent);
      },
    }));
  }

  /** Operations in a chain's queue, by each account that queued or receives them. */
  deposits(ecosystem: Ecosystem, chain: EcosystemChain): LogBook<QueuedDeposits> {
    return this.#book(`${ecosystem.l1.chainId} queue ${chain.hyperchain}`, () => depositBook(ecosystem, chain));
  }

  /** View of the chains' settlement layer, up to the present. Rejects with the provider's error. */
  async layerView(ecosystem: Ecosystem, provider: Provider): Promise<L1View> {
    const { l1, chains } = ecosystem;
    const key = [l1.chainId, l1.contracts.roots, ...chains.map(({ hyperchain }) => hyperchain)].join(" ");
    const { view, poll } = this.#views.get(key) ?? polled(viewL1(ecosystem, provider));
    this.#views.set(key, { view, poll });
    await poll();
    return view;
  }

  /** Result of `ask`. A positive result is cached until the member of `there` has a reorg. */
  async hasArrived(name: string, there: Pick<LogBook<never>, "age">, ask: () => Promise<boolean>): Promise<boolean> {
    if (this.#arrived.get(name) === there.age) return true;
    const { age } = there;
    const arrived = await ask();
    if (arrived) this.#arrived.set(name, age);
    return arrived;
  }

  #book<State>(key: string, terms: () => ConstructorParameters<typeof LogBook<State>>[0]): LogBook<State> {
    const known = this.#books.get(key) as LogBook<State> | undefined;
    if (known !== undefined) return known;
    const book = new LogBook<State>(terms());
    this.#books.set(key, book);
    return book;
  }
}

function lower(address: unknown): Hex {
  return String(address).toLowerCase() as Hex;
}
