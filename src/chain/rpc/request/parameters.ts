import type { Hex } from "../../../protocol/hex.ts";
import { quantity } from "./call-request.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";

/** A number that clients send as one or in hexadecimal digits. Throws RpcError. */
export function numberParameter(value: unknown): bigint {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : quantity(value);
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
