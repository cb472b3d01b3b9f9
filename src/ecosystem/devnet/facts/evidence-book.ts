import type { LedgerFacts } from "../../../chain/ledger/ledger.ts";
import { LedgerError } from "../../../chain/ledger/ledger-error.ts";
import type { FactBatch, FactEvidence } from "../../../ground/protocol/fact-evidence.ts";
import { fromHex, toHex, type Hex } from "../../../ground/protocol/hex.ts";
import { hashStoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { decodeEntry, encodeEntry } from "../../../chain/settlement/journal/journal-entry.ts";

const [BATCH, FACT] = ["batch ", "fact "];

/** Evidence at a mark of the chain. */
interface EvidenceMark {
  readonly batches: ReadonlyMap<Hex, FactBatch>;
  readonly facts: ReadonlyMap<bigint, readonly Hex[]>;
}

/**
 * Evidence of the facts and statements that a chain imported, until L1 no longer needs it. Several facts depend on the same
 * batches. A batch is stored once, because its proof has some 600 kB. A chain has one book, which returns with the chain to
 * users' marks.
 */
export class EvidenceBook {
  readonly name = "evidence";
  readonly #stored: LedgerFacts | undefined;
  readonly #batches = new Map<Hex, FactBatch>();
  /** Hashes of the records of the batches that L1 must execute for a fact, in order. */
  readonly #facts = new Map<bigint, readonly Hex[]>();

  /** Default: the book ends with the process. Throws LedgerError Damaged for evidence that cannot be read. */
  constructor(stored?: LedgerFacts) {
    this.#stored = stored;
    for (const [name, text] of stored?.all() ?? []) this.#read(name, text);
  }

  /** Batches that L1 must execute for the fact of this index, in order; undefined without evidence. */
  batchesOf(index: bigint): readonly FactBatch[] | undefined {
    return this.#facts.get(index)?.flatMap((hash) => this.#batches.get(hash) ?? []);
  }

  add({ fact, batches }: FactEvidence): void {
    const named = batches.map((batch) => [hashStoredBatch(batch.stored), batch] as const);
    for (const [hash, batch] of named) this.#addBatch(hash, batch);
    this.#addFact(
      fact.registryIndex,
      named.map(([hash]) => hash),
    );
  }

  /** Removes evidence that L1 no longer needs, by the index of its import. Rejects as `isNeeded` does. */
  async prune(isNeeded: (index: bigint) => Promise<boolean>): Promise<void> {
    for (const index of [...this.#facts.keys()]) if (!(await isNeeded(index))) this.#removeFact(index);
    this.#removeUnused();
  }

  /** Ignores the chain's results: evidence comes before its import. */
  on(): void {}

  mark(): EvidenceMark {
    return { batches: new Map(this.#batches), facts: new Map(this.#facts) };
  }

  /** Restores exactly the mark's evidence: L1 returns with the chain, and needs the removed one. */
  returnTo({ batches, facts }: EvidenceMark): void {
    for (const [hash, batch] of batches) this.#addBatch(hash, batch);
    for (const [index, hashes] of facts) this.#addFact(index, hashes);
    for (const index of [...this.#facts.keys()]) if (!facts.has(index)) this.#removeFact(index);
    this.#removeUnused();
  }

  #addBatch(hash: Hex, batch: FactBatch): void {
    if (this.#batches.has(hash)) return;
    this.#batches.set(hash, batch);
    this.#stored?.set(`${BATCH}${hash}`, encodeEntry({ ...batch, proof: toHex(batch.proof) }));
  }

  #addFact(index: bigint, hashes: readonly Hex[]): void {
    this.#facts.set(index, hashes);
    this.#stored?.set(`${FACT}${index}`, encodeEntry(hashes));
  }

  #removeFact(index: bigint): void {
    this.#facts.delete(index);
    this.#stored?.delete(`${FACT}${index}`);
  }

  #removeUnused(): void {
    const needed = new Set([...this.#facts.values()].flat());
    for (const hash of [...this.#batches.keys()]) {
      if (needed.has(hash)) continue;
      this.#batches.delete(hash);
      this.#stored?.delete(`${BATCH}${hash}`);
    }
  }

  #read(name: string, text: string): void {
    try {
      if (name.startsWith(FACT)) this.#facts.set(BigInt(name.slice(FACT.length)), decodeEntry<readonly Hex[]>(text));
      else this.#batches.set(name.slice(BATCH.length) as Hex, readBatch(text));
    } catch (error) {
      throw new LedgerError("Damaged", "evidence of a fact that a chain imported cannot be read; restore a copy", {
        cause: error,
      });
    }
  }
}

function readBatch(text: string): FactBatch {
  const { proof, ...batch } = decodeEntry<Omit<FactBatch, "proof"> & { readonly proof: Hex }>(text);
  return { ...batch, proof: fromHex(proof) };
}
