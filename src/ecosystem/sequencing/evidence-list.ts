import type { CountedVote, SignedVote } from "../../chain/consensus/votes.ts";
import type { Hex } from "../../ground/protocol/hex.ts";

/** Pairs of one node that are stored. */
const MAX_PAIRS_OF_NODE = 14;

/** Two votes of one node that no honest node casts both. */
export interface VoteEvidence {
  /** Address of the node. */
  readonly signer: Hex;
  /** Salt of the votes' EIP-712 domain. */
  readonly life: Hex;
  readonly first: SignedVote;
  readonly second: SignedVote;
}

/** Storage of evidence, by name. */
export interface EvidenceStore {
  /** All texts, the first stored first. */
  all(): ReadonlyMap<string, string>;
  set(name: string, text: string): void;
  delete(name: string): void;
}

/** Contrary votes of a chain's nodes, one pair for each node and view. */
export class EvidenceList {
  readonly #store: EvidenceStore | undefined;
  #pairs: readonly VoteEvidence[];
  /** Life that ended when L1 returned to an earlier state. */
  #undoneLife: Hex | undefined;

  /** Starts with the pairs of the store, which outlives the process. Default: the list starts empty and ends with the process. */
  constructor(store?: EvidenceStore) {
    this.#store = store;
    this.#pairs = [...(store?.all().values() ?? [])].map((text) => JSON.parse(text) as VoteEvidence);
  }

  get pairs(): readonly VoteEvidence[] {
    return this.#pairs;
  }

  /** Adds and stores evidence. Several nodes see the same. */
  add({ life, signer, first, second }: VoteEvidence): void {
    const pair = { signer, life, first: withoutVoter(first), second: withoutVoter(second) };
    const name = nameOf(pair);
    if (life === this.#undoneLife || this.#pairs.some((each) => nameOf(each) === name)) return;
    this.#pairs = [...this.#pairs, pair];
    this.#store?.set(name, JSON.stringify(pair));
    const ofNode = this.#pairs.filter((each) => each.signer === signer);
    if (ofNode.length > MAX_PAIRS_OF_NODE) this.#delete(mostCrowded(ofNode));
  }

  /** Deletes all pairs, because L1 has returned to an earlier state. Later pairs of this life, which ends, do not count. */
  forget(life: Hex | undefined): void {
    this.#undoneLife = life;
    for (const pair of this.#pairs) this.#delete(pair);
  }

  #delete(pair: VoteEvidence): void {
    this.#pairs = this.#pairs.filter((each) => each !== pair);
    this.#store?.delete(nameOf(pair));
  }
}

/**
 * Pair whose neighbours are closest in time. L1 takes the stake of a vote's second, and a liar could sign many pairs after it has
 * withdrawn its stake: the first pair, the newest and some of all times in between stay.
 */
function mostCrowded(pairs: readonly VoteEvidence[]): VoteEvidence {
  const gaps = pairs.map((_, index) => secondsBetween(pairs[index - 1], pairs[index + 1]));
  const least = pairs[gaps.indexOf(Math.min(...gaps))];
  if (least === undefined) throw new RangeError("there is a pair");
  return least;
}

function secondsBetween(before: VoteEvidence | undefined, after: VoteEvidence | undefined): number {
  return before === undefined || after === undefined ? Infinity : after.first.signedAt - before.first.signedAt;
}

function nameOf({ signer, life, first }: VoteEvidence): string {
  return `${signer} ${life} ${first.view}`;
}

function withoutVoter({ kind, epoch, view, id, signedAt, signature }: SignedVote | CountedVote): SignedVote {
  return { kind, epoch, view, id, signedAt, signature };
}
