import { NamedError } from "../errors/named-error.ts";
import { isAssetSender } from "./asset-message.ts";
import { HELD_ACCOUNTS_ADDRESS } from "./held-accounts-address.ts";
import { fromHex, keccak, toHex, type Hex } from "./hex.ts";
import type { MessageHash } from "./ids.ts";
import { hashL2Log, messageLogOfHash, priorityOpLog } from "./l2-log.ts";
import { LogHead, type PubdataLog } from "./pubdata.ts";

/** First byte of a message without its body, and of a message of held accounts, which lacks its sender. */
const [WITHHELD_MESSAGE_HEAD, HELD_MESSAGE_HEAD] = [3, 4];

/** Longest body that takes as few bytes as its hash, with the length in front. */
const SHORT_BODY = 29;

/**
 * The logs of a batch whose pubdata is not on L1: count (2), then logs as in the pubdata. A message of held accounts has the form
 * `04 ‖ length (3) ‖ body`, and any other message that moves no assets, and has more than 29 bytes,
 * `03 ‖ sender (20) ‖ keccak of the body (32)`. So the logs are never longer than in the pubdata, whose bytes limit a batch.
 * Throws RangeError for more logs or longer bodies than fit.
 */
export function encodeWithheldLogs(logs: readonly PubdataLog[]): Uint8Array {
  const parts: Uint8Array[] = [bigEndian(logs.length, 2)];
  for (const log of logs) {
    if (log.type === "priorityOp") {
      parts.push(Uint8Array.of(log.success ? LogHead.succeededOp : LogHead.failedOp));
    } else if (log.sender.toLowerCase() === HELD_ACCOUNTS_ADDRESS) {
      parts.push(Uint8Array.of(HELD_MESSAGE_HEAD), bigEndian(log.body.length, 3), log.body);
    } else if (isAssetSender(log.sender) || log.body.length <= SHORT_BODY) {
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

/** A log as L1 has it where the pubdata is withheld. */
export type WithheldLog =
  | { readonly type: "priorityOp"; readonly success: boolean }
  /** `body` is undefined where L1 has its keccak only. */
  | { readonly type: "message"; readonly sender: Hex; readonly messageHash: MessageHash; readonly body: Uint8Array | undefined };

/**
 * Inverse of `encodeWithheldLogs`, except for the bodies that it drops. Throws WithheldLogsError for bytes that L1 would not
 * take.
 */
export function decodeWithheldLogs(bytes: Uint8Array): readonly WithheldLog[] {
  let offset = 0;
  const take = (length: number): Uint8Array => {
    if (offset + length > bytes.length) throw new WithheldLogsError("Truncated", offset);
    offset += length;
    return bytes.subarray(offset - length, offset);
  };
  const number = (length: number): number => take(length).reduce((value, byte) => value * 256 + byte, 0);
  const logs = Array.from({ length: number(2) }, (): WithheldLog => {
    const start = offset;
    const head = number(1);
    if (head === LogHead.failedOp || head === LogHead.succeededOp)
      return { type: "priorityOp", success: head === LogHead.succeededOp };
    if (head !== LogHead.message && head !== WITHHELD_MESSAGE_HEAD && head !== HELD_MESSAGE_HEAD)
      throw new WithheldLogsError("UnknownLogHead", start);
    const sender = head === HELD_MESSAGE_HEAD ? HELD_ACCOUNTS_ADDRESS : toHex(take(20));
    if (head === WITHHELD_MESSAGE_HEAD) return { type: "message", sender, messageHash: toHex(take(32)), body: undefined };
    const body = take(number(3)).slice();
    return { type: "message", sender, messageHash: keccak(body), body };
  });
  if (offset !== bytes.length) throw new WithheldLogsError("TrailingBytes", offset);
  return logs;
}

/** The leaves of the batch's log tree. `canonicalTxHashes` are those of its priority operations, in queue order. */
export function withheldLogLeaves(logs: readonly WithheldLog[], canonicalTxHashes: readonly Hex[]): Hex[] {
  const hashes = canonicalTxHashes.values();
  return logs.map((log) =>
    hashL2Log(
      log.type === "message"
        ? messageLogOfHash(log.sender, log.messageHash)
        : priorityOpLog(hashes.next().value ?? "0x", log.success),
    ),
  );
}

/** Error for a malformed list of withheld logs; `offset` is that of the invalid item. */
export class WithheldLogsError extends NamedError<"Truncated" | "UnknownLogHead" | "TrailingBytes"> {
  override readonly name = "WithheldLogsError";
  readonly offset: number;

  constructor(code: WithheldLogsError["code"], offset: number) {
    super(code, `${code} at byte ${offset}`);
    this.offset = offset;
  }
}

function bigEndian(value: number, length: number): Uint8Array {
  if (value >= 256 ** length) throw new RangeError(`${value} does not fit ${length} bytes`);
  return Uint8Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256);
}
