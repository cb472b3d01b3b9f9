import { Wallet } from "ethers";
import type { EdrConnect } from "../../../chain/execution/connection.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { findAggregator } from "../aggregator/open-aggregator.ts";
import { readLastProof } from "../proofs/last-proof.ts";
import { openExecutionProvers, openProver, type OpenFleet } from "../chains/provers.ts";
import type { BatchUpdate } from "../../../chain/node/settling/batch-update.ts";
import { startOrDispose, type Disposer } from "../../../ground/runtime/disposer.ts";
import { L1ReorgError } from "../../../chain/node/inflow/l1-inputs.ts";
import type { PaceRules } from "../../../chain/settlement/pace/decide.ts";
import { l1Request } from "../l1/request/l1-request.ts";
import { repeat } from "../../../ground/runtime/repeat.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { connectHttp } from "../relaying/relaying.ts";
import type { Node } from "../../../chain/node/node.ts";
import { requireFreePort } from "../../../chain/node/serving/listening.ts";
import type { CompleteOptions } from "../described/options.ts";
import { ContinuationError } from "./continuation-error.ts";
import { continueChain, requireContinuable } from "./continue-chain.ts";
import { dropOpenBatches, type DroppedBatches } from "./drop-open-batches.ts";
import type { Reconstruction } from "./reconstruct.ts";
import { isOfQueue, settleQueue } from "./settle-queue.ts";

interface OperatedChainOptions {
  /** JSON-RPC URL of L1. */
  readonly l1Url: string;
  /** L1 blocks on top of an event before it counts, including its block. */
  readonly confirmations: number;
  /** Key of the new operator: a validator of the chain, if it has any. It pays on L1. 0x and 64 hexadecimal digits. */
  readonly key: Hex;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Age at which a batch is sealed. */
  readonly batchAgeMs: number;
  /** Between two looks at L1. */
  readonly pollIntervalMs: number;
  readonly minGasPriceWei: bigint;
  readonly proofs: CompleteOptions["proofs"];
  /** Threads of the prover, and where workers join it. */
  readonly prover: Pick<CompleteOptions["prover"], "workers" | "fleet">;
  /** Times at which proofs are sent to L1; default: immediately. */
  readonly pace?: PaceRules;
  /**
   * True if batches of the former operator that import facts which L1 does not show are reverted, with the loss of their
   * transactions. Default: the chain is not continued while it has a batch of this kind.
   */
  readonly dropsOpenBatches?: boolean;
}

interface OperatedChainDependencies {
  /** Rebuilds the chain again, after batches that import open facts were reverted. */
  readonly rebuild: () => Promise<Reconstruction>;
  /** Reports reverted batches of the former operator. */
  readonly onDropped?: (dropped: DroppedBatches) => void;
  readonly connect: EdrConnect;
  readonly clock: Clock;
  readonly onUpdate: (update: BatchUpdate) => void;
  /** The chain, or its settlement, has stopped for good. */
  readonly onStop: (error: unknown) => void;
}

/** A chain that a new operator continues and serves to its users. */
export interface OperatedChain {
  readonly url: string;
  /** Absent where no workers may join the prover. */
  readonly fleet: OpenFleet | undefined;
  readonly continued: Node;
  /** State and batches before the continuation. */
  readonly reconstruction: Reconstruction;
  close(): Promise<void>;
}

/**
 * Continues a rebuilt rollup as its operator, or, if L1's queue alone makes its order, as one of its settlers: serves it,
 * reads new events from L1, and settles its batches. Rejects with ContinuationError, ReconstructionError BytecodeMissing,
 * PortInUseError (of the fleet as well), or with L1's error.
 */
export function operateChain(
  reconstruction: Reconstruction,
  options: OperatedChainOptions,
  dependencies: OperatedChainDependencies,
): Promise<OperatedChain> {
  return startOrDispose("the chain", (closing) => start(reconstruction, options, dependencies, closing));
}

async function start(
  rebuilt: Reconstruction,
  { l1Url, key, host, port, confirmations, proofs: shows, prover: proving, pace = {}, ...running }: OperatedChainOptions,
  { connect, clock, onUpdate, onStop, rebuild, onDropped = () => undefined }: OperatedChainDependencies,
  closing: Disposer,
): Promise<OperatedChain> {
  const { batchAgeMs, pollIntervalMs, minGasPriceWei, dropsOpenBatches = false } = running;
  const { settlementChainId, configuration } = rebuilt.contract;
  if (dropsOpenBatches && isOfQueue(rebuilt))
    throw new ContinuationError(
      "NoImportedFacts",
      "the order of the chain is L1's queue alone, so it imports no facts and has no batches to drop: continue it without --drop-open-batches",
    );
  // No batch is reverted for a chain that could not be served.
  await requireFreePort(`chain ${configuration.chainId}`, { host, port });
  const l1 = connectHttp(settlementChainId, l1Request(l1Url));
  closing.add(() => l1.destroy());
  const open = await openProver({ proofs: shows, prover: proving, inBackground: false }, { clock }, closing);
  const { prover, fleet } = open;
  const operator = new Wallet(key, l1);
  let reconstruction = rebuilt;
  if (dropsOpenBatches) {
    requireContinuable(rebuilt, lowerCaseAddress(operator.address));
    const onWait = (reason: string | undefined): void => onUpdate({ type: "waiting", reason });
    reconstruction = await dropOpenBatches(rebuilt, { l1, clock, operator, confirmations, onWait, rebuild, onDropped });
  }
  const others = {
    l1,
    l1MayBeBehind: true,
    confirmations,
    clock,
    prover,
    connect,
    operator,
    onUpdate,
    onStop,
  };
  const served = { host, port, minGasPriceWei, pace };
  const proofs = async (): Promise<Parameters<typeof settleQueue>[2]["execution"]> => {
    const aggregator = await findAggregator(l1, [reconstruction.contract.hyperchain]);
    const last = aggregator && (await readLastProof(l1, aggregator));
    const terms = { clock, programs: "package", last } as const;
    const { executionProver, batchesProver } = openExecutionProvers({ prover: proving }, open, closing, terms);
    return { prover: executionProver, l1Prover: batchesProver };
  };
  const batches = { maxAgeMs: batchAgeMs, maxTransactions: undefined };
  const continued = isOfQueue(reconstruction)
    ? await settleQueue(reconstruction, served, { ...others, execution: await proofs() })
    : await continueChain(reconstruction, { ...served, blocks: { type: "instant" }, batches }, others);
  closing.add(() => continued.close());
  await continued.pollL1();
  closing.add(
    repeat(
      clock,
      pollIntervalMs,
      () => continued.pollL1(),
      // L1 may only not have answered: a failed poll has accepted nothing, so the next one finds everything. A reorg of
      // L1 was reported.
      (error) => !(error instanceof L1ReorgError),
    ),
  );
  return { url: continued.url, fleet, continued, reconstruction, close: () => closing.close() };
}
