import type { HookContext } from "hardhat/types/hooks";
import type { NetworkConnection } from "hardhat/types/network";
import type { DevnetChain } from "../../../ecosystem/devnet/chains/served-chain.ts";
import type { EcosystemInfo } from "../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Eip1193Provider } from "../../../chain/node/serving/eip1193.ts";
import type { L1Connection } from "../../../ecosystem/devnet/described/l1-connection.ts";
import type { HyperchainsConfig } from "../../../ecosystem/options/resolved-config.ts";
import { withShortData } from "../../../ground/errors/short-data.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { interoperableAddress } from "../../../ground/protocol/interoperable-address.ts";
import { ecosystemOptions } from "../ecosystem-options.ts";
import { inUsersWords } from "../named-options.ts";
import { pluginError } from "../plugin-error.ts";
import { projectNames } from "../project-names.ts";
import { startEcosystem } from "../start-ecosystem.ts";
import { addressOf } from "./address-like.ts";
import { createHyperchains } from "./create-hyperchains.ts";
import type { Hyperchains, Member } from "../api/hyperchains.ts";
import { withInnerHandlers } from "./hook-stages.ts";
import { createLink, type EcosystemLink } from "./link.ts";
import { withGasOfDeliveries } from "./gas-of-deliveries.ts";
import { connectLocalChain } from "./member-connection.ts";
import { MEMBER_NETWORK } from "./networks.ts";
import { memberOverride, withoutRequestSettings } from "./request-settings.ts";
import { asEcosystem } from "./own-requests.ts";
import { markOpen } from "../api/registry.ts";

/** The ecosystem behind a connection. */
export interface OpenEcosystem {
  readonly hyperchains: Hyperchains;
  /** Answers for L1 what concerns the whole ecosystem; undefined where L1 is elsewhere and does so itself. */
  readonly l1: Eip1193Provider | undefined;
  /** Closes everything but the connection itself. */
  close(): Promise<void>;
}

/** Whether Hardhat is to be told what runs: for coverage, or for statistics of gas. */
async function isMeasured({ hooks }: HookContext): Promise<boolean> {
  const [coverage, gas] = await Promise.all([
    hooks.hasHandlers("network", "onCoverageData"),
    hooks.hasHandlers("network", "onGasMeasurement"),
  ]);
  return coverage || gas;
}

/**
 * Starts an ecosystem in this process, with a connection's network as its L1. Every step waits for a request
 * of the test.
 */
export async function openLocalEcosystem(
  context: HookContext,
  connection: NetworkConnection<string>,
  config: HyperchainsConfig,
): Promise<OpenEcosystem> {
  const options = ecosystemOptions(withoutPorts(config), "test", await isMeasured(context));
  const { networkConfig } = connection;
  // Before the first request, because Hardhat reads the settings then.
  if (networkConfig.connectsToChain === true) Object.assign(connection, { networkConfig: withoutRequestSettings(networkConfig) });
  // As with Hardhat's own networks, a test run ends though the connection was not closed.
  const nameOf = (id: bigint): string => config.chains.find(({ chainId }) => BigInt(chainId) === id)?.name ?? `chain ${id}`;
  const devnet = await startEcosystem({ ...options, inBackground: true }, context, {
    connectL1: () => Promise.resolve(withoutDetour(connection)),
    // A test that waits for it should not seem to hang.
    onUpdate: (chainId, update) =>
      update.type === "waiting" &&
      update.reason !== undefined &&
      console.warn(`${nameOf(chainId)} waits, and continues automatically: ${update.reason}`),
  }).catch((error: unknown) => {
    throw withShortData(inUsersWords(error, config));
  });
  const connections = new Map<DevnetChain, Member>();
  const throwsOnFailure = networkConfig.type === "edr-simulated" && networkConfig.throwOnTransactionFailures;
  const join = async (chain: DevnetChain, isGiven: boolean): Promise<Member> => {
    const { name, chainId, url, clientProvider: provider } = chain;
    const connect = (): Promise<NetworkConnection<string>> =>
      connectLocalChain(context, {
        name,
        chainId: Number(chainId),
        url,
        provider,
        throwsOnFailure,
        networkConfig: isGiven ? networkConfig : withoutRequestSettings(networkConfig),
      });
    const connected = asMember(isGiven ? await withInnerHandlers(connect) : await connect(), {
      name,
      chainId: Number(chainId),
      url,
    });
    connections.set(chain, connected);
    return connected;
  };
  for (const [place, chain] of devnet.chains.entries()) await join(chain, isGiven(networkConfig, place));
  const l1 = asMember(connection, { name: "l1", chainId: Number(devnet.l1.chainId), url: devnet.l1.url });
  warnIfUnproven(devnet.info());
  const { hyperchains, close } = await offer(
    createLink({
      info: () => devnet.info(),
      l1,
      chains: () => devnet.chains.flatMap((chain) => connections.get(chain) ?? []),
      names: projectNames(context.artifacts),
      join: (id) => join(running(devnet.chains, id), false),
      // It asks the ecosystem each time.
      refresh: () => Promise.resolve(),
    }),
  );
  return {
    hyperchains,
    l1: await withGasOfDeliveries(devnet.l1.eip1193, () => devnet.chains, context),
    async close() {
      close();
      for (const chain of connections.values()) await chain.close();
      await devnet.close();
    },
  };
}

/** Connects to the running ecosystem of which the connection's URL is a member: L1, or a chain, which then answers for all. */
export async function openRemoteEcosystem(
  context: HookContext,
  connection: NetworkConnection<string>,
  url: string,
): Promise<OpenEcosystem> {
  let info = await ask(connection, url);
  const connected = Number(await connection.provider.request({ method: "eth_chainId" }));
  const { networkConfig } = connection;
  const others: Member[] = [];
  const join = async (member: { readonly name: string; readonly chainId: number; readonly url: string }): Promise<Member> => {
    const { name, chainId, url: memberUrl } = member;
    if (chainId === connected) return asMember(connection, { name, chainId, url });
    const given = isGiven(
      networkConfig,
      info.chains.findIndex((chain) => chain.chainId === chainId),
    );
    const settings = networkConfig.type === "http" ? await memberOverride(networkConfig, given) : {};
    const connect = (): Promise<NetworkConnection<string>> =>
      context.network.create<string>({ network: MEMBER_NETWORK, override: { ...settings, url: memberUrl, chainId } });
    const other = asMember(given ? await withInnerHandlers(connect) : await connect(), { name, chainId, url: memberUrl });
    others.push(other);
    return other;
  };
  const l1 = await join(info.l1);
  let chains: readonly Member[] = [];
  for (const chain of info.chains) chains = [...chains, await join(chain)];
  const { hyperchains, close } = await offer(
    createLink({
      info: () => info,
      l1,
      chains: () => chains,
      names: projectNames(context.artifacts),
      async join(id) {
        info = await ask(connection, url);
        const joined = await join(running(info.chains, id));
        chains = [...chains, joined];
        return joined;
      },
      async refresh() {
        info = await ask(connection, url);
        chains = chains.filter((member) => info.chains.some(({ chainId }) => chainId === member.chainId));
      },
      asked: connection as Member,
    }),
  );
  return {
    hyperchains,
    l1: undefined,
    async close() {
      close();
      for (const other of others) await other.close();
    },
  };
}

/** Adds a member's fields to its connection. */
function asMember(
  connection: NetworkConnection<string>,
  { name, chainId, url }: Pick<Member, "name" | "chainId" | "url">,
): Member {
  const interoperable: Member["interoperable"] = (account) =>
    interoperableAddress(BigInt(chainId), account === undefined ? undefined : (addressOf(account) as Hex));
  return Object.assign(connection, { name, chainId, url, interoperable });
}

/** Whether the chain in this place is the connection that the user gets, to which the plugins around this one add themselves. */
function isGiven({ connectsToChain }: NetworkConnection<string>["networkConfig"], place: number): boolean {
  return connectsToChain === true && place === 0;
}

function running<Chain extends { readonly chainId: number | bigint }>(chains: readonly Chain[], id: number): Chain {
  const found = chains.find(({ chainId }) => Number(chainId) === id);
  if (found === undefined) throw new RangeError(`chain ${id} has gone again`);
  return found;
}

let hasWarned = false;

/** Once per process: readers of the tests' output must see that they show nothing about proofs. */
function warnIfUnproven({ prover, proven }: EcosystemInfo): void {
  if (prover.mode !== "none" || hasWarned) return;
  hasWarned = true;
  console.warn(proven);
}

/** The API over a link, known to matchers; and what ends both. */
async function offer(link: EcosystemLink): Promise<{ readonly hyperchains: Hyperchains; close(): void }> {
  const hyperchains = createHyperchains(link);
  const markClosed = markOpen(hyperchains);
  await addMatchers();
  return {
    hyperchains,
    close() {
      markClosed();
      link.close();
    },
  };
}

/** Projects without chai do without matchers. */
async function addMatchers(): Promise<void> {
  try {
    const { registerMatchers } = await import("../matchers/register.ts");
    registerMatchers();
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
  }
}

async function ask(connection: NetworkConnection<string>, url: string): Promise<EcosystemInfo> {
  try {
    return (await connection.provider.request({ method: "hyperchain_info" })) as EcosystemInfo;
  } catch (error) {
    throw pluginError(
      `no ecosystem answers at ${url}; start one with "npx hardhat hyperchain:spawn", or remove "url" to have tests start their own`,
      error,
    );
  }
}

/**
 * Clears fixed ports, because many tests run in parallel, and next to a spawned ecosystem: each takes free
 * ports.
 */
function withoutPorts(config: HyperchainsConfig): HyperchainsConfig {
  return { ...config, l1: {}, chains: config.chains.map(({ port: _port, ...chain }) => chain) };
}

/** The connection as the ecosystem uses it: straight to the engine. The caller that opened it closes it. */
function withoutDetour({ provider }: NetworkConnection<string>): L1Connection {
  return {
    provider: {
      request: ({ method, params }) =>
        asEcosystem(() => provider.request(params === undefined ? { method } : { method, params }) as Promise<unknown>),
      on: (event, listener) => provider.on(event, listener),
      removeListener: (event, listener) => provider.removeListener(event, listener),
    },
    close: () => Promise.resolve(),
  };
}
