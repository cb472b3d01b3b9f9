import { existsSync } from "node:fs";
import { join } from "node:path";
import { JsonRpcProvider, VoidSigner } from "ethers";
import { openGroup, type RunningNode, type Workshop } from "../../../chain/consensus/group.ts";
import type { GroupMessage } from "../../../chain/consensus/messages.ts";
import { contentOf, requireHeader, type Header } from "../../../chain/consensus/proposals.ts";
import { VoteStore } from "../../../chain/consensus/vote-store.ts";
import type { HubBlock } from "../../hub/hub-block.ts";
import { hubVoteDomain } from "../../hub/hub-certificate.ts";
import { HubError } from "../../hub/hub-error.ts";
import { HubNode, type OfferedEntry } from "../../hub/hub-node.ts";
import type { HubHeader } from "../../../ground/protocol/hub-header.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { VoteKeys } from "../../sequencing/local/vote-keys.ts";
import { rootOf } from "../../sequencing/root-of-life.ts";
import { VIEW_TIMES } from "../../sequencing/view-times.ts";
import { FactsOnL1 } from "../../../chain/settlement-layer/facts/facts-on-l1.ts";
import type { SendingProvider } from "../../../chain/settlement-layer/facts/judge.ts";
import type { FactSource } from "../facts/open-facts.ts";
import { l1Request } from "../l1/request/l1-request.ts";
import { BlockBodies } from "./block-bodies.ts";
import { HubAggregator } from "./hub-aggregator.ts";
import { HubOnL1 } from "./hub-landing.ts";
import { HubOffers } from "./hub-offers.ts";
import { createOfferVerdict } from "./offer-verdict.ts";
import type { AggregatorStart, AggregatorWork, FromAggregator, MemberPlace } from "./aggregator-messages.ts";

/** Decisions that a start reads from the file at a time. */
const DECISIONS_PER_READ = 64;

interface AggregatorNodePorts {
  readonly clock: Clock;
  readonly l1: SendingProvider;
  readonly tell: (message: FromAggregator) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Aggregator of a hub in one life of its group: it reads L1 and the members itself, votes, and leads in its turn. */
export class AggregatorNode {
  readonly #start: AggregatorStart;
  readonly #ports: AggregatorNodePorts;
  readonly #bodies = new BlockBodies();
  readonly #members = new MemberClients();
  readonly #onL1: HubOnL1;
  readonly #offers: HubOffers;
  readonly #aggregator: HubAggregator;
  readonly #root: Header;
  readonly #mayVote: boolean;
  #offered: readonly OfferedEntry[] = [];
  /** Number of the block before that of the offers. */
  #offeredAfter: bigint | undefined;
  #work: AggregatorWork;
  #group: RunningNode | undefined;
  #listener: ((message: GroupMessage, from: number) => void) | undefined;

  private constructor(start: AggregatorStart, ports: AggregatorNodePorts) {
    const { life, firstView, place, isFirst, folder, work } = start;
    const { factory, registry, settings, hub, aggregator, isProven, confirmations } = place;
    this.#start = start;
    this.#ports = ports;
    this.#work = { ...work, isRunning: false };
    this.#root = rootOf({ domain: hubVoteDomain(place.l1ChainId, hub, life), firstView });
    this.#mayVote = isFirst || existsSync(join(folder, "votes"));
    this.#onL1 = new HubOnL1(hub, { provider: ports.l1, sender: new VoidSigner(hub, ports.l1) });
    this.#offers = new HubOffers({
      members: () => this.#members.sources,
      aggregator,
      l1: () => FactsOnL1.look({ provider: ports.l1, confirmations, factory, registry, settings, hyperchain: hub }),
      landedIn: async (l1Block) => (await this.#onL1.head(l1Block)).number,
      refusalOf: createOfferVerdict(isProven),
      isProven,
      keepsProofs: false,
    });
    this.#aggregator = new HubAggregator(this.#root.id, HubNode.fromL1(start.header, start.state, start.facts), {
      offers: this.#offers,
      bodies: { add: (block) => this.#propose(block), find: (header) => this.#bodies.find(header) },
      due: (after) => (this.#work.hasWork && this.#offeredAfter === after ? this.#offered : undefined),
      onProposed: () => this.#group?.work(false),
      onDecided: ({ block, before }) => {
        this.#offers.noteDecided(block, before);
        ports.tell({ type: "height", life, number: block.header.number });
      },
    });
  }

  /** Starts an aggregator from its files. Rejects with HubError if the state is not L1's, or with L1's error. */
  static async open(start: AggregatorStart, ports: AggregatorNodePorts): Promise<AggregatorNode> {
    const node = new AggregatorNode(start, ports);
    for (const block of start.blocks) node.#bodies.add(block);
    if (!(await node.#onL1.has(start.header))) throw notOnL1(start.header);
    const store = await VoteStore.open(start.folder);
    for (let view = 0; ;) {
      const records = store.decisionsAbove(view, DECISIONS_PER_READ);
      for (const { proposals } of records)
        for (const bytes of proposals) await node.#aggregator.decide(requireHeader(bytes), contentOf(bytes));
      const newest = records.at(-1);
      if (newest === undefined) break;
      view = newest.certificate.view;
    }
    await store.close();
    ports.tell({ type: "height", life: start.life, number: node.#aggregator.node.header.number });
    await node.work(start.work);
    return node;
  }

  get life(): AggregatorStart["life"] {
    return this.#start.life;
  }

  receive(message: GroupMessage, from: number): void {
    this.#listener?.(message, from);
  }

  /** Stores a block that another aggregator proposes. */
  add(block: HubBlock): void {
    this.#bodies.add(block);
  }

  async work(work: AggregatorWork): Promise<void> {
    this.#members.become(work.members);
    this.#work = work;
    if (!work.isRunning) return this.#rest();
    this.#group ??= await this.#openGroup();
    if (work.hasWork) await this.#readOffers();
    this.#group?.work(work.hasWork);
  }

  async close(): Promise<void> {
    await this.#rest();
    this.#members.become([]);
  }

  async #rest(): Promise<void> {
    const group = this.#group;
    this.#group = undefined;
    await group?.close();
  }

  #propose(block: HubBlock): void {
    this.#bodies.add(block);
    // Before the proposal of its header.
    this.#ports.tell({ type: "block", life: this.life, block });
  }

  async #readOffers(): Promise<void> {
    const { header, state } = this.#aggregator.node;
    // An L1 that is away is read later.
    this.#offered = await this.#offers.read({ header, state }).catch(() => []);
    this.#offeredAfter = header.number;
  }

  async #openGroup(): Promise<RunningNode> {
    const { index, epoch, privateKey, place, firstView, life, folder } = this.#start;
    const { clock, tell, onFailure } = this.#ports;
    const known = epoch.aggregators.map((address, each) => (each === index ? { address, privateKey } : { address }));
    const keys = new VoteKeys(known, hubVoteDomain(place.l1ChainId, place.hub, life), epoch.number);
    return openGroup({
      voters: keys,
      self: this.#mayVote ? index : undefined,
      root: this.#root,
      firstView,
      ...VIEW_TIMES,
      store: await VoteStore.open(folder),
      workshop: this.#workshop(),
      clock,
      net: {
        send: (message, to) => tell({ type: "message", life, message, to }),
        listen: (listener) => {
          this.#listener = listener;
          return () => (this.#listener = undefined);
        },
      },
      sign: (vote) => Promise.resolve(keys.sign(index, vote, Math.floor(clock.nowMs() / 1_000))),
      signerOf: (vote) => keys.signerOf(vote),
      onEvidence: (first, second) => tell({ type: "evidence", life, first, second }),
      onFailure,
    });
  }

  /** The aggregator, with the members' offers when it builds a block or votes for one. */
  #workshop(): Workshop {
    const aggregator = this.#aggregator;
    return {
      build: async (view, parent) => {
        if (this.#work.hasWork) await this.#readOffers();
        return aggregator.build(view, parent);
      },
      execute: async (header, content, options) => {
        if (content.length > 0 && !options.isNotarized) await this.#readOffers();
        return aggregator.execute(header, content, options).catch(() => "later" as const);
      },
      decide: (header, content) => aggregator.decide(header, content),
    };
  }
}

function notOnL1({ number }: HubHeader): HubError {
  return new HubError(
    "BlockMismatch",
    `L1 lacks the block ${number} that the aggregator must begin from; wait for the next life`,
  );
}

/** Endpoints of the members that run. */
class MemberClients {
  #places: readonly MemberPlace[] = [];
  readonly #clients = new Map<string, JsonRpcProvider>();

  get sources(): readonly FactSource[] {
    return this.#places.map(({ chainId, name, url }) => ({
      chainId,
      name,
      answer: (method, params) => this.#clientOf(url).send(method, [...params]) as Promise<unknown>,
    }));
  }

  become(places: readonly MemberPlace[]): void {
    this.#places = places;
    for (const [url, client] of this.#clients) {
      if (places.some((place) => place.url === url)) continue;
      client.destroy();
      this.#clients.delete(url);
    }
  }

  #clientOf(url: string): JsonRpcProvider {
    const client =
      this.#clients.get(url) ?? new JsonRpcProvider(l1Request(url), undefined, { staticNetwork: true, cacheTimeout: -1 });
    this.#clients.set(url, client);
    return client;
  }
}
