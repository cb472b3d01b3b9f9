import { createServer } from "node:net";
import { startRpcServer, type RpcServer, type RpcServerDependencies, type RpcServerOptions } from "../../rpc/transport/server.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";

/**
 * Another process listens where a member of the ecosystem was to be served.
 * Remedy: choose another port, or 0 for any free one, or end the process that listens.
 */
export class PortInUseError extends HyperchainError<"PortInUse"> {
  override readonly name = "PortInUseError";
  readonly host: string;
  readonly port: number;

  constructor(member: string, { host, port }: Pick<RpcServerOptions, "host" | "port">, options?: ErrorOptions) {
    super(
      "PortInUse",
      `${member} cannot be served: port ${port} on ${host} is in use, perhaps by another hyperchain:spawn; end what listens there, or choose another port, or 0 for any free one: ${PORT_OPTIONS}`,
      options,
    );
    this.host = host;
    this.port = port;
  }
}

/** Options for ports, which a task that serves a member has. */
const PORT_OPTIONS = "--port (of hyperchain:reconstruct --serve-port), or `port` in the config";

/** Serves a member of the ecosystem, named as users know it. Rejects with PortInUseError, or with the system's error. */
export async function serveMember(
  member: string,
  options: RpcServerOptions,
  dependencies: RpcServerDependencies,
): Promise<RpcServer> {
  try {
    return await startRpcServer(options, dependencies);
  } catch (error) {
    throw portInUse(member, options, error);
  }
}

/**
 * For what must not be begun in vain: whether a member could be served there now. Rejects as `serveMember` does. Another process
 * may still come first.
 */
export async function requireFreePort(member: string, options: Pick<RpcServerOptions, "host" | "port">): Promise<void> {
  if (options.port === 0) return;
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => reject(portInUse(member, options, error)));
    server.listen({ host: options.host, port: options.port, exclusive: true }, () => server.close(() => resolve()));
  });
}

function portInUse(member: string, options: Pick<RpcServerOptions, "host" | "port">, error: unknown): unknown {
  const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  return isTaken ? new PortInUseError(member, options, { cause: error }) : error;
}
