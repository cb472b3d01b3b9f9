import { NamedError } from "../../../ground/errors/named-error.ts";

/** A JSON-RPC request whose form is valid. */
export interface RpcRequest {
  /** Id of the request; `undefined` for a notification, which is executed without an answer. */
  readonly id: RpcId | undefined;
  readonly method: string;
  readonly params: readonly unknown[];
}

type RpcId = string | number | null;

/** A request whose form is invalid. It has an answer, also where it names no id. */
export interface RefusedRequest {
  /** Null where none could be read. */
  readonly id: RpcId;
  readonly error: RpcError;
}

export type RpcResponse =
  | { readonly jsonrpc: "2.0"; readonly id: RpcId; readonly result: unknown }
  | { readonly jsonrpc: "2.0"; readonly id: RpcId; readonly error: RpcErrorBody };

export interface RpcErrorBody {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** Codes of JSON-RPC 2.0 and EIP-1474. */
export const RpcCode = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  rejected: -32000,
  limitExceeded: -32005,
  reverted: 3,
} as const;

/** Requests in one batch. */
const MAX_BATCH_REQUESTS = 200;
/** Nesting of a request; what clients send has no more than six levels. */
const MAX_DEPTH = 32;

/** An answer that concerns no request in particular. */
export function failure(code: number, message: string): RpcResponse {
  return { jsonrpc: "2.0", id: null, error: { code, message } };
}

/**
 * The requests in a body, each valid or with the reason of its rejection. Throws RpcError for a malformed
 * body.
 */
export function parseBody(text: string): {
  readonly batch: boolean;
  readonly requests: readonly (RpcRequest | RefusedRequest)[];
} {
  if (nestingExceeds(text, MAX_DEPTH))
    throw new RpcError(RpcCode.invalidRequest, `the request is nested deeper than ${MAX_DEPTH} levels`);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new RpcError(RpcCode.parseError, "the request is not valid JSON", undefined, { cause: error });
  }
  if (!Array.isArray(body)) return { batch: false, requests: [parseRequest(body)] };
  if (body.length === 0) throw new RpcError(RpcCode.invalidRequest, "a batch holds at least one request");
  if (body.length > MAX_BATCH_REQUESTS) {
    throw new RpcError(RpcCode.limitExceeded, `a batch holds at most ${MAX_BATCH_REQUESTS} requests, got ${body.length}`);
  }
  return { batch: true, requests: body.map(parseRequest) };
}

function parseRequest(value: unknown): RpcRequest | RefusedRequest {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refused(null, RpcCode.invalidRequest, "a request is an object with method and params");
  }
  const { id, method, params: given } = value as Readonly<Record<string, unknown>>;
  // Some clients write null for no parameters; Hardhat's node, geth and anvil take it so.
  const params = given ?? [];
  if (id !== undefined && id !== null && typeof id !== "string" && typeof id !== "number") {
    return refused(null, RpcCode.invalidRequest, "a request's id is a string or a number");
  }
  if (typeof method !== "string") return refused(id, RpcCode.invalidRequest, "a request's method is a string");
  if (!Array.isArray(params)) return refused(id, RpcCode.invalidParams, "params is an array");
  return { id, method, params };
}

function refused(id: RpcId | undefined, code: number, message: string): RefusedRequest {
  return { id: id ?? null, error: new RpcError(code, message) };
}

/** Whether brackets outside strings nest deeper. One pass, before anything is built. */
function nestingExceeds(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (inString) {
      if (character === 0x5c) i++;
      else if (character === 0x22) inString = false;
    } else if (character === 0x22) {
      inString = true;
    } else if (character === 0x5b || character === 0x7b) {
      if (++depth > limit) return true;
    } else if (character === 0x5d || character === 0x7d) {
      depth--;
    }
  }
  return false;
}

/** An answer that is an error. */
export class RpcError extends NamedError<number> {
  override readonly name = "RpcError";
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown, options?: ErrorOptions) {
    super(code, message, options);
    this.data = data;
  }
}
