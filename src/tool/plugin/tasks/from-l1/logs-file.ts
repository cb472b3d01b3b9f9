import { readFileSync } from "node:fs";
import * as v from "valibot";
import type { PlainLog } from "../../../../ecosystem/devnet/reconstruction/queued-operations.ts";
import { reasonOf } from "../../../../ground/errors/reason-of.ts";
import { HEX_BYTES } from "../../../../ground/protocol/hex.ts";
import { pluginError } from "../../plugin-error.ts";

const hexText = v.pipe(v.string(), v.regex(HEX_BYTES));
const log = v.object({ topics: v.array(hexText), data: hexText });
const receipt = v.object({ logs: v.array(log) });

/** Logs in a file of receipts or logs, one or a list of them, as a node answers them. Throws a plugin error. */
export function readLogs(path: string): readonly PlainLog[] {
  return parsed(path).flatMap((item) => {
    if (v.is(receipt, item)) return item.logs;
    if (v.is(log, item)) return [item];
    throw pluginError(`${path} holds receipts or logs, as eth_getTransactionReceipt or eth_getLogs answer; one of it is neither`);
  });
}

function parsed(path: string): readonly unknown[] {
  try {
    const content: unknown = JSON.parse(readFileSync(path, "utf8"));
    const answer = typeof content === "object" && content !== null && "result" in content ? content.result : content;
    return Array.isArray(answer) ? (answer as unknown[]) : [answer];
  } catch (error) {
    // The engine's error for invalid JSON quotes the text.
    const reason = error instanceof SyntaxError ? "it is not JSON" : reasonOf(error);
    throw pluginError(`${path} cannot be read: ${reason}`, error);
  }
}
