import type { Feed } from "../../../../chain/rpc/transport/feed.ts";
import type { Disposer } from "../../../../ground/runtime/disposer.ts";
import type { DevnetChain } from "../../chains/served-chain.ts";
import type { LocalL1 } from "../../l1/local-l1.ts";
import type { EcosystemInfo } from "../books/ecosystem-info.ts";
import { actors } from "../feed/actor.ts";
import type { BlockTimes } from "../feed/block-times.ts";
import { chainSource, l1Source, type BlockSource } from "./block-source.ts";
import { UsersBlocks } from "./users-blocks.ts";

interface UsersIndexDependencies {
  readonly l1: Pick<LocalL1, "request">;
  readonly chains: () => readonly DevnetChain[];
  readonly info: () => EcosystemInfo;
  readonly blockTimes: Pick<BlockTimes, "setUpTo" | "isOwn">;
  readonly feed: Pick<Feed, "follow">;
}

/** Indexes of the transactions of users, and of contracts, on each member. A member has one from the first question on. */
export class UsersIndex {
  readonly #dependencies: UsersIndexDependencies;
  /** Indexes by the chain itself: a restored one is another object, with its blocks. */
  readonly #ofChains = new WeakMap<DevnetChain, UsersBlocks>();
  #ofL1: UsersBlocks | undefined;

  constructor(dependencies: UsersIndexDependencies, closing: Disposer) {
    this.#dependencies = dependencies;
    const end = dependencies.feed.follow(undefined, ({ type, chainId }) => {
      if (type === "block" && chainId !== undefined) this.#follow(chainId);
    });
    closing.add(end);
  }

  /** Undefined for an id that no member has. */
  of(chainId: number): UsersBlocks | undefined {
    const { l1, chains, info } = this.#dependencies;
    const base = info().l1;
    if (chainId === base.chainId) return (this.#ofL1 ??= this.#indexOf(l1Source(l1, base)));
    const chain = chains().find((each) => Number(each.chainId) === chainId);
    if (chain === undefined) return undefined;
    const index = this.#ofChains.get(chain) ?? this.#indexOf(chainSource(chain));
    this.#ofChains.set(chain, index);
    return index;
  }

  /** Reads new blocks as they come, so that no question has many to read. */
  #follow(chainId: number): void {
    const { l1 } = this.#dependencies.info();
    if (chainId === l1.chainId && l1.runsElsewhere === true) return;
    const index = this.of(chainId);
    // A member that does not answer now is read by the next question.
    if (index?.isBegun === true) void index.follow().catch(() => undefined);
  }

  #indexOf(source: BlockSource): UsersBlocks {
    const { info, blockTimes } = this.#dependencies;
    return new UsersBlocks(source, ({ number }, transaction) => {
      // Chains may be added and removed: their operators are those of the current ecosystem.
      return actors(info(), blockTimes)({ chainId: source.chainId, number }, transaction) === "user";
    });
  }
}
