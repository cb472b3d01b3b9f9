import type { Header } from "../../../src/chain/consensus/proposals.ts";
import { areContrary, FINALIZE, NOTARIZE, NULLIFY, quorumOf, type Vote } from "../../../src/chain/consensus/votes.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { mayVote, type ModelBallot } from "./model.ts";

interface Block {
  readonly id: Hex;
  readonly view: number;
  readonly parent: Block | undefined;
  readonly proposer: number;
}

/** All votes that honest nodes sent, compared with the model when they are sent. A liar counts as having voted everything. */
export class VoteLog {
  readonly #voters: number;
  readonly #liars: number;
  readonly #blocks = new Map<Hex, Block>();
  readonly #ballots = new Map<string, ModelBallot<Block>>();
  readonly #counts = new Map<string, number>();
  readonly #sent = new Map<string, Vote[]>();
  /** Highest view of a vote. */
  newestView = 0;

  constructor(voters: number, liars: number) {
    this.#voters = voters;
    this.#liars = liars;
  }

  propose({ id, view, parent }: Header, proposer: number): void {
    if (!this.#blocks.has(id)) this.#blocks.set(id, { id, view, parent: this.#blocks.get(parent), proposer });
  }

  parentOf(id: Hex): Hex | undefined {
    return this.#blocks.get(id)?.parent?.id;
  }

  /** Takes a vote; returns the fault if the model does not allow it, or the node sent a contrary one. */
  cast(voter: number, life: number, vote: Vote): string | undefined {
    const { kind, view, id } = vote;
    const place = `${life}/${voter}/${view}`;
    const sent = this.#sent.get(place) ?? [];
    if (sent.some((other) => other.kind === kind && other.id === id)) return undefined;
    if (sent.some((other) => areContrary(other, vote))) return `node ${voter} contradicts itself in view ${view}`;
    this.#sent.set(place, [...sent, vote]);
    this.newestView = Math.max(this.newestView, view);
    const ballot = this.#ballots.get(place) ?? {};
    const block = this.#blocks.get(id);
    const certified = {
      isNotarized: (one: Block) => this.#isCertified(life, NOTARIZE, one.view, one.id),
      isNullified: (at: number) => this.#isCertified(life, NULLIFY, at, ""),
    };
    const isInTurn = kind !== NOTARIZE || block?.proposer === view % this.#voters;
    // The model starts at view 0: after a rewind only turns and contrary votes are compared.
    const isAllowed = isInTurn && (life > 0 || mayVote(kind, { block, ballot, certified }));
    const change = kind === NOTARIZE ? { notarized: block! } : kind === FINALIZE ? { finalized: block! } : { isNullified: true };
    this.#ballots.set(place, { ...ballot, ...change });
    const key = `${life}/${kind}/${view}/${kind === NULLIFY ? "" : id}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    return isAllowed ? undefined : `the model allows no vote of kind ${kind} by node ${voter} in view ${view}`;
  }

  #isCertified(life: number, kind: number, view: number, id: string): boolean {
    return (this.#counts.get(`${life}/${kind}/${view}/${id}`) ?? 0) + this.#liars >= quorumOf(this.#voters);
  }
}
