import { NamedError } from "../../ground/errors/named-error.ts";
import { RpcCode, RpcError } from "../rpc/request/json-rpc.ts";
import type { RouteAnswer } from "../rpc/transport/http-route.ts";

/** A request that has no answer: status of HTTP, a code for programs and a text for people. */
export class RestError extends NamedError<string> {
  override readonly name = "RestError";
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(code, message);
    this.status = status;
  }
}

export function notFound(subject: string): RestError {
  return new RestError(404, "NotFound", `there is no ${subject}`);
}

export function invalid(subject: string, value: unknown, expected: string): RestError {
  return new RestError(
    400,
    "Invalid",
    `${subject} ${(JSON.stringify(value) ?? "is missing; it").slice(0, 80)} is not ${expected}`,
  );
}

interface ErrorAnswer extends RouteAnswer {
  readonly body: { readonly error: { readonly code: string; readonly message: string } };
}

const STATUSES = new Map<number, readonly [status: number, code: string]>([
  [RpcCode.parseError, [400, "Invalid"]],
  [RpcCode.invalidRequest, [400, "Invalid"]],
  [RpcCode.invalidParams, [400, "Invalid"]],
  [RpcCode.methodNotFound, [501, "NotServed"]],
  [RpcCode.limitExceeded, [429, "LimitExceeded"]],
  [RpcCode.rejected, [422, "Rejected"]],
  [RpcCode.reverted, [422, "Reverted"]],
]);

/** Errors in the form of all of them: `{ error: { code, message } }`; codes of the chain's own errors are JSON-RPC's. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof RestError) return answerOf(error.status, error.code, error.message);
  if (!(error instanceof RpcError)) return answerOf(500, "Internal", "internal error");
  const [status, code] = STATUSES.get(error.code) ?? [500, "Internal"];
  const own = codeIn(error.data);
  const needsSession = own === "SessionRequired" || own === "SessionUnknown";
  return answerOf(needsSession ? 401 : status, own ?? code, error.message);
}

function answerOf(status: number, code: string, message: string): ErrorAnswer {
  return { status, body: { error: { code, message } } };
}

function codeIn(data: unknown): string | undefined {
  return typeof data === "object" && data !== null && "code" in data && typeof data.code === "string" ? data.code : undefined;
}
