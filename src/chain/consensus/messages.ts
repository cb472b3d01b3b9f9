import { isPlainHex, type Hex } from "../../ground/protocol/hex.ts";
import type { Certificate } from "./certificates.ts";
import { FINALIZE, NOTARIZE, type SignedVote } from "./votes.ts";

export type SignedCertificate = Certificate<SignedVote>;

/** Messages between nodes. */
export type GroupMessage =
  | {
      readonly type: "proposal";
      readonly bytes: Uint8Array;
      readonly vote: SignedVote;
      readonly certificates: readonly SignedCertificate[];
    }
  | { readonly type: "votes"; readonly votes: readonly SignedVote[] }
  | { readonly type: "certificates"; readonly certificates: readonly SignedCertificate[] }
  /** Requests the bytes of a decision, and all final decisions above a view. */
  | { readonly type: "request"; readonly id: Hex; readonly above: number }
  | { readonly type: "answer"; readonly bytes: Uint8Array }
  /** Final decisions that follow each other, with the certificate of the last. */
  | { readonly type: "page"; readonly proposals: readonly Uint8Array[]; readonly certificate: SignedCertificate };

/**
 * True for a message in the form that nodes send. A signature does not bind the form of its fields: with capital digits in an
 * id, or another type of number, a copy of an honest vote would be another vote with the same signature.
 */
export function isGroupMessage(value: unknown): value is GroupMessage {
  const message = fieldsOf(value);
  switch (message["type"]) {
    case "proposal":
      return isBytes(message["bytes"]) && isVote(message["vote"]) && isListOf(message["certificates"], isCertificate);
    case "votes":
      return isListOf(message["votes"], isVote);
    case "certificates":
      return isListOf(message["certificates"], isCertificate);
    case "request":
      return isPlainHex(message["id"], ID_BYTES) && isCount(message["above"]);
    case "answer":
      return isBytes(message["bytes"]);
    case "page":
      return isListOf(message["proposals"], isBytes) && isCertificate(message["certificate"]);
    default:
      return false;
  }
}

/** True for a vote in the form that nodes send. Checks no signature. */
export function isVote(value: unknown): value is SignedVote {
  const { epoch, signedAt, signature } = fieldsOf(value);
  return isBallot(value) && isCount(epoch) && isCount(signedAt) && typeof signature === "string";
}

const ID_BYTES = 32;

function isCertificate(value: unknown): value is SignedCertificate {
  return isBallot(value) && isListOf(fieldsOf(value)["votes"], isVote);
}

function isBallot(value: unknown): boolean {
  const { kind, view, id } = fieldsOf(value);
  return isCount(kind) && kind >= NOTARIZE && kind <= FINALIZE && isCount(view) && isPlainHex(id, ID_BYTES);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function isListOf(value: unknown, isEach: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isEach);
}
