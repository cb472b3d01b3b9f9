import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";
import { quantity } from "./quantities.ts";

/** The id of a snapshot as `evm_snapshot` tells it. Throws RpcError. */
export function snapshotParameter(value: unknown): Hex {
  const isId = typeof value === "number" || (typeof value === "string" && /^(?:0x[0-9a-f]{1,16}|[0-9]{1,19})$/i.test(value));
  if (isId) return hexQuantity(quantity(value));
  throw new RpcError(RpcCode.invalidParams, "the first parameter is the id that evm_snapshot told, such as 0x1");
}

/** Throws RpcError. */
export function booleanParameter(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new RpcError(RpcCode.invalidParams, "the first parameter is a boolean: true or false");
}

/** True if a block is asked for with its transactions; their hashes are the default. Throws RpcError. */
export function wholeParameter(isWhole: unknown): boolean {
  if (isWhole === undefined || isWhole === null) return false;
  if (typeof isWhole === "boolean") return isWhole;
  throw new RpcError(
    RpcCode.invalidParams,
    "the second parameter is a boolean: true for whole transactions, false for their hashes",
  );
}

/** 32 bytes, in lower case. Throws RpcError. */
export function hashParameter(value: unknown): Hex {
  if (typeof value === "string" && /^0x[0-9a-fA-F]{64}$/.test(value)) return value.toLowerCase() as Hex;
  throw new RpcError(RpcCode.invalidParams, `${(JSON.stringify(value) ?? "undefined").slice(0, 80)} is not a hash of 32 bytes`);
}
