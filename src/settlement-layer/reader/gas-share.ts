import type { SettlementStage } from "../../protocol/settlement-stage.ts";
import { hyperchainInterface, topicOf } from "./contract-interfaces.ts";

/** Event of a chain's contract for each batch that a stage has taken. */
const TOPICS: Readonly<Record<SettlementStage, string>> = {
  commit: topicOf(hyperchainInterface, "BlockCommit"),
  prove: topicOf(hyperchainInterface, "BatchProven"),
  secondCheck: topicOf(hyperchainInterface, "BatchConfirmed"),
  execute: topicOf(hyperchainInterface, "BlockExecution"),
};

/** Gas of a transaction for each of the batches, of any chain, that it took through a stage. */
export function gasShare(
  { gasUsed, logs }: { readonly gasUsed: bigint; readonly logs: readonly { readonly topics: readonly string[] }[] },
  stage: SettlementStage,
): bigint {
  const batches = logs.filter(({ topics: [event] }) => event === TOPICS[stage]).length;
  return gasUsed / BigInt(Math.max(batches, 1));
}
