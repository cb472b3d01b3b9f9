import type { CountedVote, SignedVote } from "./votes.ts";

/** Cost of one node's signatures in a second after which it is not heard until the next: half a second of work. */
const MAX_COST = 512;
const COST_OF_BAD = 8;
/** Checked votes that are remembered: more than all voters' votes of the views in a window. */
const MAX_CHECKED = 4_096;

/** Votes whose signers were found, so that a signature is checked once, and nodes that send bad ones. */
export class Signatures {
  readonly #voterOf: (vote: SignedVote) => number | undefined;
  readonly #checked = new Map<string, CountedVote>();
  /** Cost of this second, by sender. */
  #costs = new Map<number, number>();

  constructor(voterOf: (vote: SignedVote) => number | undefined) {
    this.#voterOf = voterOf;
  }

  /** The vote with its signer; undefined if no voter signed it, or the sender is not heard. */
  counted(vote: SignedVote, from: number): CountedVote | undefined {
    const { kind, epoch, view, id, signedAt, signature } = vote;
    const key = [kind, epoch, view, id, signedAt, signature].join("/");
    const checked = this.#checked.get(key);
    if (checked !== undefined || this.isMuted(from)) return checked;
    const voter = this.#voterOf(vote);
    this.#costs.set(from, (this.#costs.get(from) ?? 0) + (voter === undefined ? COST_OF_BAD : 1));
    if (voter === undefined) return undefined;
    if (this.#checked.size >= MAX_CHECKED) this.#checked.clear();
    const counted = { kind, epoch, view, id, signedAt, signature, voter };
    this.#checked.set(key, counted);
    return counted;
  }

  isMuted(from: number): boolean {
    return (this.#costs.get(from) ?? 0) >= MAX_COST;
  }

  /** Hears all nodes again. */
  forgive(): void {
    this.#costs = new Map();
  }

  /** Forgets votes that a decision has made needless. */
  drop(decidedView: number): void {
    for (const [key, { view }] of this.#checked) if (view <= decidedView) this.#checked.delete(key);
  }
}
