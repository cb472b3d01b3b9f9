import { Interface, type JsonRpcApiProvider, type Provider } from "ethers";
import { EXECUTION_JUDGE_CODE } from "../../../ground/abi/execution-judge-code.ts";
import { executionJudgeAbi } from "../../../ground/abi/execution-judge.ts";
import type { FactBatch } from "../../../ground/protocol/fact-evidence.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ImportKind, importKindOf } from "../../../ground/protocol/import-kinds.ts";
import { l1CostOf, l1TotalOf, NO_LOAD, type L1Transaction } from "../../../ground/protocol/way-to-l1.ts";
import { packageError, revertDataOf } from "../errors/contract-error.ts";

const judge = new Interface(executionJudgeAbi);

/** Maximum gas of a judgement. Nodes of L1 limit calls: development nodes to a block's 30 million, public ones to 50 or fewer. */
export const MAX_JUDGED_GAS = 25_000_000;
/** The judge accepts the proof of each batch and executes it. */
const JUDGEMENT: L1Transaction = {
  stages: ["prove", "execute"],
  gas: MAX_JUDGED_GAS,
  bytes: Infinity,
  units: Infinity,
  carryGasPerByte: 0,
  gasPerInputByte: 0,
  furtherBatch: { gas: 0, bytes: 0, units: 0 },
};

/** Upper bound of the gas for the judgement of the batches. */
export function judgedGas(batches: readonly Pick<FactBatch, "imports" | "flows">[]): number {
  const costs = batches.map(({ imports, flows }) => {
    const facts = imports.filter(({ registryIndex }) => importKindOf(registryIndex) === ImportKind.fact).length;
    const load = { ...NO_LOAD, flows: flows.length, importedRoots: imports.length, facts };
    return l1TotalOf(JUDGEMENT, l1CostOf(JUDGEMENT, load)).gas;
  });
  return costs.reduce((sum, gas) => sum + gas, 0);
}

/** A provider of L1 that also passes on requests that ethers has no method for. */
export type SendingProvider = Provider & Pick<JsonRpcApiProvider, "send">;

interface JudgedOn {
  readonly provider: SendingProvider;
  /** Contract that chains believe about proofs of the batches' version. */
  readonly aggregator: Hex;
  /** Block after which the batches would be executed. */
  readonly block: number;
}

/**
 * Runs L1's contracts on these batches in their order, as if L1 had accepted the proofs: the judge's code replaces the
 * aggregator's in one call (ExecutionJudge.sol). Resolves with the error of the first batch that L1 would refuse, undefined if it
 * would execute all. Rejects with the provider's error, also if L1's node has no overrides of state or not enough gas for a call:
 * the batches may need `judgedGas`.
 */
export async function judgeBatches(
  { provider, aggregator, block }: JudgedOn,
  batches: readonly (FactBatch & { readonly hyperchain: Hex })[],
): Promise<string | undefined> {
  const judged = batches.map(({ hyperchain, stored: batch, imports, flows }) => ({ hyperchain, batch, imports, flows }));
  const input = judge.encodeFunctionData("judge", [judged]);
  // The node's default limit of gas counts, because some nodes refuse a call with more.
  const call = { to: aggregator, data: input };
  try {
    await provider.send("eth_call", [call, `0x${block.toString(16)}`, { [aggregator]: { code: EXECUTION_JUDGE_CODE } }]);
    return undefined;
  } catch (error) {
    const data = revertDataOf(error);
    if (data === undefined) throw error;
    const named = packageError(data);
    return named === undefined ? data : `${named.name}(${named.args.map(String).join(", ")})`;
  }
}
