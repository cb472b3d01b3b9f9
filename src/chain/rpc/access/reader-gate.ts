import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import type { RpcClient, RpcMethods } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { accessOf } from "./method-access.ts";

/** Readers of a chain. */
export interface ReaderPolicy {
  readonly chainId: ChainId;
  /** Lower case; asked at each request, since a chain's admin can be another by then. */
  readonly readers: () => readonly Hex[];
}

/** Decides which clients may read one chain, and says to the others what they need. */
export interface ReaderGate {
  mayRead(client: RpcClient | undefined): boolean;
  /** Why a client may not read, and what it can do. */
  refusal(client: RpcClient | undefined): RpcError;
  /** The methods, of which a client that may not read the chain is answered those alone that tell of no account. */
  permit(methods: RpcMethods): RpcMethods;
}

/** Gate of a public chain. */
export const OPEN_GATE: ReaderGate = {
  mayRead: () => true,
  refusal: () => new RpcError(RpcCode.internal, "everybody may read this chain"),
  permit: (methods) => methods,
};

export function readerGate({ chainId, readers }: ReaderPolicy): ReaderGate {
  const mayRead = (client: RpcClient | undefined): boolean =>
    client === undefined ||
    client.isInProcess === true ||
    client.credentials?.sessions().some((session) => session.chainId === chainId && readers().includes(session.account)) === true;
  const refusal = (client: RpcClient | undefined): RpcError => {
    const named = client?.credentials?.tokens.length ?? 0;
    if (named > 0) {
      const message = `no session of chain ${chainId} is in force under the tokens of this request: it has ended, is of another chain, or of an earlier process; ${HOW}`;
      return new RpcError(RpcCode.rejected, message, { code: "SessionUnknown" });
    }
    const message = `only some accounts may read chain ${chainId}, and this request names no session of one; ${HOW}`;
    return new RpcError(RpcCode.rejected, message, { code: "SessionRequired" });
  };
  return {
    mayRead,
    refusal,
    permit: (methods) => ({
      get(name) {
        const method = methods.get(name);
        if (method === undefined) return undefined;
        return (params, client) =>
          mayRead(client) || isOpen(name, params) ? method(params, client) : Promise.reject(refusal(client));
      },
    }),
  };
}

const HOW =
  "`npx hardhat hyperchain:session` opens one, or sign what hyperchain_getSessionChallenge answers, give it to hyperchain_openSession, and send the token as `Authorization: Bearer`";

function isOpen(method: string, [first]: readonly unknown[]): boolean {
  const access = accessOf(method);
  if (access === "open" || access === "parts") return true;
  // The feed tells which chains have made a block, of all chains alike.
  return (method === "eth_subscribe" && first === "hyperchain") || method === "eth_unsubscribe";
}
