import type { BatchesProver } from "../../../proofs/l1-proof/batches-prover.ts";
import type { FactBatch } from "../../../ground/protocol/fact-evidence.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { hashStoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { FactsOnL1, SourceOnL1 } from "../../../chain/settlement-layer/facts/facts-on-l1.ts";
import { encodeExecute, encodeProveBatches } from "../../../chain/settlement/l1-sender/batch-calls.ts";
import type { SourceCall } from "../../../chain/settlement/l1-sender/source-calls.ts";
import type { EvidenceBook } from "./evidence-book.ts";

interface SourceExecutionDependencies {
  readonly book: Pick<EvidenceBook, "batchesOf">;
  readonly l1: () => Promise<FactsOnL1>;
  /** Makes proofs for L1 from the batches' proofs. */
  readonly prover: Pick<BatchesProver, "prove">;
}

/** A batch of the evidence that L1 has not executed. */
interface OpenBatch {
  readonly batch: FactBatch;
  readonly source: SourceOnL1;
}

/** Calls that make L1 prove and execute the sources of an importer's facts. Anyone may make them. */
export class SourceExecution {
  readonly #dependencies: SourceExecutionDependencies;

  constructor(dependencies: SourceExecutionDependencies) {
    this.#dependencies = dependencies;
  }

  /** Calls of `SourceCalls`. */
  async calls(index: bigint): Promise<readonly SourceCall[]> {
    const batches = this.#dependencies.book.batchesOf(index);
    if (batches === undefined) return [];
    const l1 = await this.#dependencies.l1();
    const open = await openOf(batches, l1);
    if (open === undefined) return [];
    const proofs = await this.#proofs(open, l1);
    return [...proofs, ...open.map(executionOf)];
  }

  /** One proof of all unproven batches of each version. */
  async #proofs(open: readonly OpenBatch[], l1: FactsOnL1): Promise<readonly SourceCall[]> {
    const unproven = open.filter(({ batch, source }) => batch.stored.batchNumber >= source.verified).map(({ batch }) => batch);
    const calls: SourceCall[] = [];
    for (const [version, batches] of Map.groupBy(unproven, ({ stored }) => stored.protocolVersion)) {
      const to = await aggregatorOf(batches, version, l1);
      const shown = batches.map(({ chainId, stored: batch, program, proof }) => ({ fields: { chainId, batch }, program, proof }));
      const made = await this.#dependencies.prover.prove(shown);
      const fields = shown.map((each) => each.fields);
      calls.push({ label: `proof of ${batches.map(nameOf).join(", ")}`, to, data: encodeProveBatches(fields, made) });
    }
    return calls;
  }
}

/** Batches that L1 has not executed; undefined if L1 stores another one of the same number: it cannot be executed. */
async function openOf(batches: readonly FactBatch[], l1: FactsOnL1): Promise<readonly OpenBatch[] | undefined> {
  const open: OpenBatch[] = [];
  for (const batch of batches) {
    const { chainId, stored } = batch;
    const source = await l1.source(chainId);
    if (source === undefined) return undefined;
    if (stored.batchNumber < source.executed) continue;
    if ((await l1.storedHash(source, stored.batchNumber)) !== hashStoredBatch(stored)) return undefined;
    open.push({ batch, source });
  }
  return open;
}

async function aggregatorOf(batches: readonly FactBatch[], version: bigint, l1: FactsOnL1): Promise<Hex> {
  for (const { chainId } of batches) {
    const aggregator = await l1.aggregator(chainId, version);
    if (aggregator !== undefined) return aggregator;
  }
  throw new RangeError(`version ${version} has no contract that takes proofs of execution`);
}

function executionOf({ batch, source }: OpenBatch): SourceCall {
  const { stored, imports, flows } = batch;
  return {
    label: `execution of ${nameOf(batch)}`,
    to: source.hyperchain,
    data: encodeExecute([{ batch: stored, imports, flows }]),
  };
}

function nameOf({ chainId, stored }: FactBatch): string {
  return `batch ${stored.batchNumber} of chain ${chainId}`;
}
