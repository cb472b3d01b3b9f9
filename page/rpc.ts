import { sessionHeader } from "./sessions.ts";

/** Error in an answer of a member of the ecosystem. */
export class RpcFailure extends Error {
  override readonly name = "RpcFailure";
  readonly code: number | undefined;
  /** The ecosystem's own name of the reason, such as `Refused`. */
  readonly reason: string | undefined;

  constructor(message: string, code: number | undefined, reason?: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

/** A member as the page's server names it: `l1`, or a chain's id. */
export type Member = string;

/**
 * Asks a member through the page's own server, with the tab's sessions. Rejects with RpcFailure. `headers` stand before these: what
 * changes a chain passes with a token alone.
 */
export async function ask<T>(
  member: Member,
  method: string,
  params: readonly unknown[] = [],
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const response = await fetch(`/rpc/${encodeURIComponent(member)}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...sessionHeader(), ...headers },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const answer = (await response.json()) as {
    readonly result?: T;
    readonly error?: { readonly message: string; readonly code?: number; readonly data?: unknown };
  };
  if (answer.error !== undefined) {
    const { message, code, data } = answer.error;
    const { code: reason } = (data ?? {}) as { readonly code?: unknown };
    throw new RpcFailure(message, code, typeof reason === "string" ? reason : undefined);
  }
  return answer.result as T;
}
