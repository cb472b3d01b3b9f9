import type { Hex } from "../../../ground/protocol/hex.ts";
import type { SettlementStage } from "../../../ground/protocol/settlement-stage.ts";
import { hyperchainInterface, topicOf } from "./contract-interfaces.ts";

/** Event of a chain's contract for each batch that a stage has taken. */
const TOPICS: Readonly<Record<SettlementStage, string>> = {
  commit: topicOf(hyperchainInterface, "BlockCommit"),
  prove: topicOf(hyperchainInterface, "BatchProven"),
  secondCheck: topicOf(hyperchainInterface, "BatchConfirmed"),
  execute: topicOf(hyperchainInterface, "BlockExecution"),
};

/** Event of a receipt, with the contract that logged it. */
interface EmittedLog {
  readonly address: string;
  readonly topics: readonly string[];
}

/**
 * Gas of a transaction for each of the batches, of any chain, that it took through a stage. Only events by `chains` count,
 * because any contract that a transaction calls can log events of the same form. Default: all, for a transaction that this
 * process has sent, because it calls contracts of the ecosystem alone.
 */
export function gasShare(
  { gasUsed, logs }: { readonly gasUsed: bigint; readonly logs: readonly EmittedLog[] },
  stage: SettlementStage,
  chains?: ReadonlySet<Hex>,
): bigint {
  const batches = logs.filter((log) => isStage(log, stage) && (chains?.has(emitter(log)) ?? true)).length;
  return gasUsed / BigInt(Math.max(batches, 1));
}

/** Contracts that logged the event of a stage, each once. */
export function stageContracts(logs: readonly EmittedLog[], stage: SettlementStage): readonly Hex[] {
  return [...new Set(logs.filter((log) => isStage(log, stage)).map(emitter))];
}

function isStage({ topics: [event] }: EmittedLog, stage: SettlementStage): boolean {
  return event === TOPICS[stage];
}

function emitter({ address }: EmittedLog): Hex {
  return address.toLowerCase() as Hex;
}
