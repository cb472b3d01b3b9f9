import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import { readImport, type ContractsOnL1 } from "./awaited-fact.ts";
import { SettlementError } from "../errors/settlement-error.ts";
import { executeSource } from "./execute-source.ts";
import type { SenderContext } from "./sender-context.ts";

/** Reads of L1 from one request of a proof to the next. */
const READS_PER_ATTEMPT = 60;

/**
 * A statement that a committed batch imports, until L1 has recorded it. It is never void: a version that is frozen hides it for a
 * time, and one that is halted stops this chain as well.
 */
export class AwaitedStatement {
  readonly #context: SenderContext;
  readonly #contracts: ContractsOnL1;
  readonly #statement: ImportedRoot;
  #reads = 0;
  #missingEvidence: string | undefined;

  constructor(context: SenderContext, contracts: ContractsOnL1, statement: ImportedRoot) {
    this.#context = context;
    this.#contracts = contracts;
    this.#statement = statement;
  }

  /** Reason why only another account can prove the statement; undefined if there is none. */
  get missingEvidence(): string | undefined {
    return this.#missingEvidence;
  }

  /** Resolves with true if L1 shows the statement. At first, and later each minute, L1 checks its proof by stored evidence. */
  async isShown(): Promise<boolean> {
    if (await this.#isRecorded()) return true;
    if (this.#reads++ % READS_PER_ATTEMPT !== 0) return false;
    try {
      return (await executeSource(this.#context, this.#statement.registryIndex)) && this.#isRecorded();
    } catch (error) {
      if (!(error instanceof SettlementError && error.code === "EvidenceMissing")) throw error;
      this.#missingEvidence = error.message;
      return false;
    }
  }

  async #isRecorded(): Promise<boolean> {
    const { registryIndex, root } = this.#statement;
    return (await readImport(this.#context, this.#contracts, registryIndex)) === root;
  }
}
