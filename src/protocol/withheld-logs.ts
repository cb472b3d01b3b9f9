import { isAssetSender } from "./asset-message.ts";
import { fromHex, keccak } from "./hex.ts";
import { LogHead } from "./pubdata.ts";
import type { PubdataLog } from "./pubdata.ts";

/** First byte of a message without its body. */
export const WITHHELD_MESSAGE_HEAD = 3;

/**
 * The logs of a batch whose pubdata is not on L1: count (2), then logs as in the pubdata, but a message that moves no assets
 * as `03 ‖ sender (20) ‖ keccak of the body (32)`. Throws RangeError for more logs or longer bodies than fit.
 */
export function encodeWithheldLogs(logs: readonly PubdataLog[]): Uint8Array {
  const parts: Uint8Array[] = [bigEndian(logs.length, 2)];
  for (const log of logs) {
    if (log.type === "priorityOp") {
      parts.push(Uint8Array.of(log.success ? LogHead.succeededOp : LogHead.failedOp));
    } else if (isAssetSender(log.sender)) {
      parts.push(Uint8Array.of(LogHead.message), fromHex(log.sender, 20), bigEndian(log.body.length, 3), log.body);
    } else {
      parts.push(Uint8Array.of(WITHHELD_MESSAGE_HEAD), fromHex(log.sender, 20), fromHex(keccak(log.body)));
    }
  }
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function bigEndian(value: number, length: number): Uint8Array {
  if (value >= 256 ** length) throw new RangeError(`${value} does not fit ${length} bytes`);
  return Uint8Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256);
}
