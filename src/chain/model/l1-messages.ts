import { AbiCoder } from "ethers";
import type { BlockReceipt } from "./block.ts";
import { fromHex, hashTag, toHex } from "../../ground/protocol/hex.ts";
import { L1_MESSENGER_ADDRESS } from "../../ground/protocol/l2-log.ts";
import type { PubdataLog } from "../../ground/protocol/pubdata.ts";

/** keccak of the event's signature; `hashTag` is keccak of a name. */
const L1_MESSAGE_SENT = hashTag("L1MessageSent(address,bytes32,bytes)");

/** The messages to L1 that a transaction sent, in order, read from the messenger's events. */
export function messagesOf(receipt: BlockReceipt): Extract<PubdataLog, { type: "message" }>[] {
  return receipt.logs
    .filter(({ address, topics }) => address === L1_MESSENGER_ADDRESS && topics[0] === L1_MESSAGE_SENT)
    .map(({ topics, data }) => {
      const [body] = AbiCoder.defaultAbiCoder().decode(["bytes"], data) as unknown as [string];
      return { type: "message", sender: toHex(fromHex(topics[1] ?? "0x", 32).subarray(12)), body: fromHex(body) };
    });
}
