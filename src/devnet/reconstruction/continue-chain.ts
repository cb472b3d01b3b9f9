import { Interface } from "ethers";
import type { Signer } from "ethers";
import { importedRootsAbi } from "../../abi/imported-roots.ts";
import type { FormedBatch } from "../../chain/batch/form-batch.ts";
import { startChain } from "../../chain/chain.ts";
import type { Chain } from "../../chain/chain.ts";
import { priorityOperation } from "../../chain/predeploys/priority-operation.ts";
import { predeployTransactions } from "../../chain/predeploys/system-transactions.ts";
import type { EdrConnect } from "../../chain/execution/connection.ts";
import { hashAssetFlows, sumAssetFlows } from "../../protocol/asset-flows.ts";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";
import { createMemoryJournal } from "../../settlement/journal/journal.ts";
import { createL1Watcher } from "../../settlement-layer/reader/l1-watcher.ts";
import { createLocalMember } from "../../settlement/quorum.ts";
import type { Quorum, TypedDataSigner } from "../../settlement/quorum.ts";
import { CALLDATA_POSTING } from "../../settlement/settlement-batch.ts";
import { lowerCaseAddress } from "../accounts.ts";
import { startOrClose } from "../closing.ts";
import type { Closing } from "../closing.ts";
import { inputsFrom } from "../l1/l1-inputs.ts";
import type { ChainInputs } from "../l1/l1-inputs.ts";
import { LOOKS_UNTIL_SHORTER } from "../chains/chain-pipeline.ts";
import { openSettling } from "../chains/settling.ts";
import type { SettledBatch } from "../chains/settled-batch.ts";
import type { SettlingDependencies } from "../chains/settling.ts";
import { chainOptionsOf } from "./chain-options.ts";
import type { RunningOptions } from "./chain-options.ts";
import type { Reconstruction } from "./reconstruct.ts";

export type ContinuationOptions = Omit<RunningOptions, "coinbase">;

export interface ContinuationDependencies extends Pick<SettlingDependencies, "l1" | "clock" | "prover" | "onTrouble" | "onStop"> {
  readonly connect: EdrConnect;
  /** Whether L1's node may know less than it did, and get it back: one of several behind a URL. Default false. */
  readonly l1MayBeBehind?: boolean;
  /** The new operator: receives the fees, pays on L1, and signs batches unless `quorum` says who does. */
  readonly operator: Signer & TypedDataSigner;
  /** Who signs batches. Default: the operator alone, who must then be a validator of the chain. */
  readonly quorum?: Quorum;
  readonly onSettled?: (batch: SettledBatch) => void;
}

/** A chain that somebody else went on with. */
export interface ContinuedChain {
  readonly chain: Chain;
  /** Takes over what is new on L1: operations from the queue, and the newest root of other chains. Calls wait for each other. */
  pollL1(): Promise<ChainInputs>;
  /** Ends the open batch. Undefined where none is open. */
  seal(): Promise<FormedBatch | undefined>;
  /** Resolves when L1 has executed the batch; also for those that were committed before. */
  settled(batchNumber: bigint): Promise<SettledBatch>;
  close(): Promise<void>;
}

/**
 * Goes on with a rebuilt chain where it stopped: first the batches that L1 has not executed are proven and executed, then new
 * ones follow, from the queue's next operation on. The former operator must have stopped for good: of two, L1 takes whichever
 * commits first. Rejects with ContinuationError, or as settlement, engine and L1 do.
 */
export function continueChain(
  reconstruction: Reconstruction,
  options: ContinuationOptions,
  dependencies: ContinuationDependencies,
): Promise<ContinuedChain> {
  return startOrClose("the continued chain", (closing) => start(reconstruction, options, dependencies, closing));
}

async function start(
  reconstruction: Reconstruction,
  options: ContinuationOptions,
  dependencies: ContinuationDependencies,
  closing: Closing,
): Promise<ContinuedChain> {
  const { l1, clock, prover, operator, connect, onTrouble, onStop, onSettled } = dependencies;
  const { contract, fromBlock, unexecuted, last } = reconstruction;
  const { settlementChainId, hyperchain, registry, configuration } = contract;
  const coinbase = lowerCaseAddress(await operator.getAddress());
  const ownQuorum = dependencies.quorum === undefined;
  checkContinuable(reconstruction, ownQuorum ? coinbase : undefined);
  const quorum = dependencies.quorum ?? { members: [await createLocalMember(operator, { settlementChainId, hyperchain })], threshold: 1 };

  // Batches that others sealed may be through before the chain runs.
  let resume = (): void => undefined;
  const settling = await openSettling(
    { settlementChainId, hyperchain, fromBlock, quorum, posting: CALLDATA_POSTING, l1MayBeBehind: dependencies.l1MayBeBehind === true },
    {
      l1,
      clock,
      prover,
      journal: createMemoryJournal(),
      sender: operator,
      ...(onTrouble === undefined ? {} : { onTrouble }),
      onStop,
      onSettled(batch) {
        resume();
        onSettled?.(batch);
      },
    },
  );
  closing.add(() => settling.close());
  for (const batch of unexecuted) settling.submit(batch);
  const chain = await startChain(chainOptionsOf(reconstruction, { ...options, coinbase }), {
    connect,
    clock,
    system: predeployTransactions,
    flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, settlementChainId)),
    onBatch: (batch) => settling.submit(batch),
    onStop,
    canSeal: () => settling.backlog().unexecuted < MAX_UNEXECUTED_BATCHES,
  });
  closing.add(() => chain.close());
  resume = () => {
    if (chain.sequencer.isHeldUp) chain.sequencer.resume();
  };

  // From the chain's creation on: the newest root of others may be older than the last batch.
  const watcher = createL1Watcher({ hyperchains: [hyperchain], registry, fromBlock, looksUntilShorter: LOOKS_UNTIL_SHORTER }, { provider: l1 });
  async function takeOver(): Promise<ChainInputs> {
    const inputs = inputsFrom(configuration.chainId, await watcher.poll());
    const operations = inputs.operations.filter(({ nonce }) => nonce >= last.priorityOpTotal);
    const roots = [];
    for (const root of inputs.roots) if (!(await hasImported(chain, root.registryIndex))) roots.push(root);
    for (const operation of operations) await chain.sequencer.runPriorityOp(priorityOperation(operation, coinbase));
    if (roots.length > 0) await chain.sequencer.importRoots(roots);
    return { operations, roots };
  }
  let lastPoll: Promise<unknown> = Promise.resolve();
  closing.add(() => lastPoll);
  return {
    chain,
    pollL1() {
      const poll = lastPoll.then(takeOver);
      lastPoll = poll.catch(() => undefined);
      return poll;
    },
    seal: () => chain.seal(),
    settled: (batchNumber) => settling.settled(batchNumber),
    close: () => closing.close(),
  };
}

/** `operator` is absent where others sign. */
function checkContinuable({ contract, onL1, unapplied }: Reconstruction, operator: string | undefined): void {
  const { validators, validatorThreshold } = contract.configuration;
  if (onL1.exited) throw new ContinuationError("ChainExited", "the chain was left for good: L1 takes no further batches");
  const [first] = unapplied;
  if (first !== undefined) {
    const { batchNumber } = first.stored;
    throw new ContinuationError(
      "BatchesUnapplied",
      `batch ${batchNumber} is committed and not applied; reconstruct up to "committed", or revert it on L1 and reconstruct again`,
    );
  }
  if (operator === undefined) return;
  if (!validators.some((validator) => validator === operator)) {
    throw new ContinuationError("NotAValidator", `${operator} is none of the chain's validators (${validators.join(", ")}); sign with the key of one of them, or give a quorum in code`);
  }
  if (validatorThreshold > 1n) {
    throw new ContinuationError("QuorumNeeded", `${validatorThreshold} validators must sign each batch and one key is not enough; give a quorum in code`);
  }
}

const importedRoots = new Interface(importedRootsAbi);

async function hasImported(chain: Chain, registryIndex: bigint): Promise<boolean> {
  const data = importedRoots.encodeFunctionData("rootAt", [registryIndex]);
  const root = (await chain.engine.request("eth_call", [{ to: PREDEPLOYS.ImportedRoots, data }, "latest"])) as string;
  return BigInt(root) !== 0n;
}

/** Sealed batches that may wait for L1; beyond, batches grow to their limits instead. */
const MAX_UNEXECUTED_BATCHES = 8;

/** A rebuilt chain that cannot be gone on with like this. Nothing was started. */
export class ContinuationError extends Error {
  override readonly name = "ContinuationError";
  readonly code: "ChainExited" | "BatchesUnapplied" | "NotAValidator" | "QuorumNeeded";

  constructor(code: ContinuationError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
