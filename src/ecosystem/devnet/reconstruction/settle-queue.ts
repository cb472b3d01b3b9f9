import { openNumberedBytes } from "../../../chain/ledger/numbered-bytes.ts";
import { ExecutionStore } from "../../../chain/node/execution/execution-store.ts";
import type { ExecutionProofs } from "../../../chain/node/execution/node-execution.ts";
import { startNode, type Node } from "../../../chain/node/node.ts";
import { isOfQueueAlone } from "../../../ground/protocol/sequencing-mode.ts";
import { NO_COINBASE } from "../../../chain/settlement/batch/settlement-batch.ts";
import { createMemoryJournal } from "../../../chain/settlement/journal/journal.ts";
import { readFirstRecord } from "../../../chain/settlement/l1-sender/chain-reader.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { readBornState } from "../chain-on-l1/imported-state.ts";
import { settlersData } from "../chains/settlers-data.ts";
import type { ContinuationDependencies, ContinuationOptions } from "./continue-chain.ts";
import type { Reconstruction } from "./reconstruct.ts";

/** Whether all accounts derive the chain from L1's queue, and any of them settles it. */
export function isOfQueue({ contract: { configuration } }: Pick<Reconstruction, "contract">): boolean {
  return isOfQueueAlone(configuration.sequencingMode);
}

/**
 * Derives a chain whose order is L1's queue alone, from its first block, and settles the batches that L1 has not
 * executed, concurrently with all other settlers. Rejects with PortInUseError, or like settlement, engine and L1.
 */
export async function settleQueue(
  { contract, genesis, fromBlock, upgrades }: Pick<Reconstruction, "contract" | "genesis" | "fromBlock" | "upgrades">,
  { host = "127.0.0.1", port = 0, pace = {}, minGasPriceWei }: Omit<ContinuationOptions, "blocks" | "batches">,
  {
    connect,
    clock,
    operator,
    execution,
    onStop,
    ...dependencies
  }: Omit<ContinuationDependencies, "quorum"> & { readonly execution: Pick<ExecutionProofs, "prover" | "l1Prover"> },
): Promise<Node> {
  const { configuration } = contract;
  const born = await readBornState(contract, genesis, { provider: dependencies.l1, fromBlock });
  const first = await readFirstRecord({ provider: dependencies.l1, hyperchain: contract.hyperchain, fromBlock });
  const { posting, data } = settlersData(lowerCaseAddress(await operator.getAddress()));
  return startNode(
    {
      name: `chain ${configuration.chainId}`,
      chain: contract,
      fromBlock,
      genesis,
      start: {
        state: { from: "genesis", imported: born?.copy() },
        genesisTimestamp: contract.bornAt,
        firstBatch: 0n,
        previousCommitment: first.commitment,
        operationsTaken: 0n,
        operationsBefore: 0n,
        unexecuted: [],
        upgrades,
      },
      running: {
        coinbase: NO_COINBASE,
        blocks: { type: "instant" },
        batches: { maxAgeMs: undefined, maxTransactions: undefined },
        minGasPriceWei,
        rewindable: true,
      },
      execution: { ...execution, store: new ExecutionStore(openNumberedBytes(undefined)) },
      serving: { host, port, gasPrice: { toldWei: minGasPriceWei }, development: false },
      settlement: {
        ...dependencies,
        quorum: { members: [] },
        posting,
        pace,
        journal: createMemoryJournal(),
        sender: operator,
        rootsFrom: fromBlock,
      },
    },
    { connect, clock, l1: dependencies.l1, chooseData: () => data, onStop },
  );
}
