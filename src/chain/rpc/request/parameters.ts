import { hexQuantity, type Hex } from "../../../protocol/hex.ts";
import { quantity } from "./call-request.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";

/** A number that clients send as one or in hexadecimal digits. Throws RpcError. */
export function numberParameter(value: unknown): bigint {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : quantity(value);
}

/** Seconds, or a count: clients send them as numbers, in decimal digits or as hexadecimal quantities. Throws RpcError. */
export function secondsParameter(value: unknown): bigint {
  return typeof value === "string" && /^[0-9]{1,20}$/.test(value) ? BigInt(value) : numberParameter(value);
}

/** The id of a snapshot as `evm_snapshot` tells it. Throws RpcError. */
export function snapshotParameter(value: unknown): Hex {
  const isId = typeof value === "number" || (typeof value === "string" && /^0x[0-9a-f]{1,16}$/i.test(value));
  if (isId) return hexQuantity(numberParameter(value));
  throw new RpcError(RpcCode.invalidParams, "the first parameter is the id that evm_snapshot told, such as 0x1");
}

/** Throws RpcError. */
export function booleanParameter(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new RpcError(RpcCode.invalidParams, "the first parameter is a boolean: true or false");
}

/** 32 bytes, in lower case. Throws RpcError. */
export function hashParameter(value: unknown): Hex {
  if (typeof value === "string" && /^0x[0-9a-fA-F]{64}$/.test(value)) return value.toLowerCase() as Hex;
  throw new RpcError(RpcCode.invalidParams, `${(JSON.stringify(value) ?? "undefined").slice(0, 80)} is not a hash of 32 bytes`);
}
