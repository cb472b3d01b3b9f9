import type { Provider, Signer } from "ethers";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import type { L1View } from "../../chain/settlement-layer/reader/l1-view.ts";
import { Deliverer } from "./deliverer.ts";
import type { DeliveryPolicy } from "./delivery-policy.ts";
import { Describer } from "./describer.ts";
import { factsByProof } from "./facts-by-proof.ts";
import { ImportRequests, type SourceBatch } from "./import-requests.ts";
import type { FlowBook } from "./flow-book.ts";
import { FlowSettler } from "./flow-settler.ts";
import type { JourneyBook, OpenJourney } from "./journey-book.ts";
import type { ListBook } from "./list-book.ts";
import { OwnAccount, type OwnAccountDependencies } from "./own-account.ts";
import { factsByPromise } from "./facts-by-promise.ts";
import type { AskedNode } from "./state-proof.ts";

/** Maximum duration of an automatic round; the next one starts with the best paid messages. */
const ROUND_MS = 2_000;

interface DeliveryLaneOptions {
  readonly chainId: ChainId;
  readonly policy: DeliveryPolicy;
  readonly settlesFlows: boolean;
}

interface DeliveryLaneDependencies extends Pick<OwnAccountDependencies, "undisturbed"> {
  readonly l1View: L1View;
  readonly book: JourneyBook;
  readonly flows: FlowBook;
  readonly lists: ListBook;
  readonly nodeOf: (chainId: number) => AskedNode;
  /** Chains whose batches this one imports facts about. */
  readonly factsFrom: () => readonly bigint[];
  /** Chains whose promises it takes. */
  readonly promisesFrom: () => readonly bigint[];
  readonly signer: Signer;
  readonly provider: Provider;
  /** Which messages for the chain are delivered now, in this order. */
  readonly choose: (waiting: readonly OpenJourney[]) => readonly OpenJourney[];
}

/** All that is sent on one chain: names, messages, and ends of escrows. Nothing here waits for a block. */
export class DeliveryLane {
  readonly chainId: ChainId;
  readonly account: OwnAccount;
  readonly #dependencies: DeliveryLaneDependencies;
  readonly #settlesFlows: boolean;
  readonly #deliverer: Deliverer;
  readonly #describer: Describer;
  readonly #settler: FlowSettler;
  readonly #facts: Pick<ImportRequests<SourceBatch>, "forget" | "request">;
  readonly #promises: ImportRequests<SourceBatch>;
  /** Facts that the last round had the chain import. */
  #imported = 0;
  #isEnded = false;

  constructor({ chainId, policy, settlesFlows }: DeliveryLaneOptions, dependencies: DeliveryLaneDependencies) {
    const { l1View, book, flows, lists, nodeOf, factsFrom, promisesFrom, signer, provider, undisturbed } = dependencies;
    const { promised } = dependencies.book;
    this.chainId = chainId;
    this.#dependencies = dependencies;
    this.#settlesFlows = settlesFlows;
    this.account = new OwnAccount({ signer, provider, undisturbed });
    this.#deliverer = new Deliverer(
      { chainId, policy },
      {
        l1View,
        signer,
        provider,
        promised,
        findList: lists.find,
        bundleBodies: (sourceChainId, bundleHash) => book.get(sourceChainId, bundleHash)?.body,
        isCallbackRewardSpent: (sourceChainId, bundleHash) => book.isCallbackRewardSpent(sourceChainId, bundleHash),
        onDelivered: (journey, at) => book.record(journey, "delivered", at),
      },
    );
    const announcementOf = (birth: bigint, token: Hex) => book.announcementOf(birth, token);
    this.#describer = new Describer({ chainId, policy }, { l1View, announcementOf, provider });
    this.#facts = new ImportRequests(
      factsByProof(factsFrom, {
        l1View,
        node: () => nodeOf(Number(chainId)),
      }),
    );
    this.#promises = new ImportRequests(factsByPromise(promisesFrom, { chainId, l1View, promised, nodeOf }));
    this.#settler = new FlowSettler({ chainId, policy }, { l1View, book: flows, nodeOf, provider });
  }

  /** Transactions that wait for their blocks. */
  get waiting(): number {
    return this.account.waiting;
  }

  /** Sends nothing more. */
  end(): void {
    this.#isEnded = true;
  }

  /** Drops all data of an outdated state. */
  forget(): void {
    for (const part of [this.account, this.#deliverer, this.#describer, this.#settler, this.#facts, this.#promises])
      part.forget();
  }

  /** Sends what can be sent, within its time. */
  async look(): Promise<void> {
    const until = performance.now() + ROUND_MS;
    await this.finish();
    await this.#round(() => this.#isEnded || performance.now() > until);
  }

  /**
   * Repeats `look` without a time limit, until nothing waits for anything else. `untilIncluded` waits for the
   * blocks of the sent transactions.
   */
  async lookToTheEnd(untilIncluded: () => Promise<void>): Promise<void> {
    await this.finish();
    for (let before = Infinity; !this.#isEnded;) {
      const left = await this.#round(() => this.#isEnded);
      await untilIncluded();
      // The chain's events up to an imported fact are read now.
      if (this.#imported > 0) this.#dependencies.book.observeOpen();
      if (left === 0 || left >= before) return;
      // An imported fact lets deliveries begin.
      before = this.#imported > 0 ? Infinity : left;
    }
  }

  /** Takes what became of what was sent, once the chain's events are read. */
  async finish(): Promise<void> {
    await this.account.look((sent) => this.#deliverer.isKnown(sent));
    const again = this.#deliverer.finish();
    if (again.length > 0) await this.#deliverer.deliver(again, () => this.#isEnded, this.account.beginRound());
    this.#describer.finish();
    this.#settler.finish();
  }

  /** Resolves with the number of messages and escrows that it did not reach, or that wait for their tokens' names. */
  async #round(isOver: () => boolean): Promise<number> {
    const { book, choose } = this.#dependencies;
    const round = this.account.beginRound();
    const newestRoot = book.newestRoot(this.chainId);
    const here = choose(book.openTo(this.chainId));
    const promised = await this.#promises.request(here);
    this.#imported = promised + (await this.#facts.request(here));
    // Names come before money.
    if (!(await this.#describer.describe(here, newestRoot, round))) return here.length;
    const due = await this.#deliverer.due(here);
    const named = due.filter((journey) => !this.#describer.isNaming(journey));
    const left = await this.#deliverer.deliver(named, isOver, round);
    const escrows = this.#settlesFlows && !isOver() ? await this.#settler.settle(newestRoot ?? 0n, round) : 0;
    return this.#imported + due.length - named.length + left.length + escrows;
  }
}
