import { partOf } from "../../circuits/shapes/stated-elements.ts";
import { LIST } from "../../circuits/state-transition/list-system.ts";
import type { Assembler } from "../assembler.ts";
import type { CheckedShape } from "../proof-code.ts";
import type { Word } from "../relation.ts";
import { BATCH, BATCH_SAID, BOUNDARY, CHUNK_RUN, CHUNKS } from "./layout.ts";
import { childOfClass, type ClassShape, type NodeProgram, nodeProgram } from "./node-program.ts";
import { assertSame, assertZeros, beginRule } from "./rule-code.ts";
import { assertAdmittedBelow, assertChecksNoPrograms, statedPrograms } from "./stated-programs.ts";

/** Elements of a batch that its list has. */
const OF_LIST = ["commitment", "outputsHash", "oldRoot", "newRoot", "diffDigest", "point", "evaluation"] as const;

/** The proofs of which a batch is made. */
interface BatchParts<Part> {
  /** Changes of its state, in their published form. */
  readonly list: Part;
  /** Execution of the batch, which ends with the list's state. */
  readonly chunks: Part;
}

/** Elements of a batch in an aggregate. */
export function batchOf({ list, chunks }: BatchParts<readonly number[]>): number[] {
  const parts: Record<keyof typeof BATCH.parts, readonly number[]> = {
    version: partOf(chunks, CHUNKS.parts.version),
    chainId: partOf(chunks, CHUNKS.parts.chainId),
    nextBatch: partOf(partOf(chunks, CHUNKS.parts.after), BOUNDARY.parts.nextBatch),
    commitment: partOf(list, LIST.parts.commitment),
    outputsHash: partOf(list, LIST.parts.outputsHash),
    oldRoot: partOf(list, LIST.parts.oldRoot),
    newRoot: partOf(list, LIST.parts.newRoot),
    diffDigest: partOf(list, LIST.parts.diffDigest),
    point: partOf(list, LIST.parts.point),
    evaluation: partOf(list, LIST.parts.evaluation),
    secondTree: new Array<number>(BATCH.parts.secondTree.count).fill(0),
  };
  return (Object.keys(BATCH.parts) as (keyof typeof parts)[]).flatMap((name) => parts[name]);
}

/** Statement of a batch's program: the batch, and that it checks no programs that repeat this. */
export function saidOfBatch(batch: readonly number[]): number[] {
  return [...batch, ...statedPrograms()];
}

/**
 * A batch: the execution of its chunks leads from the state before it to the one behind it by exactly the changes of its list.
 * What the batch's blocks, times and cheats are is not said: the outputs have it, whose hash the list shows in the state.
 * Programs of chunks are those that the digest admits.
 */
export function batchProgram(
  { list, chunks }: BatchParts<CheckedShape> & { readonly chunks: ClassShape },
  programs: readonly number[],
): NodeProgram {
  const children = [{ name: "list", ...list }, childOfClass("chunks", chunks, programs)];
  const name = `batch, heights ${list.shape.logRows.join(" ")}`;
  return nodeProgram(name, BATCH_SAID.count, children, (a, stated, [ofList = [], ofChunks = []]) => {
    beginRule(a, "no run is open");
    assertZeros(a, partOf(ofChunks, CHUNKS.parts.ofRun));
    beginRule(a, "programs of programs are admitted by one digest");
    assertAdmittedBelow(a, ofChunks, a.constants(programs));
    writeBatchRules(a, stated, { list: ofList, chunks: partsOf(ofChunks, CHUNKS.parts) });
  });
}

/** A batch of one chunk, whose proof is checked without a leaf. Its statement is the one of `batchProgram`. */
export function oneChunkBatchProgram({
  list,
  chunk,
}: {
  readonly list: CheckedShape;
  readonly chunk: CheckedShape;
}): NodeProgram {
  const children = [
    { name: "list", ...list },
    { name: "chunk", ...chunk },
  ];
  const name = `batch of one chunk, heights ${list.shape.logRows.join(" ")} and ${chunk.shape.logRows.join(" ")}`;
  return nodeProgram(name, BATCH_SAID.count, children, (a, stated, [ofList = [], run = []]) => {
    writeBatchRules(a, stated, { list: ofList, chunks: partsOf(run, CHUNK_RUN.parts) });
  });
}

/** The parts that a batch takes from the statement of its chunks. */
type ExecutedPart = "version" | "chainId" | "before" | "after";

function partsOf(
  statement: readonly Word[],
  parts: Readonly<Record<ExecutedPart, { readonly at: number; readonly count: number }>>,
): Record<ExecutedPart, readonly Word[]> {
  const { version, chainId, before, after } = parts;
  return {
    version: partOf(statement, version),
    chainId: partOf(statement, chainId),
    before: partOf(statement, before),
    after: partOf(statement, after),
  };
}

/** The rules that every batch has. */
function writeBatchRules(
  a: Assembler,
  stated: readonly Word[],
  { list, chunks }: { readonly list: readonly Word[]; readonly chunks: Record<ExecutedPart, readonly Word[]> },
): void {
  const statement = partOf(stated, BATCH_SAID.parts.batch);
  const { before, after } = chunks;
  for (const part of ["version", "chainId"] as const) {
    beginRule(a, `${part} of the chunks`);
    assertSame(a, chunks[part], partOf(statement, BATCH.parts[part]));
  }
  for (const part of OF_LIST) {
    beginRule(a, `${part} of the list`);
    assertSame(a, partOf(list, LIST.parts[part]), partOf(statement, BATCH.parts[part]));
  }
  const root = (boundary: readonly Word[]): readonly Word[] => partOf(boundary, BOUNDARY.parts.root);
  beginRule(a, "the chunks begin with the state before the list");
  assertSame(a, root(before), partOf(list, LIST.parts.oldRoot));
  beginRule(a, "the chunks end with the state behind the list");
  assertSame(a, root(after), partOf(list, LIST.parts.newRoot));
  beginRule(a, "no batch is open before it and behind it");
  for (const boundary of [before, after]) assertZeros(a, partOf(boundary, BOUNDARY.parts.open));
  writeNumber(a, chunks, partOf(statement, BATCH.parts.nextBatch));
  for (const reserved of ["secondRoot", "claims"] as const) {
    beginRule(a, `${reserved} is 0`);
    for (const boundary of [before, after]) assertZeros(a, partOf(boundary, BOUNDARY.parts[reserved]));
  }
  beginRule(a, "no second tree");
  assertZeros(a, partOf(statement, BATCH.parts.secondTree));
  beginRule(a, "checks no programs that say so");
  assertChecksNoPrograms(a, stated);
}

/** The chunks close exactly one batch: the number of the next one is higher by 1, a number of 32 bits. */
function writeNumber(
  a: Assembler,
  { before, after }: { readonly before: readonly Word[]; readonly after: readonly Word[] },
  nextBatch: readonly Word[],
): void {
  const [low, high] = partOf(before, BOUNDARY.parts.nextBatch);
  const [nextLow, nextHigh] = partOf(after, BOUNDARY.parts.nextBatch);
  beginRule(a, "one batch further");
  if (low === undefined || high === undefined || nextLow === undefined || nextHigh === undefined)
    throw new RangeError("a batch's number has two limbs");
  // Limbs have 16 bits, as proofs of runs show: their sum with 1 has 17.
  const [sum, carry] = [a.arithmetic({ linear: { factor: 1, c: low }, constant: 1 }), a.newWord()];
  a.bits(sum, { low: nextLow, high: carry });
  a.arithmetic({ product: { factor: 1, a: high, b: a.constant(1) }, linear: { factor: 1, c: carry } }, nextHigh);
  beginRule(a, "the number of the batch behind it");
  assertSame(a, [nextLow, nextHigh], nextBatch);
}
