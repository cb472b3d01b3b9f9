import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/** An error that the other side answered. */
export class JsonRpcError extends HyperchainError<number> {
  override readonly name = "JsonRpcError";
  readonly data: unknown;

  constructor(code: number, message: string, data: unknown) {
    super(code, message);
    this.data = data;
  }
}

/**
 * The other side answers more than is read.
 * Remedy: pass the URL of an ecosystem; another service answers at this one.
 */
export class AnswerTooLongError extends HyperchainError<"AnswerTooLong"> {
  override readonly name = "AnswerTooLongError";
}

/** Limits of an answer's time and size. */
export interface AnswerLimits {
  readonly timeoutMs?: number | undefined;
  readonly mostBytes?: number | undefined;
}

/**
 * One JSON-RPC request over HTTP. Rejects with JsonRpcError for an error that was answered, and where nothing answers in
 * time, or with AnswerTooLongError where it is longer than `mostBytes`.
 */
export async function callJsonRpc(
  url: string,
  method: string,
  params: readonly unknown[] = [],
  { timeoutMs, mostBytes = Infinity, authorization }: AnswerLimits & { readonly authorization?: string | undefined } = {},
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...(authorization === undefined ? {} : { authorization }) },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      ...(timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(timeoutMs) }),
    });
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    throw new Error(cause instanceof Error && cause.message !== "" ? cause.message : String(error), { cause: error });
  }
  const text = await textOf(response, mostBytes);
  const answer = parse(text);
  if (answer === undefined) throw new Error(`status ${response.status}, and no JSON-RPC answer`);
  if (answer.error !== undefined) throw new JsonRpcError(answer.error.code, answer.error.message, answer.error.data);
  return answer.result;
}

/** Reads at most `mostBytes` bytes. */
async function textOf({ body }: Response, mostBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += (part as Uint8Array).length;
    if (bytes > mostBytes) throw new AnswerTooLongError("AnswerTooLong", `the answer is longer than ${mostBytes} bytes`);
    parts.push(decoder.decode(part as Uint8Array, { stream: true }));
  }
  return parts.join("") + decoder.decode();
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

function parse(text: string): Answer | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === "object" && answer !== null && ("result" in answer || "error" in answer)
      ? (answer as Answer)
      : undefined;
  } catch {
    return undefined;
  }
}
