import { setImmediate } from "node:timers/promises";
import { WordReader, WordWriter } from "../protocol/word-stream.ts";
import { LeafKind } from "../protocol/domain-tags.ts";
import type { InsertionWitness, StateTransitionWitness, UpdateWitness } from "../protocol/state-transition-witness.ts";
import { decodeStatement, encodeStatement, STATEMENT_BYTES } from "../protocol/statement.ts";
import type { StateJob } from "./job.ts";

/** "HCS1": what the bytes are, and in which format. */
const MAGIC = 0x48435331;
/** Bytes of an operation at least. */
const LEAST_OPERATION = 32;
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

/** Inverse of `encodeStateInput`, of any bytes. Throws RangeError, or DigestError and StatementError for what stands in them. */
export function decodeStateInput(bytes: Uint8Array): StateJob {
  const reader = new WordReader(bytes);
  const magic = reader.number(4);
  if (magic !== MAGIC) throw new RangeError(`the bytes begin with 0x${magic.toString(16)}: no job in this software's format`);
  const protocolVersion = reader.word();
  const statement = decodeStatement(reader.take(STATEMENT_BYTES));
  const [depth, oldLeafCount, newLeafCount] = [reader.number(4), reader.number(4), reader.number(4)];
  const topSiblings = reader.digests();
  const [oldSubtreeRoot, newSubtreeRoot] = [reader.digest(), reader.digest()];
  const operations = Array.from({ length: reader.count(LEAST_OPERATION) }, () =>
    reader.number(1) === 0 ? readUpdate(reader) : readInsertion(reader),
  );
  reader.end();
  const witness: StateTransitionWitness = {
    ...{ depth, oldLeafCount, newLeafCount, topSiblings, oldSubtreeRoot, newSubtreeRoot, operations },
  };
  return { witness, statement, protocolVersion };
}

function readUpdate(reader: WordReader): UpdateWitness {
  const [index, isCode, value] = [reader.number(4), reader.number(1) === 1, reader.word()];
  return {
    type: "update",
    entry: { type: "update", index, isCode, value },
    leafKind: leafKindOf(reader),
    key: reader.digest(),
    nextKey: reader.digest(),
    oldValue: reader.word(),
    siblings: reader.digests(),
  };
}

function readInsertion(reader: WordReader): InsertionWitness {
  const leafKind = leafKindOf(reader);
  const [address, slot, value] = [reader.word(), reader.word(), reader.word()];
  return {
    type: "insertion",
    entry: { type: "insertion", leafKind, address, slot, value },
    key: reader.digest(),
    index: reader.number(4),
    low: {
      index: reader.number(4),
      leafKind: leafKindOf(reader),
      key: reader.digest(),
      nextKey: reader.digest(),
      value: reader.word(),
      siblings: reader.digests(),
    },
    siblings: reader.digests(),
  };
}

function leafKindOf(reader: WordReader): LeafKind {
  const kind = reader.number(1);
  const known = Object.values(LeafKind).find((each) => each === kind);
  if (known === undefined) throw new RangeError(`there are no leaves of kind ${kind}`);
  return known;
}
