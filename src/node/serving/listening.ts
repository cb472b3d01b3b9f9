import { startRpcServer } from "../../chain/rpc/server.ts";
import type { RpcServer, RpcServerDependencies, RpcServerOptions } from "../../chain/rpc/server.ts";
import { HyperchainError } from "../../runtime/hyperchain-error.ts";

/** Another process listens where a member of the ecosystem was to be served. */
export class PortInUseError extends HyperchainError {
  override readonly name = "PortInUseError";
  readonly code = "PortInUse";
  readonly host: string;
  readonly port: number;

  constructor(member: string, { host, port }: RpcServerOptions, options?: ErrorOptions) {
    super(
      `${member} cannot be served: port ${port} on ${host} is in use; end what listens there, choose another port, or 0 for any free one`,
      options,
    );
    this.host = host;
    this.port = port;
  }
}

/** Serves a member of the ecosystem, named as users know it. Rejects with PortInUseError, or with the system's error. */
export async function serveMember(
  member: string,
  options: RpcServerOptions,
  dependencies: RpcServerDependencies,
): Promise<RpcServer> {
  try {
    return await startRpcServer(options, dependencies);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
      throw new PortInUseError(member, options, { cause: error });
    throw error;
  }
}
