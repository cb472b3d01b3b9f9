import { NamedError } from "../../ground/errors/named-error.ts";
import { isCanonical } from "../../proofs/field/koala-bear.ts";
import { LeafKind, OUTPUTS_LEAF_INDEX } from "../../ground/protocol/domain-tags.ts";
import type { Digest } from "../../ground/protocol/state-transition-witness.ts";
import { DIGEST_LENGTH } from "./digest-array.ts";
import type { LeafStore } from "./leaf-store.ts";
import { createWords, WORD_PARTS } from "./word-array.ts";

/** "HCT1": file type and version of the dump. */
const MAGIC = 0x31544348;
const HEADER_BYTES = 8 + 4 * DIGEST_LENGTH;
const DIGEST_BYTES = 4 * DIGEST_LENGTH;
const WORD_BYTES = 4 * WORD_PARTS;
const LEAF_BYTES = DIGEST_BYTES + WORD_BYTES + 1;
const KINDS = Object.values(LeafKind);

/**
 * All leaves by index as little-endian bytes: magic (4) ‖ leaf count (4) ‖ state root (32) ‖ keys (32 each) ‖
 * values (32 each) ‖ kinds (1 each). Order and nodes follow from the leaves and are rebuilt.
 */
export function encodeLeaves(store: LeafStore, root: Digest): Uint8Array {
  const { count } = store;
  const bytes = new Uint8Array(HEADER_BYTES + count * LEAF_BYTES);
  const header = new DataView(bytes.buffer);
  header.setUint32(0, MAGIC, true);
  header.setUint32(4, count, true);
  root.forEach((element, i) => header.setUint32(8 + 4 * i, element, true));
  const { keys, words } = store;
  bytes.set(new Uint8Array(keys.buffer, keys.byteOffset, count * DIGEST_BYTES), HEADER_BYTES);
  const values = new Uint8Array(words.parts.buffer, words.parts.byteOffset, count * WORD_BYTES);
  bytes.set(values, HEADER_BYTES + count * DIGEST_BYTES);
  for (let leaf = 0; leaf < count; leaf++) {
    bytes[HEADER_BYTES + count * (DIGEST_BYTES + WORD_BYTES) + leaf] = store.kind(leaf);
  }
  return bytes;
}

/**
 * Fills an empty store from a dump. Returns the state root that the dump says: a wrong byte surfaces where it is compared with
 * that of the leaves. Throws LeafDumpError.
 */
export function decodeLeaves(bytes: Uint8Array, store: LeafStore, maxLeafCount: number): Digest {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || header.getUint32(0, true) !== MAGIC) {
    throw new LeafDumpError("dump-format", "the bytes are not a state tree dump of this version");
  }
  const count = header.getUint32(4, true);
  if (count <= OUTPUTS_LEAF_INDEX || count > maxLeafCount || bytes.length !== HEADER_BYTES + count * LEAF_BYTES) {
    throw new LeafDumpError("dump-length", `${bytes.length} bytes cannot hold ${count} leaves`);
  }
  // Copied, so that the words are aligned whatever the dump's offset is.
  const keys = new Uint32Array(bytes.slice(HEADER_BYTES, HEADER_BYTES + count * DIGEST_BYTES).buffer);
  const words = createWords(count);
  const valuesStart = HEADER_BYTES + count * DIGEST_BYTES;
  new Uint8Array(words.parts.buffer).set(bytes.subarray(valuesStart, valuesStart + count * WORD_BYTES));
  const kindsStart = valuesStart + count * WORD_BYTES;
  if (keys.subarray(0, DIGEST_LENGTH).some((element) => element !== 0)) {
    throw new LeafDumpError("dump-sentinel", "leaf 0 is not the sentinel");
  }
  const noncanonical = keys.findIndex((element) => !isCanonical(element));
  if (noncanonical !== -1) {
    throw new LeafDumpError("dump-key", `the key of leaf ${Math.floor(noncanonical / DIGEST_LENGTH)} is not canonical`);
  }
  store.reserve(count);
  for (let leaf = 0; leaf < count; leaf++) {
    store.append(parseKind(bytes[kindsStart + leaf], leaf), keys, leaf, words, leaf);
  }
  const duplicate = store.linkAll();
  if (duplicate !== undefined) throw new LeafDumpError("dump-key", `the key of leaf ${duplicate} occurs twice`);
  return Array.from({ length: DIGEST_LENGTH }, (_, i) => header.getUint32(8 + 4 * i, true));
}

function parseKind(byte: number | undefined, leaf: number): LeafKind {
  const kind = KINDS.find((other) => other === byte);
  if (kind === undefined) throw new LeafDumpError("dump-kind", `leaf ${leaf} has the unknown kind ${byte}`);
  return kind;
}

type LeafDumpErrorCode = "dump-format" | "dump-length" | "dump-sentinel" | "dump-key" | "dump-kind" | "dump-root";

/** Bytes that are not the intact dump of a state tree. */
export class LeafDumpError extends NamedError<LeafDumpErrorCode> {
  override readonly name = "LeafDumpError";
}
