import { createHash } from "node:crypto";
import { NamedError } from "../../ground/errors/named-error.ts";

const LENGTH_BYTES = 4;
const CHECK_BYTES = 8;
const HEAD_BYTES = LENGTH_BYTES + CHECK_BYTES + CHECK_BYTES;

/** A record of a node's stored votes differs from its digest, with records after it. */
export class DamagedFileError extends NamedError<"DamagedFile"> {
  override readonly name = "DamagedFileError";
}

/** Stored record: length, digest of the length, digest of the content, content. */
export function frameOf(content: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEAD_BYTES + content.length);
  new DataView(frame.buffer).setUint32(0, content.length);
  frame.set(digest(frame.subarray(0, LENGTH_BYTES)), LENGTH_BYTES);
  frame.set(digest(content), LENGTH_BYTES + CHECK_BYTES);
  frame.set(content, HEAD_BYTES);
  return frame;
}

/**
 * Records of a file, and how many of its bytes are whole. Bytes after them are a record that a crash left unfinished: a part of
 * it, one of the right length with other content, or zeros after a part of its head. Anything else means that stored records were
 * lost.
 */
export function readFrames(file: Uint8Array): { readonly contents: readonly Uint8Array[]; readonly wholeBytes: number } {
  const contents: Uint8Array[] = [];
  let at = 0;
  while (at < file.length) {
    const rest = file.subarray(at);
    const length = lengthOf(rest);
    if (length === undefined && isTorn(rest)) break;
    if (length === undefined) throw damagedAt(at, "the length of a record");
    const end = at + HEAD_BYTES + length;
    if (end > file.length) break;
    const content = file.subarray(at + HEAD_BYTES, end);
    const isGood = equal(digest(content), rest.subarray(LENGTH_BYTES + CHECK_BYTES, HEAD_BYTES));
    if (!isGood && (end === file.length || isZero(file.subarray(end)))) break;
    if (!isGood) throw damagedAt(at, "a record");
    contents.push(content);
    at = end;
  }
  return { contents, wholeBytes: at };
}

/** Length in a record's head; undefined if its digest is another. */
function lengthOf(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEAD_BYTES) return undefined;
  const length = bytes.subarray(0, LENGTH_BYTES);
  if (!equal(digest(length), bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + CHECK_BYTES))) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}

function isTorn(rest: Uint8Array): boolean {
  return isZero(rest.subarray(HEAD_BYTES));
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}

function digest(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest().subarray(0, CHECK_BYTES);
}

function damagedAt(at: number, part: string): DamagedFileError {
  return new DamagedFileError(
    "DamagedFile",
    `${part} at byte ${at} has another digest, with records after it: votes may be lost, so this node must not vote; ` +
      "restore the file, or let the node follow until its validator is replaced",
  );
}
