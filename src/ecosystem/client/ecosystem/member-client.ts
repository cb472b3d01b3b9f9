/**
 * JSON-RPC client of a member: an EIP-1193 provider or a client of viem (`request`), or a provider of ethers (`send`). If it has
 * both, `request` is used.
 */
export type MemberClient =
  | { request(args: { readonly method: string; readonly params?: unknown }): Promise<unknown> }
  | { send(method: string, params: unknown[]): Promise<unknown> };

/** Sends one request and resolves with its result; rejects with the client's error. */
export function ask(client: MemberClient, method: string, params: readonly unknown[]): Promise<unknown> {
  return "request" in client ? client.request({ method, params }) : client.send(method, [...params]);
}
