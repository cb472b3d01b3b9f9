import type { Workshop } from "../../../chain/consensus/group.ts";
import { MemoryVotes } from "../../../chain/consensus/memory-votes.ts";
import { encodeProposal, requireHeader, type Header } from "../../../chain/consensus/proposals.ts";
import type { DecisionVerdict } from "../../../chain/consensus/state.ts";
import type { HubBlock } from "../../hub/hub-block.ts";
import { HubError } from "../../hub/hub-error.ts";
import type { HubNode, OfferedEntry } from "../../hub/hub-node.ts";
import type { HubState } from "../../hub/hub-state.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { decodeHubHeader, encodeHubHeader } from "../../../ground/protocol/hub-header.ts";
import type { BlockBodies } from "./block-bodies.ts";
import type { HubOffers } from "./hub-offers.ts";

/** Parts that the aggregators of a process share. */
export interface HubAggregatorParts {
  readonly offers: Pick<HubOffers, "areOpen">;
  readonly bodies: Pick<BlockBodies, "add" | "find">;
  /** Batches for the block after this one; undefined while no block is due, or if the offers were read for another block. */
  readonly due: (after: bigint) => readonly OfferedEntry[] | undefined;
  /** Called when a block is proposed, and when one is decided. */
  readonly onProposed: () => void;
  readonly onDecided: (decided: DecidedHere, store: MemoryVotes) => void;
}

/** A block that an aggregator has applied. */
export interface DecidedHere {
  readonly block: HubBlock;
  /** State before the block. */
  readonly before: HubState;
  readonly view: number;
}

const NO_BLOCK = new Uint8Array();

/** One aggregator: its node of the hub, its votes, and its checks of blocks. */
export class HubAggregator implements Workshop {
  readonly node: HubNode;
  readonly store = new MemoryVotes();
  readonly #parts: HubAggregatorParts;
  /** Id of the newest final decision. */
  #decidedId: Hex;
  /** Empty decisions after the newest final one, by id. */
  readonly #empty = new Map<Hex, Header>();

  /** Aggregator of a group that starts from the decision `rootId`, at the node's block. */
  constructor(rootId: Hex, node: HubNode, parts: HubAggregatorParts) {
    this.node = node;
    this.#decidedId = rootId;
    this.#parts = parts;
  }

  build(view: number, parent: Hex): Promise<Uint8Array | undefined> {
    // An empty decision makes the block before it final.
    if (!this.#isAfterFinal(parent)) {
      this.#addEmpty(requireHeader(encodeProposal({ view, parent }, NO_BLOCK)));
      return Promise.resolve(NO_BLOCK);
    }
    const offered = this.#parts.due(this.node.header.number);
    if (offered === undefined) return Promise.resolve(undefined);
    const block = this.node.build(offered, () => undefined);
    if (block === undefined) return Promise.resolve(undefined);
    this.#parts.bodies.add(block);
    return Promise.resolve(encodeHubHeader(block.header));
  }

  async execute(
    decision: Header,
    content: Uint8Array,
    { isNotarized }: { readonly isNotarized: boolean },
  ): Promise<DecisionVerdict> {
    if (content.length === 0) {
      this.#addEmpty(decision);
      return "valid";
    }
    const header = decodeHubHeader(content);
    if (header === undefined) return "invalid";
    if (!this.#isAfterFinal(decision.parent)) return "later";
    const block = this.#parts.bodies.find(header);
    if (block === undefined) return "later";
    try {
      this.node.check(block);
    } catch (error) {
      if (error instanceof HubError) return "invalid";
      throw error;
    }
    // L1 may have changed since a quorum saw the batches open: the landing then skips them.
    if (!isNotarized && !(await this.#parts.offers.areOpen(block.entries))) return "later";
    this.#parts.onProposed();
    return "valid";
  }

  decide({ id, view }: Header, content: Uint8Array): Promise<void> {
    this.#decidedId = id;
    for (const empty of this.#empty.values()) if (empty.view <= view) this.#empty.delete(empty.id);
    const header = decodeHubHeader(content);
    const block = header === undefined ? undefined : this.#parts.bodies.find(header);
    if (block === undefined || block.header.number <= this.node.header.number) return Promise.resolve();
    const before = this.node.state;
    this.node.apply(block);
    this.#parts.onDecided({ block, before, view }, this.store);
    return Promise.resolve();
  }

  #addEmpty(decision: Header): void {
    this.#empty.set(decision.id, decision);
  }

  /** True if no block is between the newest final decision and this one: the next block follows from this node's state. */
  #isAfterFinal(id: Hex): boolean {
    for (let at: Hex | undefined = id; at !== undefined; at = this.#empty.get(at)?.parent)
      if (at === this.#decidedId) return true;
    return false;
  }
}
