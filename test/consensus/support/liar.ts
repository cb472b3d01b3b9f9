import type { GroupMessage } from "../../../src/chain/consensus/messages.ts";
import { encodeProposal, headerOf } from "../../../src/chain/consensus/proposals.ts";
import { FINALIZE, NO_ID, NOTARIZE, NULLIFY, type Vote } from "../../../src/chain/consensus/votes.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { SimulatedGroup } from "./simulated-group.ts";

/** Node that runs the protocol, but sends others false proposals and votes. */
export class SimulatedLiar {
  readonly #group: SimulatedGroup;
  readonly #index: number;
  /** Ids of its second proposals, by view. */
  readonly #second = new Map<number, Hex>();

  constructor(group: SimulatedGroup, index: number) {
    this.#group = group;
    this.#index = index;
  }

  send(message: GroupMessage, receivers: readonly number[]): void {
    if (message.type === "proposal") return this.#proposeTwice(message, receivers);
    // It answers no request.
    if (message.type === "answer" || message.type === "page") return;
    for (const to of receivers) this.#group.deliver(this.#index, to, message);
    if (message.type === "votes") for (const { view, id } of message.votes) this.#voteForAll(view, id, receivers);
  }

  /** Sends one proposal to a half, another to the rest, and both to some. */
  #proposeTwice(message: Extract<GroupMessage, { type: "proposal" }>, receivers: readonly number[]): void {
    const { random } = this.#group;
    const { view, parent } = headerOf(message.bytes)!;
    const bytes = encodeProposal({ view, parent: this.#lyingParent(parent) }, new Uint8Array([0xff]));
    const { id } = headerOf(bytes)!;
    this.#second.set(view, id);
    const vote = this.#group.sign(this.#index, { ...message.vote, id });
    const other = { ...message, bytes, vote };
    for (const to of receivers) {
      const getsBoth = random.isLikely(0.3);
      if (to % 2 === 1 || getsBoth) this.#group.deliver(this.#index, to, message);
      if (to % 2 === 0 || getsBoth) this.#group.deliver(this.#index, to, other);
    }
    if (random.isLikely(0.3)) this.#proposeOutOfTurn(message, receivers);
  }

  /** Parent of a second proposal: the right one, its grandparent, or this node's second proposal of an earlier view. */
  #lyingParent(parent: Hex): Hex {
    const { random } = this.#group;
    if (random.isLikely(0.5)) return parent;
    const seconds = [...this.#second.values()];
    return random.isLikely(0.5) ? this.#group.parentOf(parent) : (seconds.at(-1) ?? parent);
  }

  /** Proposes in the views of others, before they do. */
  #proposeOutOfTurn({ bytes, certificates }: Extract<GroupMessage, { type: "proposal" }>, receivers: readonly number[]): void {
    const { view, parent } = headerOf(bytes)!;
    const foreign = encodeProposal({ view: view + 1, parent }, new Uint8Array([0xfe]));
    const { id } = headerOf(foreign)!;
    const vote = this.#group.sign(this.#index, { kind: NOTARIZE, epoch: 0, view: view + 1, id });
    for (const to of receivers) this.#group.deliver(this.#index, to, { type: "proposal", bytes: foreign, vote, certificates });
  }

  /** Votes for both proposals, and to nullify. */
  #voteForAll(view: number, id: Hex, receivers: readonly number[]): void {
    const ids = [id, this.#second.get(view)].filter((one): one is Hex => one !== undefined && one !== NO_ID);
    const votes = ids.flatMap((one): Vote[] => [
      { kind: NOTARIZE, epoch: 0, view, id: one },
      { kind: FINALIZE, epoch: 0, view, id: one },
    ]);
    const nullify: Vote = { kind: NULLIFY, epoch: 0, view, id: NO_ID };
    const all = [...votes, nullify].map((vote) => this.#group.sign(this.#index, vote));
    for (const to of receivers)
      for (const vote of all)
        if (this.#group.random.isLikely(0.5)) this.#group.deliver(this.#index, to, { type: "votes", votes: [vote] });
  }
}
