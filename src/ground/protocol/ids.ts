import type { Hex } from "./hex.ts";

declare const kind: unique symbol;

/**
 * A value that stands for one thing. A plain number or text is taken where an id is asked for, so that callers write `270n`; an
 * id of another kind does not compile.
 */
export type Id<Value, Kind extends string> = Value & { readonly [kind]?: Kind };

/** Of a chain or of L1, as contracts and hashes have it; at JSON's edge it is a plain number. */
export type ChainId = Id<bigint, "ChainId">;
/** Of a batch within its chain. */
export type BatchNumber = Id<bigint, "BatchNumber">;
/** Of a block within its chain. */
export type BlockNumber = Id<bigint, "BlockNumber">;
/** keccak256 of a message's body, which is also what a bundle is named by; with the chain that sent it, it names a message. */
export type MessageHash = Id<Hex, "MessageHash">;
/** `canonicalTxHash` of an operation of L1's queue. */
export type OperationHash = Id<Hex, "OperationHash">;
