import { hashAssetFlows } from "../../../ground/protocol/asset-flows.ts";
import type { FactBatch } from "../../../ground/protocol/fact-evidence.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { factIndex, ImportKind, importKindOf, readFactIndex } from "../../../ground/protocol/import-kinds.ts";
import { importedRootsRollingHash, type ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import { hashStoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { FactRefused } from "./fact-refused.ts";
import type { FactsOnL1, SourceOnL1 } from "./facts-on-l1.ts";

/** Open batches that are judged together. */
export const MAX_OPEN_BATCHES = 32;

/** An open batch as L1 stores it. */
export interface ClosedBatch extends FactBatch {
  readonly hyperchain: Hex;
  /** True if L1 has accepted its proof. */
  readonly isProvenOnL1: boolean;
}

/** Chains of a fact's evidence on L1, and their shown batches. */
export class OpenClosure {
  readonly #from: readonly bigint[];
  readonly #l1: FactsOnL1;
  readonly #sources = new Map<ChainId, SourceOnL1>();
  /** Next batch by chain. */
  readonly #next = new Map<ChainId, bigint>();
  /** Log roots of the batches that are shown, by the index of the fact. */
  readonly #logRoots = new Map<bigint, Hex>();

  constructor(from: readonly bigint[], l1: FactsOnL1) {
    this.#from = from;
    this.#l1 = l1;
  }

  /**
   * Open batches of the evidence, compared with the records on L1, without executed ones. Rejects with FactRefused if one is
   * missing, of a chain that is not listed, or another one on L1.
   */
  async read(batches: readonly FactBatch[]): Promise<readonly ClosedBatch[]> {
    const closed: ClosedBatch[] = [];
    for (const batch of batches) {
      const { chainId, stored } = batch;
      const source = await this.#source(chainId);
      if (stored.batchNumber < source.executed) continue;
      if (closed.length === MAX_OPEN_BATCHES)
        throw new FactRefused("TooManyOpenBatches", `L1 has to execute more than ${MAX_OPEN_BATCHES} batches before`);
      await this.#requireStored(batch, source);
      for (const fact of batch.imports) await this.#requireExecutedBefore(fact);
      this.#next.set(chainId, stored.batchNumber + 1n);
      closed.push({ ...batch, hyperchain: source.hyperchain, isProvenOnL1: stored.batchNumber < source.verified });
    }
    return closed;
  }

  async #source(chainId: ChainId): Promise<SourceOnL1> {
    const known = this.#sources.get(chainId);
    if (known !== undefined) return known;
    if (!this.#from.includes(chainId))
      throw new FactRefused("SourceNotListed", `a batch below it is of chain ${chainId}, which facts.from does not name`);
    const source = await this.#l1.source(chainId);
    if (source === undefined || source.hasExited)
      throw new FactRefused("BatchNotStored", `chain ${chainId} ${source === undefined ? "does not exist" : "has stopped"}`);
    this.#sources.set(chainId, source);
    this.#next.set(chainId, source.executed);
    return source;
  }

  async #requireStored({ chainId, stored, imports, flows }: FactBatch, source: SourceOnL1): Promise<void> {
    const { batchNumber } = stored;
    const name = `batch ${batchNumber} of chain ${chainId}`;
    const next = this.#next.get(chainId);
    if (batchNumber !== next)
      throw new FactRefused("EvidenceIncomplete", `${name} is shown, and L1 executes batch ${next} of the chain before`);
    if (batchNumber >= source.committed || (await this.#l1.storedHash(source, batchNumber)) !== hashStoredBatch(stored))
      throw new FactRefused("BatchNotStored", `L1 stores another ${name}, or none`);
    if (importedRootsRollingHash(imports) !== stored.importedRootsRollingHash || hashAssetFlows(flows) !== stored.flowsHash)
      throw new FactRefused("EvidenceMismatch", `the imports or flows that are shown of ${name} differ from the hashes on L1`);
    this.#logRoots.set(factIndex(chainId, batchNumber), stored.l2LogsTreeRoot);
  }

  /** A fact in the evidence is about a batch that is shown before, or that L1 has executed. */
  async #requireExecutedBefore({ registryIndex, root }: ImportedRoot): Promise<void> {
    if (importKindOf(registryIndex) !== ImportKind.fact || this.#logRoots.get(registryIndex) === root) return;
    const named = readFactIndex(registryIndex);
    const source = named && (await this.#source(named.chainId));
    if (named !== undefined && source !== undefined && named.batchNumber < source.executed) return;
    throw new FactRefused(
      "EvidenceIncomplete",
      named === undefined
        ? `${registryIndex} is the index of no fact`
        : `batch ${named.batchNumber} of chain ${named.chainId}, which a batch below imports, is not shown before`,
    );
  }
}
