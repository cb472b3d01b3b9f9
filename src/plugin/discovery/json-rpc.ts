import { HyperchainError } from "../../errors/hyperchain-error.ts";

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
 * One JSON-RPC request over HTTP. Rejects with JsonRpcError for an error that was answered, and where nothing answers in
 * time.
 */
export async function callJsonRpc(
  url: string,
  method: string,
  params: readonly unknown[] = [],
  { timeoutMs, authorization }: { readonly timeoutMs?: number | undefined; readonly authorization?: string | undefined } = {},
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
  const text = await response.text();
  const answer = parse(text);
  if (answer === undefined) throw new Error(`status ${response.status}, and no JSON-RPC answer`);
  if (answer.error !== undefined) throw new JsonRpcError(answer.error.code, answer.error.message, answer.error.data);
  return answer.result;
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
