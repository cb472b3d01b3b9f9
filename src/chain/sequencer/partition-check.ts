import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import { authorizedIds, namesNoChain } from "../../ground/transaction/signed-ids.ts";
import { memberSlot, partitionFault } from "../model/partition-members.ts";
import type { StateReader } from "../model/state-reader.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import { SequencerError } from "./sequencer-error.ts";

/** Part of a chain's accounts with a chain id and an RPC server. A chain without a porter has only its rollup. */
export type Partition = "rollup" | "porter";

/** Ids of a chain with a porter, and who receives its fees. */
interface PartitionedChain {
  readonly chainId: number;
  readonly porterId: bigint;
  readonly coinbase: string;
}

/**
 * Throws SequencerError WrongPartition for a transaction whose sender is in the other partition. The engine also refuses it when
 * it runs; here its sender learns where to send it.
 */
export async function requirePartition(
  transaction: Pick<SignedTransaction, "from" | "porterId">,
  state: StateReader,
  { chainId, porterId, coinbase }: PartitionedChain,
): Promise<void> {
  const { from } = transaction;
  const [{ nonce }, code, member] = await Promise.all([
    state.account(from),
    state.code(from),
    state.word(PREDEPLOYS.Partitions, BigInt(memberSlot(from))),
  ]);
  const sender = { isMember: member !== 0n, nonce, hasCode: code !== "0x", isCoinbase: from === coinbase.toLowerCase() };
  const wrong = partitionFault(transaction, sender, { rollup: BigInt(chainId), porter: porterId });
  if (wrong !== undefined) throw new SequencerError("WrongPartition", wrong);
}

/**
 * Throws SequencerError WrongPartition for a transaction that is signed for another id than its server's, or that has an EIP-7702
 * authorization for the porter's id: `CHAINID` is the rollup's id in all contracts, so the engine skips this authorization
 * without an error.
 */
export function requireServed(
  { from, raw, type, porterId: signedFor }: Pick<SignedTransaction, "from" | "raw" | "type" | "porterId">,
  served: Partition | undefined,
  { chainId, porterId }: Pick<PartitionedChain, "chainId" | "porterId">,
): void {
  if (authorizedIds({ raw, type }).includes(porterId))
    throw new SequencerError(
      "WrongPartition",
      `the transaction of ${from} has an authorization (EIP-7702) for chain ${porterId}; sign authorizations for chain ${chainId}, also those in transactions for chain ${porterId}`,
    );
  if (served === undefined || (signedFor === undefined) === (served === "rollup")) return;
  const [here, id] = served === "rollup" ? [chainId, porterId] : [porterId, chainId];
  if (namesNoChain({ raw, type }))
    throw new SequencerError(
      "WrongPartition",
      `the transaction of ${from} names no chain, so it belongs to chain ${id}, this is chain ${here}; sign it for chain ${here} (EIP-155)`,
    );
  throw new SequencerError(
    "WrongPartition",
    `the transaction of ${from} is signed for chain ${id}, this is chain ${here}; send to its RPC`,
  );
}
