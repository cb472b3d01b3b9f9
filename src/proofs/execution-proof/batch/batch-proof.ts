import { type Boundary, BOUNDARY_WORDS } from "../../machine/interpreter/environment.ts";
import {
  DIGEST_ELEMENTS,
  type Digest,
  DigestError,
  elementsFromBytes,
  elementsToBytes,
} from "../../../ground/protocol/digest.ts";
import { LeafKind } from "../../../ground/protocol/domain-tags.ts";
import { fromHex, toHex, wordToHex } from "../../../ground/protocol/hex.ts";
import { isStated } from "./kernel-statement.ts";
import { ExecutionProofError } from "./execution-proof-error.ts";
import type { PartialLeaf } from "./partial-tree.ts";
import type { Relisting } from "./relisting.ts";

/** A chunk's proof, and with what the chunk ends. */
export interface ChunkProof {
  readonly boundary: Boundary;
  readonly root: Digest;
  readonly proof: Uint8Array;
}

/** The proof of a batch's execution: its chunks in order. */
export interface ExecutionBatchProof {
  /** Digest of the verification key. */
  readonly program: Uint8Array;
  readonly protocolVersion: bigint;
  readonly chainId: bigint;
  readonly batchNumber: bigint;
  /** Chain of blocks' hashes at the start of the first chunk, which L1's records lack. */
  readonly blockHashes: bigint;
  readonly rootBefore: Digest;
  readonly chunks: readonly ChunkProof[];
  /** Relisting of the leaves, if the last chunk's root differs from L1's. */
  readonly relisting: Relisting | undefined;
}

/** "HCX2": what the bytes are, and in which format. In the first one, chunks had statements of whole words. */
const MAGIC = 0x48435832;
const MAGIC_FAMILY = 0x484358;
const WORD_BYTES = 32;
const DIGEST_BYTES = 4 * DIGEST_ELEMENTS;
/** More than any batch has. */
const MOST_CHUNKS = 4096;
/** Bytes of a chunk at least, and of a leaf and of a node of a relisting. */
const LEAST = {
  chunk: BOUNDARY_WORDS.length * WORD_BYTES + DIGEST_BYTES + 4,
  leaf: 4 + 1 + 2 * DIGEST_BYTES + WORD_BYTES,
  node: DIGEST_BYTES,
};

/**
 * magic (4) ‖ program (32) ‖ protocol version, chain id, batch number, chain of blocks' hashes (32 each) ‖ root before (32) ‖
 * chunks (4), each: boundary's words in their order (32 each) ‖ root (32) ‖ length (4) ‖ proof ‖ relisting: 0 (1), or 1 (1) ‖
 * first place (4) ‖ leaves listed (4), leaves linked (4), each: place (4), kind (1), key, next key, value (32 each) ‖ nodes (4),
 * 32 each. Numbers are big-endian, digests as docs/protocol.md has them. A chunk's proof is that of a whole run, or those of its
 * segments (`stark/segments/encode-run.ts`).
 */
export function encodeBatchProof(proof: ExecutionBatchProof): Uint8Array {
  const parts: Uint8Array[] = [number(MAGIC, 4), proof.program];
  for (const value of [proof.protocolVersion, proof.chainId, proof.batchNumber, proof.blockHashes]) parts.push(word(value));
  parts.push(elementsToBytes(proof.rootBefore), number(proof.chunks.length, 4));
  for (const { boundary, root, proof: bytes } of proof.chunks) {
    parts.push(...BOUNDARY_WORDS.map((name) => word(boundary[name])), elementsToBytes(root), number(bytes.length, 4), bytes);
  }
  const { relisting } = proof;
  parts.push(number(relisting === undefined ? 0 : 1, 1));
  if (relisting !== undefined) parts.push(encodeRelisting(relisting));
  return Uint8Array.from(Buffer.concat(parts));
}

/** Encoding in a batch's proof, after the 1. */
export function encodeRelisting({ first, listed, linked, siblings }: Relisting): Uint8Array {
  const parts = [number(first, 4)];
  for (const leaves of [listed, linked]) {
    parts.push(number(leaves.length, 4));
    for (const leaf of leaves) parts.push(...leafBytes(leaf));
  }
  parts.push(number(siblings.length, 4), Buffer.concat(siblings.map(elementsToBytes)));
  return Uint8Array.from(Buffer.concat(parts));
}

/** Inverse of `encodeRelisting`, of any bytes. Throws ExecutionProofError Malformed. */
export function decodeRelisting(bytes: Uint8Array): Relisting {
  const reader = new Reader(bytes);
  const relisting = readRelisting(reader);
  reader.end();
  return relisting;
}

function leafBytes({ index, leafKind, key, nextKey, value }: PartialLeaf): Uint8Array[] {
  return [number(index, 4), number(leafKind, 1), elementsToBytes(key), elementsToBytes(nextKey), word(value)];
}

function word(value: bigint): Uint8Array {
  return fromHex(wordToHex(value));
}

function number(value: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256);
}

function readProgram(reader: Reader): Pick<ExecutionBatchProof, "program" | "protocolVersion"> {
  const magic = reader.number(4, "magic");
  if (magic !== MAGIC) {
    const code = Math.floor(magic / 256) === MAGIC_FAMILY ? "OtherFormat" : "Malformed";
    throw new ExecutionProofError(code, `the bytes begin with 0x${magic.toString(16)}: no proof in the format of this software`);
  }
  const program = reader.take(WORD_BYTES, "program");
  return { program, protocolVersion: reader.word("protocol version") };
}

/** Inverse of `encodeBatchProof`, of any bytes. Throws ExecutionProofError Malformed or OtherFormat. */
export function decodeBatchProof(bytes: Uint8Array): ExecutionBatchProof {
  const reader = new Reader(bytes);
  const { program, protocolVersion } = readProgram(reader);
  const chainId = reader.word("chain id");
  const batchNumber = reader.word("batch number");
  const blockHashes = statedWord("blockHashes", reader.word("chain of blocks' hashes"));
  const rootBefore = reader.digest("root before");
  const chunkCount = reader.count(LEAST.chunk, MOST_CHUNKS, "chunks");
  if (chunkCount === 0) throw new ExecutionProofError("Malformed", "the proof has no chunk");
  const chunks = Array.from({ length: chunkCount }, () => readChunk(reader));
  const isRelisted = reader.number(1, "relisting");
  if (isRelisted > 1) throw new ExecutionProofError("Malformed", `the relisting's mark is ${isRelisted}`);
  const relisting = isRelisted === 1 ? readRelisting(reader) : undefined;
  reader.end();
  return { program, protocolVersion, chainId, batchNumber, blockHashes, rootBefore, chunks, relisting };
}

/** Word of a boundary that a statement has. */
function statedWord(name: keyof Boundary, word: bigint): bigint {
  if (!isStated(name, word)) throw new ExecutionProofError("Malformed", `no boundary has ${word} as its ${name}`);
  return word;
}

function readChunk(reader: Reader): ChunkProof {
  const words = BOUNDARY_WORDS.map((name) => [name, statedWord(name, reader.word(name))] as const);
  const boundary = Object.fromEntries(words) as Record<keyof Boundary, bigint>;
  const root = reader.digest("chunk's root");
  return { boundary, root, proof: reader.take(reader.number(4, "length of a chunk's proof"), "chunk's proof") };
}

function readRelisting(reader: Reader): Relisting {
  const first = reader.number(4, "first place");
  const leaves = (name: string): PartialLeaf[] =>
    Array.from({ length: reader.count(LEAST.leaf, Infinity, name) }, () => ({
      index: reader.number(4, "place"),
      leafKind: leafKind(reader.number(1, "kind")),
      key: reader.digest("key"),
      nextKey: reader.digest("next key"),
      value: reader.word("value"),
    }));
  const [listed, linked] = [leaves("listed leaves"), leaves("linked leaves")];
  const siblings = Array.from({ length: reader.count(LEAST.node, Infinity, "nodes") }, () => reader.digest("node"));
  return { first, listed, linked, siblings };
}

function leafKind(kind: number): LeafKind {
  const known = Object.values(LeafKind).find((each) => each === kind);
  if (known === undefined) throw new ExecutionProofError("Malformed", `there are no leaves of kind ${kind}`);
  return known;
}

/** Reads bytes of anybody's. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(length: number, subject: string): Uint8Array {
    const left = this.#bytes.length - this.#at;
    if (length > left) throw new ExecutionProofError("Malformed", `${subject}: ${length} bytes, where ${left} are left`);
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  number(bytes: number, subject: string): number {
    return this.take(bytes, subject).reduce((value, byte) => 256 * value + byte, 0);
  }

  word(subject: string): bigint {
    return BigInt(toHex(this.take(WORD_BYTES, subject)));
  }

  digest(subject: string): Digest {
    const bytes = this.take(DIGEST_BYTES, subject);
    try {
      return elementsFromBytes(bytes);
    } catch (cause) {
      if (!(cause instanceof DigestError)) throw cause;
      throw new ExecutionProofError("Malformed", `${subject}: an element is not below the field's modulus`, { cause });
    }
  }

  /** Reads the number of entries that follow, of `minBytes` bytes at least: at most as many as there are bytes for. */
  count(minBytes: number, maxCount: number, subject: string): number {
    const count = this.number(4, subject);
    const room = Math.min(maxCount, Math.floor((this.#bytes.length - this.#at) / minBytes));
    if (count > room) throw new ExecutionProofError("Malformed", `${count} ${subject}, where there is room for ${room}`);
    return count;
  }

  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw new ExecutionProofError("Malformed", `${left} bytes behind the proof's end`);
  }
}
