import type { FactBatch, FactEvidence } from "../../../ground/protocol/fact-evidence.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { readFactIndex } from "../../../ground/protocol/import-kinds.ts";
import { OpenClosure, type ClosedBatch } from "./open-closure.ts";
import { FactRefused } from "./fact-refused.ts";
import type { FactsOnL1 } from "./facts-on-l1.ts";
import { judgeBatches, judgedGas, MAX_JUDGED_GAS } from "./judge.ts";

/** Facts that a chain imports. */
export interface FactTerms {
  /** Chains whose batches it imports facts about. */
  readonly from: readonly bigint[];
  /** When the importing chain was created; seconds of L1's time. */
  readonly bornAt: bigint;
}

export interface FactPorts {
  readonly l1: FactsOnL1;
  /** Verifies the proof of the batch in this process. Resolves with the reason if it does not hold. */
  readonly refusalOf: (batch: FactBatch) => Promise<string | undefined>;
}

/** Value of a fact on L1 before its batch is executed. */
const NOT_EXECUTED = 0n;

/**
 * Rule for the facts that a chain imports, for its sequencer and its validators. L1 stores the batch and every open batch below,
 * deep enough. All are of listed chains, their proofs of execution are verified in this process, and L1's code would execute
 * them in this order. A fact about an executed batch needs no evidence. Rejects with FactRefused, or with the provider's error.
 */
export async function checkFact({ fact, batches }: FactEvidence, terms: FactTerms, { l1, refusalOf }: FactPorts): Promise<void> {
  const named = readFactIndex(fact.registryIndex);
  if (named === undefined) throw new FactRefused("FactMalformed", `${fact.registryIndex} is the index of no fact`);
  const { chainId, batchNumber } = named;
  if (!terms.from.includes(chainId))
    throw new FactRefused("SourceNotListed", `chain ${chainId} is not in facts.from of the importing chain`);
  const name = `batch ${batchNumber} of chain ${chainId}`;
  const onL1 = await l1.valueOf(fact.registryIndex);
  if (BigInt(onL1) !== NOT_EXECUTED) {
    if (onL1 === fact.root) return;
    throw new FactRefused("FactVoid", `L1 executed ${name} with log root ${onL1}, not ${fact.root}`);
  }
  const closure = await new OpenClosure(terms.from, l1).read(batches);
  const last = closure.at(-1);
  if (last?.chainId !== chainId || last.stored.batchNumber !== batchNumber)
    throw new FactRefused("EvidenceIncomplete", `the evidence does not end with ${name}`);
  const { l2LogsTreeRoot: root, firstTimestamp } = last.stored;
  if (root !== fact.root) throw new FactRefused("BatchNotStored", `L1 stores ${name} with log root ${root}, not ${fact.root}`);
  // L1 moves nothing to a chain that is younger, and never shows it the fact.
  if (firstTimestamp <= terms.bornAt)
    throw new FactRefused("SentBeforeChain", `${name} began at ${firstTimestamp}, and this chain was created at ${terms.bornAt}`);
  await judge(closure, l1);
  for (const batch of closure) await requireProven(batch, refusalOf);
}

/** All open batches of a call have one aggregator, because the judge replaces its code. */
async function judge(closure: readonly ClosedBatch[], l1: FactsOnL1): Promise<void> {
  const aggregators = new Set<Hex>();
  for (const { chainId, stored } of closure) {
    const aggregator = await l1.aggregator(chainId, stored.protocolVersion);
    if (aggregator === undefined)
      throw new FactRefused(
        "ExecutionTrusted",
        `the proof of batch ${stored.batchNumber} of chain ${chainId} does not prove its execution: make that chain proven`,
      );
    aggregators.add(aggregator);
  }
  const [aggregator, ...others] = aggregators;
  if (aggregator === undefined || others.length > 0)
    throw new FactRefused("ExecutionTrusted", `the open batches have ${aggregators.size} aggregators, and are judged by one`);
  const gas = judgedGas(closure);
  if (gas > MAX_JUDGED_GAS)
    throw new FactRefused(
      "JudgementTooDear",
      `the execution of ${closure.length} open batches may take ${gas} gas, and the limit of a call to L1's node is ${MAX_JUDGED_GAS}`,
    );
  const refusal = await judgeBatches({ provider: l1.provider, aggregator, block: l1.block }, closure);
  if (refusal !== undefined) throw new FactRefused("NotExecutable", `L1 would not execute the open batches: ${refusal}`);
}

async function requireProven(batch: ClosedBatch, refusalOf: FactPorts["refusalOf"]): Promise<void> {
  if (batch.isProvenOnL1) return;
  const refusal = await refusalOf(batch);
  if (refusal === undefined) return;
  const { chainId, stored } = batch;
  throw new FactRefused("ProofRefused", `the proof of batch ${stored.batchNumber} of chain ${chainId} does not hold: ${refusal}`);
}
