import type { HookContext } from "hardhat/types/hooks";
import type { NetworkConnection } from "hardhat/types/network";
import type { Eip1193Provider } from "../../devnet/eip1193.ts";
import { MemberProvider } from "./member-provider.ts";
import { MEMBER_NETWORK } from "./networks.ts";

/** A chain of an ecosystem in this process. */
export interface LocalChain {
  readonly name: string;
  readonly chainId: number;
  readonly url: string;
  readonly provider: Eip1193Provider;
  /** Whether sending a transaction rejects where it fails. */
  readonly throwsOnFailure: boolean;
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
  if (template?.type !== "http") throw new Error(`the network ${MEMBER_NETWORK} is missing: is the plugin in "plugins" of hardhat.config.ts?`);
  // Bound below, before anything can be asked.
  const provider: MemberProvider = new MemberProvider(
    chain.provider,
    (request, answer) => hooks.runHandlerChain("network", "onRequest", [connection, request], (_context, _connection, next) => answer(next)),
    chain.throwsOnFailure,
  );
  const bare: NetworkConnection<string> = Object.assign(Object.create(null) as object, {
    id: nextId++,
    networkName: chain.name,
    networkConfig: { ...template, chainId: chain.chainId, url: { ...template.url, getUrl: () => Promise.resolve(chain.url), get: () => Promise.resolve(chain.url) } },
    chainType: "generic",
    provider,
    close: () => hooks.runHandlerChain("network", "closeConnection", [connection], () => provider.close()),
  }) as unknown as NetworkConnection<string>;
  let connection = bare;
  connection = await hooks.runHandlerChain("network", "newConnection", [], () => Promise.resolve(bare));
  return connection;
}
