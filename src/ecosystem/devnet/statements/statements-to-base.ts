import type { TransactionReceipt } from "ethers";
import type { BatchesProver } from "../../../proofs/l1-proof/batches-prover.ts";
import { withPreparedProof } from "../../../chain/node/settling/prepared-proof.ts";
import type { SharedBatch } from "../../../chain/node/settling/shared-proofs.ts";
import type { FactBatch } from "../../../ground/protocol/fact-evidence.ts";
import { wordToHex } from "../../../ground/protocol/hex.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";

const LOOK_MS = 500;
/** The import replaces the proof. */
const NOTHING_SHOWN = { digest: wordToHex(0n), proof: new Uint8Array() };

interface StatementsToBaseDependencies {
  readonly batchesProver: Pick<BatchesProver, "prepare">;
  /** Imports the statement about a batch on the base. Rejects with StatementRefused. */
  readonly importStatement: (batch: FactBatch) => Promise<unknown>;
  readonly clock: Clock;
}

/** Shows a chain's batches to the proven chain on which it settles. The base imports a statement about each batch first. */
export class StatementsToBase {
  readonly #dependencies: StatementsToBaseDependencies;

  constructor(dependencies: StatementsToBaseDependencies) {
    this.#dependencies = dependencies;
  }

  /** Resolves when the base has the batch proven. Retries, because a base may be paused. Rejects with the signal's reason. */
  async show(batch: SharedBatch): Promise<{ readonly receipt: TransactionReceipt | undefined }> {
    const { batchesProver, clock } = this.#dependencies;
    return withPreparedProof(batchesProver, batch, async (prepared) => {
      const { program, proof } = await (await prepared).joinable();
      await batch.due();
      for (;;) {
        batch.signal.throwIfAborted();
        if (await batch.isProven()) return { receipt: undefined };
        const receipt = await this.#showOnce(batch, program, proof).catch(() => undefined);
        if (receipt !== undefined) return { receipt };
        await new Promise<void>((resolve) => clock.after(LOOK_MS, resolve));
      }
    });
  }

  async #showOnce(
    { chainId, stored, send, signal, isProven }: SharedBatch,
    program: string,
    proof: Uint8Array,
  ): Promise<TransactionReceipt | undefined> {
    await this.#dependencies.importStatement({ chainId, stored, program, proof, imports: [], flows: [] });
    const receipt = await send([{ chainId, batch: stored }], NOTHING_SHOWN, { onLeaving: () => undefined, signal });
    return (await isProven()) ? receipt : undefined;
  }
}
