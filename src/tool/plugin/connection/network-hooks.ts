import type { HookContext, NetworkHooks } from "hardhat/types/hooks";
import type { ChainType, NetworkConnection } from "hardhat/types/network";
import { keepAlive } from "../../../ground/runtime/keep-alive.ts";
import { pluginError } from "../plugin-error.ts";
import type { OpenEcosystem } from "./ecosystem-connection.ts";
import { addOuterHandlers, partOfRun } from "./hook-stages.ts";
import { answerForDevelopment } from "./ignition-question.ts";
import { ECOSYSTEM_NETWORK } from "./networks.ts";
import { isOwnRequest } from "./own-requests.ts";
import { attach } from "../api/registry.ts";
import { sendPriced } from "./unpriced-transaction.ts";

type Connection = NetworkConnection<ChainType | string>;

/** Methods of the whole ecosystem, on whichever member. */
const ECOSYSTEM_METHODS = /^(hyperchain|evm|hardhat)_/;

/** Gives connections to ecosystem networks their ecosystem, and closes it with them. */
export function networkHooks(): Partial<NetworkHooks> {
  /** Open ecosystems, by L1's connection. */
  const ecosystems = new WeakMap<Connection, OpenEcosystem>();
  /** Cleanup of the user's connection. */
  const closing = new WeakMap<Connection, () => Promise<void>>();
  return {
    async newConnection<ChainTypeT extends ChainType | string>(
      context: HookContext,
      next: (context: HookContext) => Promise<NetworkConnection<ChainTypeT>>,
    ): Promise<NetworkConnection<ChainTypeT>> {
      const part = await partOfRun(() => next(context));
      if (part !== undefined) return part;
      const connection = await next(context);
      const l1 = connection as Connection;
      const ecosystem = await open(context, l1);
      await answerForDevelopment(context, l1);
      if (ecosystem === undefined) {
        offerNone(l1);
        return connection;
      }
      const { hyperchains } = ecosystem;
      for (const member of [l1, hyperchains.l1, ...hyperchains.chains]) attach(member, hyperchains);
      ecosystems.set(l1, ecosystem);
      const wanted = l1.networkConfig.connectsToChain === true ? (hyperchains.chains[0] ?? l1) : l1;
      closing.set(wanted, async () => {
        await ecosystem.close();
        ecosystems.delete(l1);
        if (wanted !== l1) await l1.close();
      });
      // Plugins around this one add to the connection that they get; L1, which they do not, has to be shown to them.
      if (wanted !== l1) await addOuterHandlers(context, l1);
      return wanted as unknown as NetworkConnection<ChainTypeT>;
    },

    async onRequest(context, connection, request, next) {
      const l1 =
        isOwnRequest() || !ECOSYSTEM_METHODS.test(request.method) ? undefined : ecosystems.get(connection as Connection)?.l1;
      if (l1 === undefined) return sendPriced(request, (priced) => next(context, connection, priced));
      const params = Array.isArray(request.params) ? (request.params as unknown[]) : [];
      const result = await keepAlive(l1.request({ method: request.method, params }));
      return { jsonrpc: "2.0", id: request.id, result };
    },

    async closeConnection(context, connection, next) {
      const close = closing.get(connection as Connection);
      // Chains are closed by their ecosystem, by this way again.
      closing.delete(connection as Connection);
      if (close !== undefined) await keepAlive(close());
      await next(context, connection);
    },
  };
}

function offerNone(connection: Connection): void {
  Object.defineProperty(connection, "hyperchains", {
    configurable: true,
    // Printing the connection must not read it.
    enumerable: false,
    get() {
      throw pluginError(
        `the network "${connection.networkName}" has no ecosystem: use network.create("${ECOSYSTEM_NETWORK}"), ` +
          `or give the network a separate "hyperchains" in hardhat.config.ts`,
      );
    },
  });
}

async function open(context: HookContext, connection: Connection): Promise<OpenEcosystem | undefined> {
  const { networkConfig } = connection;
  const { hyperchains } = networkConfig;
  if (hyperchains === undefined) return undefined;
  // Loaded here: connections to other networks cost what they did without the plugin.
  const { openLocalEcosystem, openRemoteEcosystem } = await import("./ecosystem-connection.ts");
  try {
    return networkConfig.type === "http"
      ? await openRemoteEcosystem(context, connection, await networkConfig.url.getUrl())
      : await keepAlive(openLocalEcosystem(context, connection, hyperchains));
  } catch (error) {
    await connection.close();
    throw error;
  }
}
