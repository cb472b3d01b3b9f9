import type { BlockEnvironment } from "../block.ts";
import type { ExecutionEngine } from "../execution/engine.ts";
import { sealedFrom } from "../ordering/sealed-from.ts";
import type { SealedBatch } from "../sealed-batch.ts";
import type { SystemRequest, SystemTransactions } from "../system-transactions.ts";
import type { Witness } from "../witness/witness.ts";
import { wordToHex } from "../../protocol/hex.ts";
import type { BlockProducer } from "./block-producer.ts";
import { compareFinalValues } from "./final-values.ts";
import { batchOutputs } from "./open-batch.ts";
import type { OpenBatch } from "./open-batch.ts";
import { SequencerError } from "./sequencer-error.ts";

export interface FinishDependencies {
  readonly system: SystemTransactions;
  readonly producer: BlockProducer;
  readonly engine: Pick<ExecutionEngine, "request">;
  readonly witness: Witness;
}

/**
 * Closes a batch on L2 and takes its changes from the witness. Every value that the batch wrote must be the same in both
 * engines, and the outputs slot must hold what L1 will compute. Throws SequencerError or WitnessError; the chain must
 * then stop.
 */
export async function finishBatch(
  openBatch: () => OpenBatch | undefined,
  runClosing: (request: SystemRequest, environment: BlockEnvironment) => Promise<unknown>,
  { system, producer, engine, witness }: FinishDependencies,
): Promise<SealedBatch> {
  const batch = openBatch();
  if (batch === undefined) throw new SequencerError("OutputsDiffer", "a batch is finished only once it is open");
  const environment = producer.environment();
  const { number, timestamp } = environment;
  const outputs = batchOutputs(batch, number, timestamp);
  await runClosing(system.closing(outputs), environment);
  await producer.witnessed();
  if (openBatch()?.logs.length !== batch.logs.length) {
    throw new SequencerError("OutputsDiffer", "the closing transaction sent a message, which its own outputs cannot contain");
  }
  const changes = await witness.request("seal", undefined);
  const difference = await compareFinalValues(changes.touched, number, (method, params) => engine.request(method, params));
  if (difference !== undefined) {
    const { leaf, engineValue } = difference;
    throw new SequencerError(
      "EnginesDisagree",
      `batch ${batch.number}: leaf kind ${leaf.leafKind} of ${wordToHex(leaf.address)} slot ${wordToHex(leaf.slot)} is ` +
        `${engineValue} for the execution engine and ${leaf.value} for the witness`,
    );
  }
  const { sealed, storedOutputs } = sealedFrom(batch, outputs, changes);
  if (storedOutputs !== BigInt(sealed.outputsHash)) {
    throw new SequencerError("OutputsDiffer", `the outputs slot holds ${wordToHex(storedOutputs)}, L1 will compute ${sealed.outputsHash}`);
  }
  return sealed;
}
