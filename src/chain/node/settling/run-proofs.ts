import type { FormedBatch } from "../../batch/form-batch.ts";
import type { ProofForL1 } from "../../../proofs/l1-proof/batches-prover.ts";
import type { ProofProgress } from "../../../proofs/prover/job.ts";
import { sumAssetFlows } from "../../../ground/protocol/asset-flows.ts";
import { toHex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import { decodeShown, encodeShown } from "../../../ground/protocol/shown-execution.ts";
import type { Journal } from "../../settlement/journal/journal.ts";
import type { PaceDependencies, PaceOfRuns, ProvenBatch } from "../../settlement/pace/proof-pace.ts";
import type { ProofForBatch, SendTogether, ShowTogether } from "../../settlement/proof-for-batch.ts";
import type { BatchProvings } from "./batch-proving.ts";
import type { PendingBatch } from "./pending-batch.ts";
import type { SettledBatch } from "./settled-batch.ts";
import type { SharedBatch, SharedProof } from "./shared-proofs.ts";

/** Sends a common proof, like `show` of SharedProofs or OfferedBatches, for the batches of one chain, in order. */
export type TogetherOnL1 = (
  job: FormedBatch["job"],
  going: Omit<SharedBatch, "chainId" | "executed">,
) => Promise<Pick<SharedProof, "receipt">>;

/** Combines proofs of batches whose execution L1 checks with those of other chains' batches. */
interface ProofsTogether {
  readonly show: TogetherOnL1;
  /** True if a batch with these imports is shown so. Any other one has a separate proof. */
  readonly isShown: (imports: readonly ImportedRoot[]) => boolean;
}

export interface RunProofsPorts {
  readonly settlementChainId: ChainId;
  readonly journal: Journal;
  readonly provings: BatchProvings;
  readonly pending: ReadonlyMap<bigint, PendingBatch>;
  readonly pace: PaceOfRuns;
  /** Default: each batch has a separate proof. */
  readonly together?: ProofsTogether | undefined;
  /** Alters a proof for L1; the stored proof does not change. Default: unaltered. */
  readonly alterProof?: ((proof: Uint8Array) => Uint8Array) | undefined;
}

/** Proofs of a chain's batches for one run of settlement: separate ones, or together with other chains' batches. */
export class RunProofs implements ProofForBatch<FormedBatch> {
  readonly awaitDue: (batch: ProvenBatch) => Promise<void>;
  readonly #ports: RunProofsPorts;
  readonly #run: AbortSignal;

  constructor(ports: RunProofsPorts, pace: PaceDependencies) {
    this.#ports = ports;
    this.#run = pace.signal;
    this.awaitDue = ports.pace.begin(pace);
  }

  async prove(batch: FormedBatch): Promise<Uint8Array> {
    const { proof, metrics } = await this.#ports.provings.proofs.prove(batch);
    this.#note(batch.outputs.batchNumber, { bytes: proof.length, metrics });
    return this.#altered(proof);
  }

  showTogether(batch: FormedBatch): ShowTogether | undefined {
    const { job, importedRoots: imports, logs, slots, outputs } = batch;
    const { together, pace, provings, settlementChainId } = this.#ports;
    if (together === undefined || !isProvenOnL1(job.protocolVersion) || !together.isShown(imports)) return undefined;
    const { batchNumber } = outputs;
    const lists = { imports, flows: sumAssetFlows(logs, settlementChainId) };
    const signal = this.#run;
    return async (stored, { send: sendUnaltered, ...looks }) => {
      const send: SendTogether = (batches, execution, leaving) =>
        sendUnaltered(batches, decodeShown(this.#altered(encodeShown(execution))), leaving);
      const made = (proof: ProofForL1): Promise<void> => this.#noteShared(batch, proof);
      const onProgress = (progress: ProofProgress): void => provings.together(batchNumber, progress, signal);
      try {
        return (await together.show(job, { ...looks, stored, lists, slots, onProgress, made, send, signal })).receipt;
      } finally {
        // It may have gone before its own chain's pace let it. Its own proof, if it has one now, waits for the batches before.
        if (!signal.aborted) pace.hurry(batchNumber + 1n);
      }
    };
  }

  async #noteShared({ commitment, outputs: { batchNumber } }: FormedBatch, { metrics, ...shown }: ProofForL1): Promise<void> {
    if (!this.#run.aborted) this.#note(batchNumber, { bytes: shown.proof.length, metrics });
    this.#ports.provings.tell(batchNumber);
    await this.#ports.journal.append({ type: "proof", batchNumber, commitment, proof: toHex(encodeShown(shown)) });
  }

  #note(batchNumber: BatchNumber, proof: SettledBatch["proof"]): void {
    const current = this.#ports.pending.get(batchNumber);
    if (current !== undefined) current.proof = proof;
  }

  #altered(proof: Uint8Array): Uint8Array {
    return this.#ports.alterProof?.(proof) ?? proof;
  }
}
