import type { Hex } from "./hex.ts";

declare const kind: unique symbol;

/**
 * Value that identifies one thing. A plain number or text is accepted as an id, so that callers write `270n`; an id of
 * another kind does not compile.
 */
export type Id<Value, Kind extends string> = Value & { readonly [kind]?: Kind };

/** Id of a chain or of L1, in the form of contracts and hashes; in JSON it is a plain number. */
export type ChainId = Id<bigint, "ChainId">;
/** Number of a batch in its chain. */
export type BatchNumber = Id<bigint, "BatchNumber">;
/** Number of a block in its chain. */
export type BlockNumber = Id<bigint, "BlockNumber">;
/** keccak256 of a message's body, which is also what a bundle is named by; with the chain that sent it, it names a message. */
export type MessageHash = Id<Hex, "MessageHash">;
/** `canonicalTxHash` of an operation of L1's queue. */
export type OperationHash = Id<Hex, "OperationHash">;
