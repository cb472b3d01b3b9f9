import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import type { EcosystemInfo, LogAnswer } from "../answers.ts";

/** keccak256 of what is logged where a chain sends a message, `L1MessageSent(address,bytes32,bytes)`. */
export const MESSAGE_SENT_TOPIC = "0x3a36e47291f4201faf137fab081d92295bce2d53be2c6ca68ba82c7faa9ce241";
/** keccak256 of what is logged where an operation comes into a chain's queue, `NewPriorityRequestId(uint256,bytes32)`. */
export const REQUEST_QUEUED_TOPIC = "0x779f441679936c5441b671969f37400b8c3ed0071cb47444431bf985754560df";

/**
 * True if a transaction with these logs began a message to another member. Other contracts can log anything.
 */
export function beginsMessage(logs: readonly Pick<LogAnswer, "address" | "topics">[], { chains }: EcosystemInfo): boolean {
  const queues = new Set(chains.map(({ hyperchain }) => hyperchain.toLowerCase()));
  const messenger = PREDEPLOYS.L1Messenger.toLowerCase();
  return logs.some(({ address, topics: [topic] }) => {
    const by = address.toLowerCase();
    return (topic === MESSAGE_SENT_TOPIC && by === messenger) || (topic === REQUEST_QUEUED_TOPIC && queues.has(by));
  });
}
