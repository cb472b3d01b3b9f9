import type { FactBatch } from "../../protocol/fact-evidence.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { ChainId } from "../../protocol/ids.ts";
import { factIndex } from "../../protocol/import-kinds.ts";
import type { ImportedRoot } from "../../protocol/rolling-hash.ts";
import { FactRefused } from "../../settlement-layer/facts/fact-refused.ts";
import { checkFact, type FactTerms } from "../../settlement-layer/facts/fact-rule.ts";
import type { FactsOnL1 } from "../../settlement-layer/facts/facts-on-l1.ts";
import { collectEvidence, type CallSource } from "./collect-evidence.ts";
import { logRootOf, type ShownMessage } from "./shown-message.ts";

/** Facts of one source that a batch imports. */
const MAX_FACTS_OF_SOURCE = 4;
/** Verified proofs that are remembered. */
const MAX_REMEMBERED = 256;
const SHUT_OUT_SECONDS = 3_600;
/** Half a year. */
const MAX_DOUBLINGS = 12;

/** The importing chain. */
interface ImportingChain {
  readonly chainId: ChainId;
  /** Number of the open batch. */
  readonly batchNumber: bigint;
  /** True if the chain imports nothing now. */
  readonly isPaused: boolean;
  hasImported(index: bigint): Promise<boolean>;
  importRoots(roots: readonly ImportedRoot[]): Promise<void>;
}

interface FactImportsDependencies {
  readonly chain: () => ImportingChain;
  readonly l1: () => Promise<FactsOnL1>;
  readonly call: CallSource;
  /** Verifies the proof of a batch in this process. */
  readonly refusalOf: (batch: FactBatch) => Promise<string | undefined>;
  readonly nowSeconds: () => bigint;
  /** Runs the import next to no snapshot. */
  readonly undisturbed: (work: () => Promise<void>) => Promise<void>;
}

/** Imports facts on one chain: each once, by the rule, one check at a time. */
export class FactImports {
  readonly #terms: FactTerms;
  readonly #dependencies: FactImportsDependencies;
  /** Commitments of batches whose proofs were verified. */
  readonly #verified = new Set<Hex>();
  /** Sources of void facts, and the second until which none of their facts is imported. */
  readonly #shutOut = new Map<ChainId, { readonly times: number; readonly until: bigint }>();
  /** Facts of the open batch by source. */
  #counts: { batchNumber: bigint; readonly bySource: Map<ChainId, number> } = { batchNumber: -1n, bySource: new Map() };
  #turn: Promise<unknown> = Promise.resolve();

  constructor(terms: FactTerms, dependencies: FactImportsDependencies) {
    this.#terms = terms;
    this.#dependencies = dependencies;
  }

  /**
   * Imports the fact about the batch of a shown message for this chain, unless the chain has it. Resolves with its index.
   * Rejects with FactRefused, or with the error of L1's node.
   */
  import(message: ShownMessage): Promise<bigint> {
    const fact = this.#factOf(message);
    const imported = this.#turn.then(() => this.#import(fact, message.chainId));
    this.#turn = imported.catch(() => undefined);
    return imported.then(() => fact.registryIndex);
  }

  /** A fact about a batch of the source was void: none is imported for an hour, and twice as long after each further one. */
  shutOut(source: ChainId): void {
    const times = (this.#shutOut.get(source)?.times ?? 0) + 1;
    const seconds = SHUT_OUT_SECONDS * 2 ** Math.min(times - 1, MAX_DOUBLINGS);
    this.#shutOut.set(source, { times, until: this.#dependencies.nowSeconds() + BigInt(seconds) });
  }

  #factOf(message: ShownMessage): ImportedRoot {
    const { chainId, batchNumber, destinationChainId } = message;
    const { chain } = this.#dependencies;
    if (!this.#terms.from.includes(chainId))
      throw new FactRefused("SourceNotListed", `chain ${chainId} is not in facts.from of the importing chain`);
    if (destinationChainId !== chain().chainId)
      throw new FactRefused(
        "MessageMismatch",
        `the message goes to chain ${destinationChainId}, and this is chain ${chain().chainId}`,
      );
    return { registryIndex: factIndex(chainId, batchNumber), root: logRootOf(message) };
  }

  async #import(fact: ImportedRoot, source: ChainId): Promise<void> {
    const { chain, l1, call, undisturbed } = this.#dependencies;
    if (chain().isPaused) throw new FactRefused("EvidenceUnavailable", "the importing chain is paused");
    if (await chain().hasImported(fact.registryIndex)) return;
    this.#requireAdmitted(source);
    this.#requireRoom(source);
    const view = await l1();
    const evidence = await collectEvidence(fact, { l1: view, from: this.#terms.from, call });
    const refusalOf = (batch: FactBatch): Promise<string | undefined> => this.#refusalOf(batch);
    await checkFact(evidence, this.#terms, { l1: view, refusalOf });
    await undisturbed(async () => {
      if (await chain().hasImported(fact.registryIndex)) return;
      await chain().importRoots([fact]);
      this.#count(source);
    });
  }

  async #refusalOf(batch: FactBatch): Promise<string | undefined> {
    const { commitment } = batch.stored;
    if (this.#verified.has(commitment)) return undefined;
    const refusal = await this.#dependencies.refusalOf(batch);
    if (refusal === undefined) this.#verified.add(commitment);
    const [oldest] = this.#verified;
    if (this.#verified.size > MAX_REMEMBERED && oldest !== undefined) this.#verified.delete(oldest);
    return refusal;
  }

  #ofOpenBatch(): Map<ChainId, number> {
    const { batchNumber } = this.#dependencies.chain();
    if (this.#counts.batchNumber !== batchNumber) this.#counts = { batchNumber, bySource: new Map() };
    return this.#counts.bySource;
  }

  #requireAdmitted(source: ChainId): void {
    const { until } = this.#shutOut.get(source) ?? { until: 0n };
    if (this.#dependencies.nowSeconds() >= until) return;
    throw new FactRefused(
      "SourceShutOut",
      `a fact about a batch of chain ${source} was void, so none is imported before second ${until}`,
    );
  }

  #requireRoom(source: ChainId): void {
    if ((this.#ofOpenBatch().get(source) ?? 0) < MAX_FACTS_OF_SOURCE) return;
    throw new FactRefused("TooManyFacts", `the open batch has ${MAX_FACTS_OF_SOURCE} facts about batches of chain ${source}`);
  }

  #count(source: ChainId): void {
    const counts = this.#ofOpenBatch();
    counts.set(source, (counts.get(source) ?? 0) + 1);
  }
}
