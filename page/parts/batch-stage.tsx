import type { BatchAnswer, BatchSummary } from "../answers.ts";
import { useEcosystem } from "../ecosystem.ts";
import { Mark } from "./layout.tsx";

/** Stage of a batch on the chain's settlement layer. */
export function BatchStage({ batch }: { readonly batch: BatchAnswer }) {
  if (batch.executeTxHash === null && batch.secondCheckTxHash !== undefined && batch.proveTxHash !== null)
    return <Mark kind="under-way">checked twice</Mark>;
  return <StageMark stage={stageOf(batch)} />;
}

function stageOf({ executeTxHash, proveTxHash, commitTxHash }: BatchAnswer): BatchSummary["stage"] {
  if (executeTxHash !== null) return "executed";
  if (proveTxHash !== null) return "proven";
  return commitTxHash === null ? "sealed" : "committed";
}

/** A stage in a word that says no more than what runs shows. */
export function StageMark({ stage }: Pick<BatchSummary, "stage">) {
  const { info } = useEcosystem();
  const word = stage === "proven" && info.prover.mode === "none" ? "accepted without a proof" : stage;
  return <Mark kind={stage === "executed" ? "good" : "under-way"}>{word}</Mark>;
}
