import { setImmediate } from "node:timers/promises";
import { encodeStatement } from "../../ground/protocol/statement.ts";
import type { InsertionWitness, UpdateWitness } from "../../ground/protocol/state-transition-witness.ts";
import { WordWriter } from "../../ground/protocol/word-stream.ts";
import type { StateJob } from "./job.ts";
import { MAGIC } from "./state-input.ts";

/** Operations that are written without a look at the event loop: a few milliseconds. */
const OPERATIONS_A_TURN = 256;

/**
 * A job as bytes; the same job is always the same bytes. Yields to the event loop: a large batch has megabytes.
 *
 * magic (4) ‖ protocol version (32) ‖ statement (200) ‖ depth, leaves before, leaves after (4 each) ‖ top siblings ‖
 * subtree's root before, after ‖ operations (4), each: 0 (1) ‖ place (4) ‖ whether it is a code (1) ‖ value (32) ‖ leaf
 * kind (1) ‖ key, next key ‖ old value (32) ‖ siblings, or 1 (1) ‖ leaf kind (1) ‖ address, slot, value (32 each) ‖ key ‖
 * place (4) ‖ of the low leaf: place (4), leaf kind (1), key, next key, value (32), siblings ‖ siblings. As `WordWriter`.
 */
export async function encodeStateInput({ witness, statement, protocolVersion }: StateJob): Promise<Uint8Array> {
  const writer = new WordWriter();
  writer.number(MAGIC, 4);
  writer.word(protocolVersion);
  writer.bytes(encodeStatement(statement));
  for (const count of [witness.depth, witness.oldLeafCount, witness.newLeafCount]) writer.number(count, 4);
  writer.digests(witness.topSiblings);
  writer.digest(witness.oldSubtreeRoot);
  writer.digest(witness.newSubtreeRoot);
  writer.number(witness.operations.length, 4);
  for (const [done, operation] of witness.operations.entries()) {
    if (done % OPERATIONS_A_TURN === OPERATIONS_A_TURN - 1) await setImmediate();
    if (operation.type === "update") writeUpdate(writer, operation);
    else writeInsertion(writer, operation);
  }
  return writer.end();
}

function writeUpdate(writer: WordWriter, { entry, leafKind, key, nextKey, oldValue, siblings }: UpdateWitness): void {
  writer.number(0, 1);
  writer.number(entry.index, 4);
  writer.number(entry.isCode ? 1 : 0, 1);
  writer.word(entry.value);
  writer.number(leafKind, 1);
  writer.digest(key);
  writer.digest(nextKey);
  writer.word(oldValue);
  writer.digests(siblings);
}

function writeInsertion(writer: WordWriter, { entry, key, index, low, siblings }: InsertionWitness): void {
  writer.number(1, 1);
  writer.number(entry.leafKind, 1);
  for (const word of [entry.address, entry.slot, entry.value]) writer.word(word);
  writer.digest(key);
  writer.number(index, 4);
  writer.number(low.index, 4);
  writer.number(low.leafKind, 1);
  writer.digest(low.key);
  writer.digest(low.nextKey);
  writer.word(low.value);
  writer.digests(low.siblings);
  writer.digests(siblings);
}
