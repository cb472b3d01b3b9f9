import type { HookContext, NetworkHooks } from "hardhat/types/hooks";
import type { ChainType, NetworkConnection } from "hardhat/types/network";
import { pluginError } from "../plugin-error.ts";
import { isOwnRequest, openLocalEcosystem, openRemoteEcosystem } from "./ecosystem-connection.ts";
import type { OpenEcosystem } from "./ecosystem-connection.ts";
import { ECOSYSTEM_NETWORK } from "./networks.ts";

type Connection = NetworkConnection<ChainType | string>;

/** What concerns the whole ecosystem, whichever member is asked. */
const ECOSYSTEM_METHODS = /^(hyperchain|evm|hardhat)_/;

/** Gives connections to ecosystem networks their ecosystem, and closes it with them. */
export function networkHooks(): Partial<NetworkHooks> {
  const ecosystems = new WeakMap<Connection, OpenEcosystem>();
  return {
    async newConnection<ChainTypeT extends ChainType | string>(
      context: HookContext,
      next: (context: HookContext) => Promise<NetworkConnection<ChainTypeT>>,
    ): Promise<NetworkConnection<ChainTypeT>> {
      const connection = await next(context);
      const ecosystem = await open(context, connection as Connection);
      if (ecosystem !== undefined) ecosystems.set(connection as Connection, ecosystem);
      Object.defineProperty(connection, "hyperchains", {
        configurable: true,
        // Shown when a connection is printed only where there is one.
        enumerable: ecosystem !== undefined,
        get() {
          if (ecosystem !== undefined) return ecosystem.hyperchains;
          throw pluginError(
            `the network "${connection.networkName}" has no ecosystem: use network.create("${ECOSYSTEM_NETWORK}"), ` +
              `or give the network a "hyperchains" of its own in hardhat.config.ts`,
          );
        },
      });
      return connection;
    },

    async onRequest(context, connection, request, next) {
      const l1 = isOwnRequest() || !ECOSYSTEM_METHODS.test(request.method) ? undefined : ecosystems.get(connection as Connection)?.l1;
      if (l1 === undefined) return next(context, connection, request);
      const params = Array.isArray(request.params) ? (request.params as unknown[]) : [];
      return { jsonrpc: "2.0", id: request.id, result: await l1.request({ method: request.method, params }) };
    },

    async closeConnection(context, connection, next) {
      const ecosystem = ecosystems.get(connection as Connection);
      ecosystems.delete(connection as Connection);
      await ecosystem?.close();
      await next(context, connection);
    },
  };
}

async function open(context: HookContext, connection: Connection): Promise<OpenEcosystem | undefined> {
  const { networkConfig } = connection;
  const { hyperchains } = networkConfig;
  if (hyperchains === undefined) return undefined;
  try {
    return networkConfig.type === "http"
      ? await openRemoteEcosystem(context, connection, await networkConfig.url.getUrl())
      : await openLocalEcosystem(context, connection, hyperchains);
  } catch (error) {
    await connection.close();
    throw error;
  }
}
