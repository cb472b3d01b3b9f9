import type { CommandStore } from "../../../chain/ordering/command-store.ts";
import type { ChainStart, RunningOptions } from "../../../chain/node/described/chain-options.ts";
import type { NodeDependencies, NodeOptions } from "../../../chain/node/node.ts";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import type { DataPolicy } from "../../../chain/settlement/data-policy.ts";
import { unknownHeader } from "../../../chain/execution/unknown-header.ts";
import { inputsPolicy } from "../chains/inputs-data.ts";
import { BatchRecorder } from "../quorum-member/batch-recorder.ts";
import type { Reconstruction } from "./reconstruct.ts";
import type { RepeatedChain } from "./repeated-inputs.ts";

/** Inputs of a node that executes a chain with published inputs again: with all blocks and receipts from the first one. */
interface RepeatedStart {
  readonly start: ChainStart;
  readonly keeping: NonNullable<NodeOptions["keeping"]>;
  readonly running: Pick<RunningOptions, "coinbase" | "initialState" | "isReexecuted" | "data">;
  /** Publishes the inputs of the batches that follow. */
  readonly policy: DataPolicy;
  readonly dependencies: Pick<NodeDependencies, "followers" | "chooseData">;
}

/** Keeps nothing: a process that starts again rebuilds the chain from L1. */
const NO_STORE: CommandStore = {
  append() {},
  truncate() {},
  together: (work) => work(),
  durable: () => Promise.resolve(),
  keepLists() {},
  waiting: { add() {}, delete() {}, keepOnly() {} },
};

/** Throws ReconstructionError BlocksNotRepeatable. */
export function startRepeated(
  { contract, upgrades }: Pick<Reconstruction, "contract" | "upgrades">,
  { coinbase, first, imported, firstState, firstStateNumber, objection, commands }: RepeatedChain,
): RepeatedStart {
  if (objection !== undefined)
    throw new ReconstructionError(
      "BlocksNotRepeatable",
      `${objection}: no node makes these blocks again; hyperchain:prove and hyperchain:exit use the rebuilt state`,
    );
  const { configuration, bornAt } = contract;
  const block0 = unknownHeader({ number: 0n, timestamp: bornAt });
  const recorder = new BatchRecorder(() => Promise.resolve(block0.hash));
  const { chainId } = configuration;
  const inputs = recorder.inputs.bind(recorder);
  const policy = inputsPolicy({ chainId, firstState: firstStateNumber, inputs });
  return {
    start: {
      state: { from: "genesis", imported: imported?.() },
      genesisTimestamp: bornAt,
      firstBatch: 0n,
      previousCommitment: first.commitment,
      operationsTaken: BigInt(commands.filter(({ type }) => type === "operation").length),
      operationsBefore: 0n,
      unexecuted: [],
      upgrades,
    },
    keeping: { store: NO_STORE, commands, waiting: [], lists: undefined, past: undefined },
    running: { coinbase, initialState: firstState, isReexecuted: true, data: { publishesInputs: true } },
    policy,
    dependencies: { followers: [recorder], chooseData: (batch) => policy.choose(batch) },
  };
}
