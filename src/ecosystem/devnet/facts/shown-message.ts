import * as v from "valibot";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { readCrossChainMessage } from "../../../ground/protocol/cross-chain-message.ts";
import { fromHex, isPlainHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import { hashL2Log, L2_LOG_TREE_DEPTH, messageLog } from "../../../ground/protocol/l2-log.ts";
import { logRootAbove } from "../../../ground/protocol/message-proof.ts";

/** A message with the way from its log to the root of its batch's logs. */
export interface ShownMessage {
  readonly chainId: ChainId;
  readonly batchNumber: BatchNumber;
  readonly sender: Hex;
  readonly body: Uint8Array;
  /** Index of the log in the batch. */
  readonly index: number;
  /** From the log up: 14 words. */
  readonly siblings: readonly Hex[];
  readonly destinationChainId: ChainId;
}

/** Bytes of a message that is shown: as many as a batch publishes. */
const MAX_BODY_BYTES = 100_000;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const bytes = (length?: number) => v.custom<Hex>((text) => isPlainHex(text, length));
const shown = v.object({
  chainId: whole,
  batchNumber: whole,
  index: v.pipe(whole, v.maxValue(2 ** L2_LOG_TREE_DEPTH - 1)),
  sender: bytes(20),
  data: v.pipe(bytes(), v.maxLength(2 + 2 * MAX_BODY_BYTES)),
  proof: v.pipe(v.array(bytes(32)), v.length(L2_LOG_TREE_DEPTH)),
});

/** Reads the parameter of `hyperchain_importFact`. Throws RpcError for another form, and for a message to no chain. */
export function readShownMessage(parameter: unknown): ShownMessage {
  const read = v.safeParse(shown, parameter);
  if (!read.success)
    throw new RpcError(
      RpcCode.invalidParams,
      `the parameter is {chainId, batchNumber, index, sender, data, proof}, with ${L2_LOG_TREE_DEPTH} words as proof`,
    );
  const { chainId, batchNumber, index, sender, data, proof: siblings } = read.output;
  const body = fromHex(data);
  const message = readCrossChainMessage(sender, body);
  if (message === undefined) throw new RpcError(RpcCode.invalidParams, "the message goes to no chain");
  const { destinationChainId } = message;
  return { chainId: BigInt(chainId), batchNumber: BigInt(batchNumber), sender, body, index, siblings, destinationChainId };
}

/** Root of the log tree that contains the message at its index. */
export function logRootOf({ sender, body, index, siblings }: ShownMessage): Hex {
  return logRootAbove(hashL2Log(messageLog(sender, body)), index, siblings);
}
