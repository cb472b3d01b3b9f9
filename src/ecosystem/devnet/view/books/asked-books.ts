import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import type { BooksRequest } from "./ecosystem-view.ts";

/** Query in a parameter. Throws RpcError. */
export function askedBooks(parameter: unknown): BooksRequest {
  if (parameter === undefined || parameter === null) return {};
  const fields = typeof parameter === "object" && !Array.isArray(parameter) ? Object.entries(parameter) : [["", undefined]];
  if (fields.every(([field, value]) => field === "fresh" && typeof value === "boolean")) return parameter as BooksRequest;
  throw new RpcError(
    RpcCode.invalidParams,
    'the last parameter is {"fresh":true} to have all members read for the answer, {"fresh":false} or absent',
  );
}
