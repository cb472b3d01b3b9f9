import { BOUNDARY_WORDS, type Boundary, type RunEnvironment } from "../../machine/interpreter/environment.ts";
import type { Hint } from "../../machine/interpreter/machine-state.ts";
import type { Digest } from "../../../ground/protocol/digest.ts";
import { LeafKind } from "../../../ground/protocol/domain-tags.ts";
import { WordReader, WordWriter } from "../../../ground/protocol/word-stream.ts";
import type { ExecutionWitness } from "./batch-witness.ts";
import type { BlockLink } from "./block-links.ts";
import type { ChunkEnds, Joint } from "./chunk-statement.ts";
import type { PartialLeaf, PlacedNode, TreePart } from "./partial-tree.ts";

/** All that proofs of some consecutive steps of a batch are made from. Plain data. */
export interface ChunkInput extends Omit<ExecutionWitness, "kind"> {
  readonly protocolVersion: bigint;
  /** Place of the first step among the batch's. */
  readonly firstStep: number;
  /** Cells that the proof of several steps may have. */
  readonly mostCells: number;
  /** Root of `state`. */
  readonly rootBefore: Digest;
  /** With what the steps end. */
  readonly after: Joint;
}

/** "HCC3": what the bytes are, and in which format. */
const MAGIC = 0x48434333;
/** Bytes at least of a list's entries. */
const LEAST = { step: 4, hint: 32, code: 36, link: 96, leaf: 101, node: 37 };

/**
 * magic (4) ‖ protocol version (32) ‖ first step (4) ‖ most cells (8) ‖ chain id, base fee, block gas limit (32 each) ‖ before,
 * after: the boundary's words in their order (32 each), root ‖ steps, each a list of hints (32 each) ‖ codes, each: digest (32),
 * length (4), bytes ‖ links, each: hash, before, digest (32 each) ‖ leaf count (4) ‖ leaves,
 * each: place (4), kind (1), key, next key, value (32) ‖ nodes, each: height (1), place (4), digest. Lists and numbers as
 * `WordWriter` has them.
 */
export function encodeChunkInput(input: ChunkInput): Uint8Array {
  const writer = new WordWriter();
  const { environment, state, after } = input;
  writer.number(MAGIC, 4);
  writer.word(input.protocolVersion);
  writer.number(input.firstStep, 4);
  writer.number(input.mostCells, 8);
  for (const word of [environment.chainId, environment.baseFee, environment.blockGasLimit]) writer.word(word);
  writeJoint(writer, { boundary: environment.boundary, root: input.rootBefore });
  writeJoint(writer, after);
  writer.list(input.steps, (hints) => writer.list(hints, (hint) => writer.word(hint)));
  writer.list([...input.codes], ([digest, code]) => {
    writer.word(digest);
    writer.sized(code);
  });
  writer.list(input.links, ({ hash, before, digest }) => [hash, before, digest].forEach((word) => writer.word(word)));
  writer.number(state.leafCount, 4);
  writer.list(state.leaves, (leaf) => writeLeaf(writer, leaf));
  writer.list(state.nodes, ({ height, index, digest }) => {
    writer.number(height, 1);
    writer.number(index, 4);
    writer.digest(digest);
  });
  return writer.end();
}

/** Inverse of `encodeChunkInput`, of any bytes. Throws RangeError or DigestError. */
export function decodeChunkInput(bytes: Uint8Array): ChunkInput {
  const reader = begin(bytes);
  const { environment: shared, before, after, ...head } = readHead(reader);
  const environment: RunEnvironment = { ...shared, boundary: before.boundary };
  const steps = reader.list(LEAST.step, (): Hint[] => reader.list(LEAST.hint, () => reader.word()));
  const codes = new Map(reader.list(LEAST.code, () => [reader.word(), reader.sized().slice()] as const));
  const links = reader.list(LEAST.link, (): BlockLink => ({ hash: reader.word(), before: reader.word(), digest: reader.word() }));
  const state: TreePart = {
    leafCount: reader.number(4),
    leaves: reader.list(LEAST.leaf, () => readLeaf(reader)),
    nodes: reader.list(LEAST.node, (): PlacedNode => {
      const [height, index] = [reader.number(1), reader.number(4)];
      return { height, index, digest: reader.digest() };
    }),
  };
  reader.end();
  return { ...head, environment, rootBefore: before.root, after, steps, codes, links, state };
}

/** Between which joints a chunk stands, of the bytes of its input. Throws RangeError or DigestError. */
export function chunkEnds(input: Uint8Array): ChunkEnds {
  const { environment, before, after } = readHead(begin(input));
  return { environment, before, after };
}

function readHead(reader: WordReader): ChunkEnds & Pick<ChunkInput, "protocolVersion" | "firstStep" | "mostCells"> {
  const [protocolVersion, firstStep, mostCells] = [reader.word(), reader.number(4), reader.number(8)];
  const [chainId, baseFee, blockGasLimit] = [reader.word(), reader.word(), reader.word()];
  const [before, after] = [readJoint(reader), readJoint(reader)];
  return { protocolVersion, firstStep, mostCells, environment: { chainId, baseFee, blockGasLimit }, before, after };
}

function begin(bytes: Uint8Array): WordReader {
  const reader = new WordReader(bytes);
  const magic = reader.number(4);
  if (magic !== MAGIC) throw new RangeError(`the bytes begin with 0x${magic.toString(16)}: no chunk in this software's format`);
  return reader;
}

function writeJoint(writer: WordWriter, { boundary, root }: Joint): void {
  for (const name of BOUNDARY_WORDS) writer.word(boundary[name]);
  writer.digest(root);
}

function readJoint(reader: WordReader): Joint {
  const words = BOUNDARY_WORDS.map((name) => [name, reader.word()] as const);
  return { boundary: Object.fromEntries(words) as Record<keyof Boundary, bigint>, root: reader.digest() };
}

function writeLeaf(writer: WordWriter, { index, leafKind, key, nextKey, value }: PartialLeaf): void {
  writer.number(index, 4);
  writer.number(leafKind, 1);
  writer.digest(key);
  writer.digest(nextKey);
  writer.word(value);
}

function readLeaf(reader: WordReader): PartialLeaf {
  const [index, kind] = [reader.number(4), reader.number(1)];
  const leafKind = Object.values(LeafKind).find((each) => each === kind);
  if (leafKind === undefined) throw new RangeError(`there are no leaves of kind ${kind}`);
  return { index, leafKind, key: reader.digest(), nextKey: reader.digest(), value: reader.word() };
}
