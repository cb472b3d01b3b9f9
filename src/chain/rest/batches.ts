import type { RouteRequest } from "../rpc/transport/http-route.ts";
import { invalid, notFound } from "./rest-error.ts";
import { stageOf, type Stages } from "./stages.ts";

interface BatchAnswer extends Stages {
  readonly number: number;
  readonly timestamp: number;
  readonly l1TxCount: number;
  readonly l2TxCount: number;
  readonly rootHash: string;
  readonly commitment: string;
}

async function batchNumber(batch: string, ask: RouteRequest["ask"]): Promise<number> {
  if (batch !== "latest" && !/^\d{1,15}$/.test(batch)) throw invalid("batch", batch, "a number or latest");
  return batch === "latest" ? Number((await ask(["zks_L1BatchNumber"]))[0]) : Number(batch);
}

export async function readBatch({ path: { batch = "" }, ask }: RouteRequest): Promise<object> {
  const number = await batchNumber(batch, ask);
  const [found, range] = await ask(["zks_getL1BatchDetails", number], ["zks_getL1BatchBlockRange", number]);
  if (found === null || range === null) throw notFound(`sealed batch ${batch}`);
  const details = found as BatchAnswer;
  const [firstBlock, lastBlock] = range as readonly [string, string];
  const at = (transactionHash: string | null, time: string | null): object | null =>
    transactionHash === null ? null : { transactionHash, time };
  return {
    number: details.number,
    timestamp: details.timestamp,
    firstBlock: Number(firstBlock),
    lastBlock: Number(lastBlock),
    transactionCount: details.l2TxCount,
    priorityOperationCount: details.l1TxCount,
    stateRoot: details.rootHash,
    commitment: details.commitment,
    stage: stageOf(details),
    committed: at(details.commitTxHash, details.committedAt),
    proven: at(details.proveTxHash, details.provenAt),
    executed: at(details.executeTxHash, details.executedAt),
  };
}
