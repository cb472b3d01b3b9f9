import type { NetworkConfig } from "hardhat/types/config";
import type { HookContext } from "hardhat/types/hooks";
import type { NetworkConnection } from "hardhat/types/network";
import { customErrorText } from "../../../ecosystem/client/sending/revert-reason.ts";
import type { Eip1193Provider } from "../../../chain/node/serving/eip1193.ts";
import { projectNames } from "../project-names.ts";
import { MemberProvider } from "./member-provider.ts";
import { MEMBER_NETWORK } from "./networks.ts";
import { requestSettings } from "./request-settings.ts";

/** A chain of an ecosystem in this process. */
interface LocalChain {
  readonly name: string;
  readonly chainId: number;
  readonly url: string;
  readonly provider: Eip1193Provider;
  /** Whether sending a transaction rejects where it fails. */
  readonly throwsOnFailure: boolean;
  /**
   * Config of the network, with the chain's settings for requests. Other plugins take a network that Hardhat simulates for one
   * that ends with the tests, as this chain does: Hardhat Ignition keeps its deployments in memory.
   */
  readonly networkConfig: NetworkConfig;
}

/** Connections that Hardhat makes count from 0 up. */
let nextId = 1_000_000;

/**
 * Connects a chain of this process as Hardhat connects a network, by the same hooks: hardhat-ethers, network helpers, viem
 * and whatever else the project uses add themselves. Nothing goes over HTTP.
 */
export async function connectLocalChain(context: HookContext, chain: LocalChain): Promise<NetworkConnection<string>> {
  const { hooks, config } = context;
  const template = config.networks[MEMBER_NETWORK];
  if (template?.type !== "http")
    throw new Error(`the network ${MEMBER_NETWORK} is missing: is the plugin in "plugins" of hardhat.config.ts?`);
  const { chainId } = chain;
  const url = { ...template.url, getUrl: () => Promise.resolve(chain.url), get: () => Promise.resolve(chain.url) };
  const overHttp = { ...template, chainId, url, ...requestSettings(chain.networkConfig) };
  // The ecosystem belongs to L1: a chain that named it would start a second one.
  const { hyperchains: _, connectsToChain: __, ...simulated } = chain.networkConfig;
  const names = projectNames(context.artifacts);
  // Bound below, before anything can be asked.
  const provider: MemberProvider = new MemberProvider(
    chain.provider,
    (request, answer) =>
      hooks.runHandlerChain("network", "onRequest", [signing, request], (_context, _connection, next) => answer(next)),
    chain.throwsOnFailure,
    async (data) => customErrorText(data, await names()),
  );
  const bare: NetworkConnection<string> = Object.assign(Object.create(null) as object, {
    id: nextId++,
    networkName: chain.name,
    networkConfig: simulated.type === "edr-simulated" ? { ...simulated, chainId } : overHttp,
    chainType: "generic",
    provider,
    close: () => hooks.runHandlerChain("network", "closeConnection", [connection], () => provider.close()),
  }) as unknown as NetworkConnection<string>;
  // The same connection, for requests: Hardhat signs with its accounts for networks over HTTP only.
  let signing: NetworkConnection<string> = Object.create(bare, {
    networkConfig: { value: overHttp },
  }) as NetworkConnection<string>;
  let connection = bare;
  connection = await hooks.runHandlerChain("network", "newConnection", [], () => Promise.resolve(bare));
  signing = Object.create(connection, { networkConfig: { value: overHttp } }) as NetworkConnection<string>;
  return connection;
}
