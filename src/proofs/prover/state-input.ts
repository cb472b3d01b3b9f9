import { WordReader } from "../../ground/protocol/word-stream.ts";
import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import type { InsertionWitness, StateTransitionWitness, UpdateWitness } from "../../ground/protocol/state-transition-witness.ts";
import { decodeStatement, STATEMENT_BYTES } from "../../ground/protocol/statement.ts";
import type { StateJob } from "./job.ts";

/** "HCS1": what the bytes are, and in which format. */
export const MAGIC = 0x48435331;
/** Bytes of an operation at least. */
const LEAST_OPERATION = 32;

/**
 * Inverse of `encodeStateInput`, for any bytes. Throws RangeError, or DigestError and StatementError for
 * invalid content.
 */
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
    depth,
    oldLeafCount,
    newLeafCount,
    topSiblings,
    oldSubtreeRoot,
    newSubtreeRoot,
    operations,
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
