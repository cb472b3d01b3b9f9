import type { BatchAnswer } from "../answers.ts";
import { useEcosystem } from "../ecosystem.ts";
import { Mark } from "./layout.tsx";

/** How far a batch has come on what its chain settles on. */
export function BatchStage({ batch }: { readonly batch: BatchAnswer }) {
  const { info } = useEcosystem();
  const proven = info.prover.mode === "none" ? "accepted without a proof" : "proven";
  if (batch.executeTxHash !== null) return <Mark kind="good">executed</Mark>;
  if (batch.proveTxHash !== null) return <Mark kind="under-way">{proven}</Mark>;
  return <Mark kind="under-way">{batch.commitTxHash === null ? "sealed" : "committed"}</Mark>;
}
