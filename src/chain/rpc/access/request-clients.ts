import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { RpcClient } from "../request/dispatch.ts";
import { credentialsOf, type Sessions } from "./sessions.ts";

/** Clients by their connections, as each request makes them known. */
interface RequestClients {
  opened(socket: Socket, client: RpcClient): void;
  /** Throws where the connection was never opened. */
  of(request: Pick<IncomingMessage, "socket" | "headers">): RpcClient;
}

interface Known {
  readonly connection: RpcClient;
  /** Client of the connection's newest request, and of all before it with the same headers. */
  latest?: { readonly host: string | undefined; readonly authorization: string | undefined; readonly client: RpcClient };
}

/** A connection's requests may each name other tokens. As long as they do not, they are one client's. */
export function requestClients(sessions: Pick<Sessions, "find">): RequestClients {
  const known = new WeakMap<Socket, Known>();
  return {
    opened: (socket, connection) => void known.set(socket, { connection }),
    of({ socket, headers: { host, authorization } }) {
      const each = known.get(socket);
      // Without a client a request would pass for this process's own.
      if (each === undefined) throw new Error("a request came over a connection that was not opened");
      if (each.latest?.host !== host || each.latest?.authorization !== authorization || each.latest === undefined) {
        const client = { ...each.connection, credentials: credentialsOf(sessions, { host, authorization }) };
        each.latest = { host, authorization, client };
      }
      return each.latest.client;
    },
  };
}
