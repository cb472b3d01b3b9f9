import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import type { RpcClient, RpcMethod } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { readMessage, SessionChallenges } from "./session-challenge.ts";
import type { Credentials } from "../request/credentials.ts";
import type { Sessions } from "./sessions.ts";

/** Token and end of a session, for its client. */
interface OpenedSession {
  readonly token: string;
  readonly account: Hex;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

/** Whose sessions a chain opens: its readers' and its admin's. What each may do is decided where it does it. */
interface SessionPolicy {
  readonly chainId: ChainId;
  /** The chain's contract on L1, for which they sign. */
  readonly hyperchain: Hex;
  /** Lower case; asked at each opening. */
  readonly accounts: () => readonly Hex[];
}

/** Methods by which an account opens and closes a session of a chain. */
export function sessionMethods(
  { chainId, hyperchain, accounts }: SessionPolicy,
  { sessions, nowMs }: { readonly sessions: Sessions; readonly nowMs: () => number },
): ReadonlyMap<string, RpcMethod> {
  const challenges = new SessionChallenges({ chainId, hyperchain }, { nowMs });
  return new Map<string, RpcMethod>([
    [
      "hyperchain_getSessionChallenge",
      async ([account], client) => {
        if (typeof account !== "string" || !/^0x[0-9a-f]{40}$/i.test(account))
          throw new RpcError(RpcCode.invalidParams, "the parameter is the address of the account that will sign");
        return challenges.make(account.toLowerCase() as Hex, shown(client).host);
      },
    ],
    [
      "hyperchain_openSession",
      async ([given, signature], client): Promise<OpenedSession> => {
        const { host, use } = shown(client);
        if (typeof signature !== "string") readMessage(undefined);
        const signer = challenges.signer(readMessage(given), String(signature), host, (account) => accounts().includes(account));
        const { token, session } = sessions.open(chainId, signer);
        use?.(token);
        return { token, account: signer, expiresAt: Math.floor(session.expiresAtMs / 1_000) };
      },
    ],
    [
      "hyperchain_useSession",
      async ([token], client) => {
        const { use } = shown(client);
        if (use === undefined)
          throw new RpcError(RpcCode.invalidParams, "over HTTP each request names its token: send it as `Authorization: Bearer`");
        if (typeof token !== "string" || sessions.find(token)?.chainId !== chainId)
          throw new RpcError(RpcCode.rejected, `no session of chain ${chainId} is in force under this token; open another`, {
            code: "SessionUnknown",
          });
        use(token);
        return true;
      },
    ],
    [
      "hyperchain_closeSession",
      async (_params, client) => {
        const own = shown(client).tokens.filter((token) => sessions.find(token)?.chainId === chainId);
        return own.filter((token) => sessions.close(token)).length > 0;
      },
    ],
  ]);
}

function shown(client: RpcClient | undefined): Credentials {
  if (client?.credentials !== undefined) return client.credentials;
  throw new RpcError(RpcCode.rejected, "in the chain's own process no session is needed: everything is answered", {
    code: "SessionNotNeeded",
  });
}
