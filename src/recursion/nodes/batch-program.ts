import { partOf, type StatedElements } from "../../circuits/shapes/stated-elements.ts";
import { LIST } from "../../circuits/state-transition/list-system.ts";
import type { Assembler } from "../assembler.ts";
import type { CheckedShape } from "../proof-code.ts";
import type { Word } from "../relation.ts";
import { BATCH, BOUNDARY, CHUNKS, RELISTING } from "./layout.ts";
import { type NodeChild, type NodeProgram, nodeProgram } from "./node-program.ts";
import { assertSame, assertZeros, beginRule } from "./rule-code.ts";

/** What is said of a batch as its list says it. */
const OF_LIST = ["commitment", "outputsHash", "oldRoot", "newRoot", "diffDigest", "point", "evaluation"] as const;

/** The proofs of which a batch is made. */
interface BatchParts<Part> {
  /** Of its changes of state, as they are published. */
  readonly list: Part;
  /** Of its execution. */
  readonly chunks: Part;
  /** Of the leaves that it lists anew, where the execution left them in another order than the list. */
  readonly relisting?: Part;
}

/** What a batch is in an aggregate. */
export function batchOf({ list, chunks }: Pick<BatchParts<readonly number[]>, "list" | "chunks">): number[] {
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

/**
 * A batch: the execution of its chunks leads from the state before it to the one behind it by exactly the changes of its list.
 * What the batch's blocks, times and cheats are is not said: the outputs have it, whose hash the list shows in the state.
 */
export function batchProgram({ list, chunks, relisting }: BatchParts<CheckedShape>): NodeProgram {
  const children: NodeChild[] = [
    { name: "list", ...list },
    { name: "chunks", ...chunks },
    ...(relisting === undefined ? [] : [{ name: "relisting", ...relisting }]),
  ];
  const name = relisting === undefined ? "batch" : "batch with leaves listed anew";
  return nodeProgram(name, BATCH.count, children, (a, statement, [ofList = [], ofChunks = [], ofRelisting]) => {
    const [before, after] = [partOf(ofChunks, CHUNKS.parts.before), partOf(ofChunks, CHUNKS.parts.after)];
    beginRule(a, "no run is open");
    assertZeros(a, partOf(ofChunks, CHUNKS.parts.ofRun));
    for (const part of ["version", "chainId"] as const) {
      beginRule(a, `${part} of the chunks`);
      assertSame(a, partOf(ofChunks, CHUNKS.parts[part]), partOf(statement, BATCH.parts[part]));
    }
    for (const part of OF_LIST) {
      beginRule(a, `${part} of the list`);
      assertSame(a, partOf(ofList, LIST.parts[part]), partOf(statement, BATCH.parts[part]));
    }
    writeRoots(a, { before, after, ofList, ofRelisting });
    beginRule(a, "no batch is open before it and behind it");
    for (const boundary of [before, after]) assertZeros(a, partOf(boundary, BOUNDARY.parts.open));
    writeNumber(a, { before, after }, partOf(statement, BATCH.parts.nextBatch));
    for (const reserved of ["secondRoot", "claims"] as const) {
      beginRule(a, `${reserved} is 0`);
      for (const boundary of [before, after]) assertZeros(a, partOf(boundary, BOUNDARY.parts[reserved]));
    }
    beginRule(a, "no second tree");
    assertZeros(a, partOf(statement, BATCH.parts.secondTree));
  });
}

/** The chunks lead from the list's state to its other one, or to the same leaves in another order. */
function writeRoots(
  a: Assembler,
  {
    before,
    after,
    ofList,
    ofRelisting,
  }: {
    readonly before: readonly Word[];
    readonly after: readonly Word[];
    readonly ofList: readonly Word[];
    readonly ofRelisting: readonly Word[] | undefined;
  },
): void {
  const root = (boundary: readonly Word[]): readonly Word[] => partOf(boundary, BOUNDARY.parts.root);
  const listed = (part: StatedElements): readonly Word[] => partOf(ofList, part);
  beginRule(a, "the chunks begin with the state before the list");
  assertSame(a, root(before), listed(LIST.parts.oldRoot));
  if (ofRelisting === undefined) {
    beginRule(a, "the chunks end with the state behind the list");
    assertSame(a, root(after), listed(LIST.parts.newRoot));
    return;
  }
  beginRule(a, "what is listed anew is the state with which the chunks end");
  assertSame(a, root(after), partOf(ofRelisting, RELISTING.parts.before));
  beginRule(a, "listed anew it is the state behind the list");
  assertSame(a, partOf(ofRelisting, RELISTING.parts.after), listed(LIST.parts.newRoot));
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
