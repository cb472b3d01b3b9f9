import type { FactBatch } from "../../../ground/protocol/fact-evidence.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { factIndex } from "../../../ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import { OneAtATime } from "../../../ground/runtime/one-at-a-time.ts";
import { FactRefused } from "../../../chain/settlement-layer/facts/fact-refused.ts";
import { checkFact, type FactTerms } from "../../../chain/settlement-layer/facts/fact-rule.ts";
import type { FactsOnL1 } from "../../../chain/settlement-layer/facts/facts-on-l1.ts";
import type { SourceCall } from "../../../chain/settlement/l1-sender/source-calls.ts";
import { collectEvidence, type CallSource } from "./collect-evidence.ts";
import type { EvidenceBook } from "./evidence-book.ts";
import { isEvidenceNeeded } from "./needed-evidence.ts";
import { logRootOf, type ShownMessage } from "./shown-message.ts";
import { SourceAdmission } from "./source-admission.ts";
import type { SourceExecution } from "./source-execution.ts";
import { dropOldest } from "../../../ground/runtime/drop-oldest.ts";

/** Verified proofs that are remembered. */
const MAX_REMEMBERED = 256;

/** The importing chain. */
interface ImportingChain {
  readonly chainId: ChainId;
  readonly openImports: readonly ImportedRoot[];
  /** True if the chain imports nothing now. */
  readonly isPaused: boolean;
  hasImported(index: bigint): Promise<boolean>;
  importRoots(roots: readonly ImportedRoot[]): Promise<void>;
  /** Ends the open batch. */
  seal(): Promise<unknown>;
}

interface FactImportsDependencies {
  readonly chain: () => ImportingChain;
  readonly l1: () => Promise<FactsOnL1>;
  /** L1 at the depth at which evidence is removed (`evidenceDepth`). */
  readonly finalL1: () => Promise<FactsOnL1>;
  readonly call: CallSource;
  /** Verifies the proof of a batch in this process. */
  readonly refusalOf: (batch: FactBatch) => Promise<string | undefined>;
  /** Evidence of the imported facts. */
  readonly book: EvidenceBook;
  /** Resolves when the evidence is on disk. */
  readonly durable: () => Promise<void>;
  readonly execution: SourceExecution;
  readonly nowSeconds: () => bigint;
  /** Runs the import next to no snapshot. */
  readonly undisturbed: (work: () => Promise<void>) => Promise<void>;
}

/** Imports facts on one chain: each once, by the rule, one check at a time. Those that a batch has no room for begin the next. */
export class FactImports {
  readonly #terms: FactTerms;
  readonly #dependencies: FactImportsDependencies;
  /** Commitments of batches whose proofs were verified. */
  readonly #verified = new Set<Hex>();
  readonly #admission: SourceAdmission;
  readonly #line = new OneAtATime();

  constructor(terms: FactTerms, dependencies: FactImportsDependencies) {
    this.#terms = terms;
    this.#dependencies = dependencies;
    const { chain, nowSeconds } = dependencies;
    this.#admission = new SourceAdmission({ openImports: () => chain().openImports, nowSeconds });
  }

  /**
   * Imports the fact about the batch of a shown message for this chain, unless the chain has it. Resolves with its index.
   * Rejects with FactRefused, or with the error of L1's node.
   */
  import(message: ShownMessage): Promise<bigint> {
    const fact = this.#factOf(message);
    return this.#line.run(() => this.#import(fact, message.chainId)).then(() => fact.registryIndex);
  }

  /** Calls of `SourceCalls` of the settlement. */
  sourceCalls(index: bigint): Promise<readonly SourceCall[]> {
    return this.#dependencies.execution.calls(index);
  }

  /** Shuts a source out after a void import, by `SourceAdmission`. */
  shutOut(source: ChainId): void {
    this.#admission.shutOut(source);
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
    const { chain, l1, finalL1, call, book, durable, undisturbed } = this.#dependencies;
    if (chain().isPaused) throw new FactRefused("EvidenceUnavailable", "the importing chain is paused");
    if (await chain().hasImported(fact.registryIndex)) return;
    this.#admission.requireAdmitted(source);
    const view = await l1();
    const evidence = await collectEvidence(fact, { l1: view, from: this.#terms.from, call });
    const refusalOf = (batch: FactBatch): Promise<string | undefined> => this.#refusalOf(batch);
    await checkFact(evidence, this.#terms, { l1: view, refusalOf });
    const final = await finalL1();
    await book.prune((each) => isEvidenceNeeded(each, final));
    if (!this.#admission.hasRoom(source)) {
      this.#admission.requireOpen(evidence);
      await chain().seal();
    }
    await undisturbed(async () => {
      if (await chain().hasImported(fact.registryIndex)) return;
      // Before the import: the source may serve no evidence later.
      book.add(evidence);
      await durable();
      await chain().importRoots([fact]);
    });
  }

  async #refusalOf(batch: FactBatch): Promise<string | undefined> {
    const { commitment } = batch.stored;
    if (this.#verified.has(commitment)) return undefined;
    const refusal = await this.#dependencies.refusalOf(batch);
    if (refusal === undefined) this.#verified.add(commitment);
    dropOldest(this.#verified, MAX_REMEMBERED);
    return refusal;
  }
}
