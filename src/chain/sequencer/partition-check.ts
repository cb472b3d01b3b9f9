import { PREDEPLOYS } from "../../protocol/predeploys.ts";
import { memberSlot, partitionFault } from "../model/partition-members.ts";
import type { StateReader } from "../model/state-reader.ts";
import type { SignedTransaction } from "../transaction/transaction.ts";
import { SequencerError } from "./sequencer-error.ts";

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
