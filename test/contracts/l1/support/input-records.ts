import { concat, dataLength, toBeHex } from "ethers";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";
import {
  noteBlock,
  noteRoot,
  noteTransaction,
  NO_INPUTS,
  type BlockInput,
  type TransactionInput,
} from "../../../../src/ground/protocol/noted-inputs.ts";
import type { ImportedRoot } from "../../../../src/ground/protocol/rolling-hash.ts";

/** Record of a batch's inputs, as docs/protocol.md §11 has it. */
export type InputRecord =
  | (BlockInput & { readonly type: "block"; readonly roots?: readonly ImportedRoot[] })
  | (TransactionInput & { readonly type: "transaction"; readonly signed: Hex })
  | (TransactionInput & { readonly type: "typed"; readonly domain: Hex; readonly words: Hex; readonly data: Hex });

/** Inputs as a commit has them in its policy data. */
export function encodeRecords(records: readonly InputRecord[]): Hex {
  return concat(["0x02", ...records.map(encodeRecord)]) as Hex;
}

/** Their hash by the TypeScript implementation. */
export function hashRecords(records: readonly InputRecord[]): Hex {
  return records.reduce<Hex>((before, record) => {
    if (record.type !== "block") return noteTransaction(before, record);
    const { roots = [], kind } = record;
    return roots.reduce(noteRoot, noteBlock(before, { ...record, kind: kind | (BigInt(roots.length) << 8n) }));
  }, NO_INPUTS);
}

function encodeRecord(record: InputRecord): string {
  if (record.type === "block") {
    const { kind, timestamp, parentHash, roots } = record;
    const head = [toBeHex(kind, 1), toBeHex(timestamp, 8), parentHash];
    if (roots === undefined) return concat(head);
    return concat([
      ...head,
      toBeHex(roots.length, 2),
      ...roots.flatMap(({ registryIndex, root }) => [toBeHex(registryIndex, 32), root]),
    ]);
  }
  const { yParity, r, s } = record;
  const signature = [toBeHex(r, 32), toBeHex((yParity << 255n) | s, 32)];
  const withLength = (bytes: Hex): string[] => [toBeHex(dataLength(bytes), 3), bytes];
  if (record.type === "transaction") return concat(["0x02", ...withLength(record.signed), ...signature]);
  return concat(["0x71", record.domain, record.words, ...withLength(record.data), ...signature]);
}
