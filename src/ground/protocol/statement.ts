import { NamedError } from "../errors/named-error.ts";
import { digestFromHex, digestToHex, elementsFromBytes, elementsToBytes, type Digest } from "./digest.ts";
import type { Quintic } from "./evaluation.ts";
import { fromHex, toHex, type Hex } from "./hex.ts";

/** Statement of a batch's proof, in addition to the verification key. */
export interface BatchStatement {
  readonly commitment: Hex;
  readonly oldStateRoot: Digest;
  readonly newStateRoot: Digest;
  /** D, the digest of the complete diff list. */
  readonly diffDigest: Digest;
  /** r. */
  readonly point: Quintic;
  /** y. */
  readonly evaluation: Quintic;
  readonly outputsHash: Hex;
}

/** Bytes of an encoded statement: five words and two quintic elements. */
export const STATEMENT_BYTES = 200;

/**
 * commitment ‖ oldStateRoot ‖ newStateRoot ‖ D ‖ r ‖ y ‖ outputsHash, packed: the bytes that prover and verifier put into
 * their transcripts. Throws DigestError for an element that is not canonical, HexError for a hash that is not 32 bytes.
 */
export function encodeStatement(statement: BatchStatement): Uint8Array {
  const parts = [
    fromHex(statement.commitment, 32),
    fromHex(digestToHex(statement.oldStateRoot)),
    fromHex(digestToHex(statement.newStateRoot)),
    fromHex(digestToHex(statement.diffDigest)),
    elementsToBytes(statement.point),
    elementsToBytes(statement.evaluation),
    fromHex(statement.outputsHash, 32),
  ];
  const bytes = new Uint8Array(STATEMENT_BYTES);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Inverse of `encodeStatement`. Throws StatementError for another length, DigestError for an element ≥ p. */
export function decodeStatement(bytes: Uint8Array): BatchStatement {
  if (bytes.length !== STATEMENT_BYTES) {
    throw new StatementError("StatementLength", `a statement has ${STATEMENT_BYTES} bytes, got ${bytes.length}`);
  }
  const word = (offset: number): Hex => toHex(bytes.subarray(offset, offset + 32));
  return {
    commitment: word(0),
    oldStateRoot: digestFromHex(word(32)),
    newStateRoot: digestFromHex(word(64)),
    diffDigest: digestFromHex(word(96)),
    point: quinticFromBytes(bytes.subarray(128, 148)),
    evaluation: quinticFromBytes(bytes.subarray(148, 168)),
    outputsHash: word(168),
  };
}

/** Element of 20 bytes. Throws DigestError for one that is not canonical. */
export function quinticFromBytes(bytes: Uint8Array): Quintic {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = elementsFromBytes(bytes);
  return [a, b, c, d, e];
}

/** Error for bytes that do not encode a statement. */
export class StatementError extends NamedError<"StatementLength"> {
  override readonly name = "StatementError";
}
