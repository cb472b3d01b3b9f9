import type { BatchCommitment } from "../../../ground/protocol/quorum.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** Approval of a batch with the signature of one key. */
export interface SignedWord extends BatchCommitment {
  readonly chainId: bigint;
  readonly signer: Hex;
  readonly signature: Hex;
}

/** Two words of one key that contradict each other. */
export interface Contradiction {
  readonly first: SignedWord;
  readonly second: SignedWord;
  /** Seconds that are within the times of both words, both included. */
  readonly from: bigint;
  readonly until: bigint;
}

/**
 * Words of keys by chain, batch number and revert count, and their contradictions. The result depends on the set of words alone:
 * neither on their order, nor on how often each is added.
 */
export class WordBook {
  readonly #words = new Map<string, SignedWord[]>();
  #contradictions: Contradiction[] = [];

  get contradictions(): readonly Contradiction[] {
    return this.#contradictions;
  }

  /** Returns false for a word that is in the book. */
  add(word: SignedWord): boolean {
    const { chainId, batchNumber, revertCount, signer } = word;
    const key = `${chainId} ${batchNumber} ${revertCount} ${signer}`;
    const others = this.#words.get(key) ?? [];
    if (others.some((other) => isSameWord(other, word))) return false;
    for (const other of others) {
      const contradiction = contradictionOf(other, word);
      if (contradiction !== undefined) this.#contradictions.push(contradiction);
    }
    this.#words.set(key, [...others, word]);
    return true;
  }

  /** Forgets words that end before a second: their faults are too old to be slashed. */
  expireBefore(second: bigint): void {
    for (const [key, words] of this.#words) {
      const left = words.filter(({ validUntil }) => validUntil >= second);
      if (left.length === 0) this.#words.delete(key);
      else if (left.length < words.length) this.#words.set(key, left);
    }
    this.#contradictions = this.#contradictions.filter(({ until }) => until >= second);
  }

  /** Forgets all words, after a development L1 has returned to an earlier state: honest keys then sign again. */
  clear(): void {
    this.#words.clear();
    this.#contradictions = [];
  }
}

function isSameWord(one: SignedWord, two: SignedWord): boolean {
  return one.commitment === two.commitment && one.validFrom === two.validFrom && one.validUntil === two.validUntil;
}

function contradictionOf(first: SignedWord, second: SignedWord): Contradiction | undefined {
  if (first.commitment === second.commitment) return undefined;
  const from = first.validFrom > second.validFrom ? first.validFrom : second.validFrom;
  const until = first.validUntil < second.validUntil ? first.validUntil : second.validUntil;
  return from > until ? undefined : { first, second, from, until };
}
