import { partOf } from "../../circuits/shapes/stated-elements.ts";
import type { Assembler } from "../assembler.ts";
import type { CheckedShape } from "../proof-code.ts";
import type { Word } from "../relation.ts";
import { BOUNDARY, CHUNK_RUN, CHUNKS, RELISTING } from "./layout.ts";
import { childOfClass, type ClassShape, type NodeProgram, nodeProgram } from "./node-program.ts";
import { assertSame, assertZeros, beginRule } from "./rule-code.ts";
import { assertAdmittedBelow, assertChecksNoPrograms, assertChecksPrograms, statedPrograms } from "./stated-programs.ts";

const SAID = ["version", "chainId", "before", "after"] as const;

/** Statement of a chunk's run, in the form for joining chunks. */
export function chunksOfRun(run: readonly number[]): number[] {
  const zeros = new Array<number>(CHUNKS.parts.ofRun.count).fill(0);
  return [...zeros, ...SAID.flatMap((name) => partOf(run, CHUNK_RUN.parts[name])), ...statedPrograms()];
}

/** Statement of two chunks, or runs of them, that follow each other; programs are admitted by this digest. */
export function joinedChunks(left: readonly number[], right: readonly number[], programs: readonly number[]): number[] {
  return [...left.slice(0, CHUNKS.parts.after.at), ...partOf(right, CHUNKS.parts.after), ...statedPrograms(programs)];
}

/** Statement of chunks with their leaves relisted. */
export function relistedChunks(chunks: readonly number[], relisting: readonly number[], programs: readonly number[]): number[] {
  const { after } = CHUNKS.parts;
  const end = [...partOf(relisting, RELISTING.parts.after), ...partOf(chunks, after).slice(BOUNDARY.parts.root.count)];
  return [...chunks.slice(0, after.at), ...end, ...statedPrograms(programs)];
}

/** The leaf of a chunk: its proof, as chunks are joined. */
export function chunkLeaf(chunk: CheckedShape): NodeProgram {
  const name = `leaf of a chunk, heights ${chunk.shape.logRows.join(" ")}`;
  return nodeProgram(name, CHUNKS.count, [{ name: "chunk", ...chunk }], (a, statement, [run = []]) => {
    beginRule(a, "no run is open");
    assertZeros(a, partOf(statement, CHUNKS.parts.ofRun));
    for (const part of SAID) {
      beginRule(a, `${part} of the chunk`);
      assertSame(a, partOf(run, CHUNK_RUN.parts[part]), partOf(statement, CHUNKS.parts[part]));
    }
    beginRule(a, "checks no other programs");
    assertChecksNoPrograms(a, statement);
  });
}

/**
 * Joins two leaves, or joins, of chunks that follow each other: where the left one ends, the right one begins. All that a
 * boundary has is compared: roots, numbers, times, the chain of blocks' hashes, counts.
 */
export function joinProgram(chunks: ClassShape): NodeProgram {
  const children = ["left", "right"].map((name) => childOfClass(name, chunks, "stated"));
  return nodeProgram("join of chunks", CHUNKS.count, children, (a, statement, [first = [], second = []]) => {
    const { ofRun, version, chainId, before, after } = CHUNKS.parts;
    beginRule(a, "no run is open");
    for (const own of [statement, first, second]) assertZeros(a, partOf(own, ofRun));
    for (const [name, part] of Object.entries({ version, chainId })) {
      beginRule(a, `one ${name}`);
      for (const own of [first, second]) assertSame(a, partOf(own, part), partOf(statement, part));
    }
    beginRule(a, "begins with the left one");
    assertSame(a, partOf(first, before), partOf(statement, before));
    beginRule(a, "the right one begins where the left one ends");
    assertSame(a, partOf(first, after), partOf(second, before));
    beginRule(a, "ends with the right one");
    assertSame(a, partOf(second, after), partOf(statement, after));
    assertPrograms(a, statement, [first, second]);
  });
}

/**
 * Chunks whose last state relists its leaves: nothing else of them changes. Its root comes first, so that chunks may
 * continue from the other one.
 */
export function relistedProgram(chunks: ClassShape, relisting: CheckedShape): NodeProgram {
  const children = [childOfClass("chunks", chunks, "stated"), { name: "relisting", ...relisting }];
  const name = `leaves relisted, heights ${relisting.shape.logRows.join(" ")}`;
  return nodeProgram(name, CHUNKS.count, children, (a, statement, [ofChunks = [], ofRelisting = []]) => {
    const { after, ofRun } = CHUNKS.parts;
    const { root } = BOUNDARY.parts;
    beginRule(a, "no run is open");
    assertZeros(a, partOf(statement, ofRun));
    beginRule(a, "all but the last root is the chunks'");
    assertSame(a, ofChunks.slice(0, after.at), statement.slice(0, after.at));
    const [ends, said] = [partOf(ofChunks, after), partOf(statement, after)];
    assertSame(a, ends.slice(root.count), said.slice(root.count));
    beginRule(a, "the relisted state is the one with which the chunks end");
    assertSame(a, partOf(ends, root), partOf(ofRelisting, RELISTING.parts.before));
    beginRule(a, "ends with the state that it lists");
    assertSame(a, partOf(ofRelisting, RELISTING.parts.after), partOf(said, root));
    assertPrograms(a, statement, [ofChunks]);
  });
}

/** The node checks programs, and each of them that does so too has them admitted by the same digest. */
export function assertPrograms(a: Assembler, statement: readonly Word[], children: readonly (readonly Word[])[]): void {
  beginRule(a, "checks other programs");
  assertChecksPrograms(a, statement);
  beginRule(a, "programs of programs are admitted by one digest");
  for (const child of children) assertAdmittedBelow(a, child, partOf(statement, CHUNKS.parts.programs));
}
