import type { BlockLog, BlockReceipt, MinedBlock, ReexecutedReceipt } from "../model/block.ts";
import { disagreement } from "./witness-error.ts";

/** The first thing about which two receipts of one transaction differ. */
interface ReceiptDifference {
  readonly subject: string;
  readonly engine: string;
  readonly witness: string;
}

/** Throws WitnessError EnginesDisagree where the block's receipt differs from what was executed again. */
export function requireSameReceipt(
  { environment, receipts }: Pick<MinedBlock, "environment" | "receipts">,
  transactionIndex: number,
  witness: ReexecutedReceipt,
): void {
  const place = { blockNumber: environment.number, transactionIndex };
  const engine = receipts[transactionIndex];
  if (engine === undefined) throw disagreement({ ...place, subject: "receipt", engine: "absent", witness: "expected" });
  const difference = compareReceipts(engine, witness);
  if (difference !== undefined) throw disagreement({ ...place, ...difference });
}

/** Undefined where both engines saw the same: outcome, gas, created contract and every log. */
function compareReceipts(engine: BlockReceipt, witness: ReexecutedReceipt): ReceiptDifference | undefined {
  const differ = (subject: string, a: unknown, b: unknown): ReceiptDifference | undefined =>
    a === b ? undefined : { subject, engine: String(a), witness: String(b) };
  return (
    differ("success", engine.success, witness.success) ??
    differ("gasUsed", engine.gasUsed, witness.gasUsed) ??
    // Engines differ in whether a failed creation has an address; nothing follows from it.
    (engine.success ? differ("contractAddress", engine.contractAddress, witness.contractAddress) : undefined) ??
    differ("number of logs", engine.logs.length, witness.logs.length) ??
    engine.logs
      .map((log, i) => differ(`log ${i}`, printLog(log), printLog(witness.logs[i])))
      .find((difference) => difference !== undefined)
  );
}

function printLog(log: BlockLog | undefined): string {
  return log === undefined ? "absent" : `${log.address} [${log.topics.join()}] ${log.data}`;
}
