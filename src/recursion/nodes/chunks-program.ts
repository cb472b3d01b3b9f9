import { partOf } from "../../circuits/shapes/stated-elements.ts";
import type { CheckedShape } from "../proof-code.ts";
import { CHUNK_RUN, CHUNKS } from "./layout.ts";
import { type NodeProgram, nodeProgram } from "./node-program.ts";
import { assertSame, assertZeros, beginRule } from "./rule-code.ts";

const SAID = ["version", "chainId", "before", "after"] as const;

/** What the proof of a chunk's run says, as chunks are joined. */
export function chunksOfRun(run: readonly number[]): number[] {
  const zeros = new Array<number>(CHUNKS.parts.ofRun.count).fill(0);
  return [...zeros, ...SAID.flatMap((name) => partOf(run, CHUNK_RUN.parts[name]))];
}

/** What stands for two chunks, or runs of them, that follow each other. */
export function joinedChunks(left: readonly number[], right: readonly number[]): number[] {
  return [...left.slice(0, CHUNKS.parts.after.at), ...partOf(right, CHUNKS.parts.after)];
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
  });
}

/**
 * Joins two leaves, or joins, of chunks that follow each other: where the left one ends, the right one begins. All that a
 * boundary has is compared: roots, numbers, times, the chain of blocks' hashes, counts.
 */
export function joinProgram(left: CheckedShape, right: CheckedShape): NodeProgram {
  const children = [
    { name: "left", ...left },
    { name: "right", ...right },
  ];
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
  });
}
