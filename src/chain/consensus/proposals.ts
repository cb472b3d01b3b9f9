import { NamedError } from "../../ground/errors/named-error.ts";
import { fromHex, keccak, toHex, type Hex } from "../../ground/protocol/hex.ts";

/** Header of a decision: its leader's view, and the decision that it follows. */
export interface Header {
  /** Keccak-256 of the proposal's bytes. */
  readonly id: Hex;
  readonly view: number;
  readonly parent: Hex;
}

/** Bytes of the longest proposal, header included. */
export const MAX_PROPOSAL_BYTES = 1_048_576;
const VIEW_BYTES = 8;
const HEADER_BYTES = VIEW_BYTES + 32;
export const MAX_CONTENT_BYTES = MAX_PROPOSAL_BYTES - HEADER_BYTES;

/** A stored proposal has no header. */
export class MalformedProposalError extends NamedError<"MalformedProposal"> {
  override readonly name = "MalformedProposalError";
}

/** A proposal has more bytes than nodes accept. */
export class ProposalTooLongError extends NamedError<"ProposalTooLong"> {
  override readonly name = "ProposalTooLongError";
}

/** Bytes of a proposal: view (8 bytes), parent (32), content. */
export function encodeProposal({ view, parent }: Omit<Header, "id">, content: Uint8Array): Uint8Array {
  const length = HEADER_BYTES + content.length;
  if (length > MAX_PROPOSAL_BYTES) {
    throw new ProposalTooLongError(
      "ProposalTooLong",
      `a proposal has ${length} bytes, at most ${MAX_PROPOSAL_BYTES} are allowed; put fewer commands into it`,
    );
  }
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(view));
  bytes.set(fromHex(parent, 32), VIEW_BYTES);
  bytes.set(content, HEADER_BYTES);
  return bytes;
}

/** Header of a proposal; undefined if no voter could have proposed these bytes. */
export function headerOf(bytes: Uint8Array): Header | undefined {
  if (bytes.length < HEADER_BYTES || bytes.length > MAX_PROPOSAL_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  if (view > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return { id: keccak(bytes), view: Number(view), parent: toHex(bytes.subarray(VIEW_BYTES, HEADER_BYTES)) };
}

/** Header of a proposal that this node has stored or decided. */
export function requireHeader(bytes: Uint8Array): Header {
  const header = headerOf(bytes);
  if (header !== undefined) return header;
  throw new MalformedProposalError(
    "MalformedProposal",
    `a stored proposal of ${bytes.length} bytes has no header: restore the node's files from a copy`,
  );
}

export function contentOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(HEADER_BYTES);
}
