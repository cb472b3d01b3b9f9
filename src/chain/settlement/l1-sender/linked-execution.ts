import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { factIndex } from "../../../ground/protocol/import-kinds.ts";
import { readLinkIndex } from "../../../ground/protocol/link-index.ts";
import { registryInterface } from "../../settlement-layer/reader/contract-interfaces.ts";
import { isLessTried, SettlementError } from "../errors/settlement-error.ts";
import { readContracts, timeOf } from "./awaited-fact.ts";
import { encodeExecute } from "./batch-calls.ts";
import { readContract } from "./chain-reader.ts";
import type { ExecutableBatch } from "./executable-batch.ts";
import type { SenderContext } from "./sender-context.ts";

/** Call that executes a batch. */
interface ExecutionCall {
  /** Default: the chain's contract. */
  readonly to?: Hex;
  readonly data: Hex;
}

const LOOK_MS = 1_000;

/**
 * Call that executes batches of a chain. If the first batch has a link, the call comes after a wait until L1 can execute that
 * batch together with the one that the link names. `isExecuted` ends the wait. `refused` is L1's refusal of the last call of
 * both, so the next one comes later. Rejects with SettlementError FactVoid if the other chain has another batch of the number,
 * or if the patience has passed since the commit.
 */
export async function executionCall(
  context: SenderContext,
  [executing, ...joined]: readonly [Omit<ExecutableBatch, "chainId">, ...Omit<ExecutableBatch, "chainId">[]],
  isExecuted: () => Promise<boolean>,
  refused?: SettlementError,
): Promise<ExecutionCall> {
  let refusal = refused;
  const alone = { data: encodeExecute([executing, ...joined]) };
  const link = executing.imports.find(({ registryIndex }) => readLinkIndex(registryIndex) !== undefined);
  if (link === undefined) return alone;
  const { batchNumber, committedAt } = executing.batch;
  const named = readLinkIndex(link.registryIndex);
  const name = `batch ${named?.batchNumber} of chain ${named?.chainId}`;
  const voided = (reason: string): SettlementError =>
    new SettlementError("FactVoid", `batch ${batchNumber} is linked with ${name}, and ${reason}`, {
      voided: { batchNumber, index: link.registryIndex },
    });
  while (!(await isExecuted())) {
    const peer = named && (await context.findExecutable?.(named.chainId, named.batchNumber));
    if (peer !== undefined) {
      const { l2LogsTreeRoot } = peer.batch;
      if (l2LogsTreeRoot !== link.root) throw voided(`L1 stores that number with log root ${l2LogsTreeRoot}, not ${link.root}`);
      const chainId = await readContract<ChainId>(context, "getChainId");
      const ownFact = factIndex(chainId, batchNumber);
      const fact = peer.imports.find(({ registryIndex }) => registryIndex === ownFact);
      if (fact?.root !== executing.batch.l2LogsTreeRoot) throw voided("that batch imports no fact about this one");
      if (refusal === undefined)
        return { to: (await readContracts(context)).registry, data: encodeTogether([{ ...executing, chainId }, peer]) };
    }
    const { factPatienceSeconds = 0 } = context;
    if ((await timeOf(context)) > committedAt + BigInt(factPatienceSeconds))
      throw voided(
        `L1 could not execute both ${factPatienceSeconds} seconds after this one's commit (${refusal?.message ?? "the other is not ready"})`,
      );
    await context.delay(LOOK_MS, "execute");
    refusal = undefined;
  }
  return alone;
}

/**
 * L1's refusal to execute two batches. The other batch may be why, for example by a fact that L1 does not show yet, or by its
 * gas. It would stop this chain if it was final. Throws any other error.
 */
export function linkRefusal({ to }: Pick<ExecutionCall, "to">, error: unknown): SettlementError {
  if (to === undefined || !isLessTried(error)) throw error;
  return error;
}

/** Calldata of `executeTogether`: the batch that sends comes before the one that receives. */
function encodeTogether(batches: readonly ExecutableBatch[]): Hex {
  return registryInterface.encodeFunctionData("executeTogether", [batches]) as Hex;
}
