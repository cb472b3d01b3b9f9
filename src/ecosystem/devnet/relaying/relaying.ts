import { BrowserProvider, JsonRpcProvider, Network, type FetchRequest, type HDNodeWallet, type Provider } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { DeliveryPolicy } from "../../relayer/delivery-policy.ts";
import { createRelayer, type RelayedChain, type Relayer, type RelayerDependencies } from "../../relayer/relayer.ts";
import { RoundOver, type Undisturbed } from "../../relayer/own-account.ts";
import type { Layer } from "../deployment/layer.ts";
import type { ChainAccess } from "../../../chain/node/serving/serve-chain.ts";
import type { Eip1193Provider } from "../../../chain/node/serving/eip1193.ts";
import type { SharedExclusiveLock } from "../../../ground/runtime/shared-exclusive-lock.ts";

/** A chain as a relayer sees it. */
interface RelayTarget {
  readonly chainId: bigint;
  readonly url: string;
  readonly hyperchain: Hex;
}

/** Reaches a chain over HTTP; to be destroyed. Nothing is cached: local blocks can be a millisecond apart. */
export function connectHttp(chainId: bigint, url: string | FetchRequest): JsonRpcProvider {
  const network = Network.from(chainId);
  return new JsonRpcProvider(url, network, { staticNetwork: network, cacheTimeout: -1, batchMaxCount: 1, pollingInterval: 100 });
}

/** Provider of a chain in this process; to be destroyed. Nothing is cached. */
export function connectInProcess(chainId: bigint, provider: Pick<Eip1193Provider, "request">): BrowserProvider {
  const network = Network.from(chainId);
  const transport = {
    request: ({ method, params }: { method: string; params?: unknown[] | Record<string, unknown> }) =>
      provider.request({ method, params: Array.isArray(params) ? params : [] }),
  };
  const client = new BrowserProvider(transport, network, { cacheTimeout: -1, staticNetwork: network });
  client.pollingInterval = 100;
  return client;
}

/** A relayer over HTTP; any account can run an additional one. `wallet` pays on every chain. */
export function connectRelayer(
  ecosystem: Layer,
  l1Url: string,
  chains: readonly RelayTarget[],
  wallet: HDNodeWallet,
  onStep?: RelayerDependencies["onStep"],
): ClosableRelayer {
  const l1 = connectHttp(ecosystem.settlementChainId, l1Url);
  const clients = chains.map(({ chainId, url }) => connectHttp(chainId, url));
  const relayer = relayerBetween(ecosystem, l1, chains, clients, wallet, onStep === undefined ? {} : { onStep });
  return { ...relayer, close: () => [l1, ...clients].forEach((client) => client.destroy()) };
}

/** Extensions by a relayer's owner. */
export type RelayerSeams = Omit<RelayerDependencies, "l1"> & {
  readonly policy?: DeliveryPolicy;
  readonly departed?: readonly bigint[];
};

/** A member of an ecosystem in this process. */
interface LocalMember extends AnsweringMember {
  readonly chainId: bigint;
  readonly hyperchain: Hex;
  /** Whether others settle on it. */
  readonly isBase: boolean;
  readonly news: RelayedChain["news"];
  readonly makesBlocks: RelayedChain["makesBlocks"];
  readonly factsFrom: RelayedChain["factsFrom"];
  readonly promisesFrom: RelayedChain["promisesFrom"];
}

/** A chain that answers both its own process and clients outside. */
interface AnsweringMember {
  readonly provider: Pick<Eip1193Provider, "request">;
  readonly answer: ChainAccess["answer"];
}

/** Methods that run code without a transaction. */
const RUNS_CODE = new Set(["eth_call", "eth_estimateGas", "eth_createAccessList", "debug_traceCall"]);

/**
 * A chain for parts of this process that run what strangers have written, such as the deliveries of a relayer. The engine
 * answers its own process's calls without bounds, and code can end that process which shows itself only there; so calls are
 * answered as for a client outside.
 */
export function withCallsFromOutside({ provider, answer }: AnsweringMember): Pick<Eip1193Provider, "request"> {
  return {
    request: ({ method, params = [] }) =>
      RUNS_CODE.has(method) ? answer(method, params, undefined) : provider.request({ method, params }),
  };
}

/** A relayer between the members of an ecosystem in this process. */
export function connectLocalRelayer(
  ecosystem: Layer,
  l1: Provider,
  chains: readonly LocalMember[],
  wallet: HDNodeWallet,
  seams: RelayerSeams = {},
): ClosableRelayer {
  const clients = chains.map((chain) => connectInProcess(chain.chainId, withCallsFromOutside(chain)));
  const relayer = relayerBetween(ecosystem, l1, chains, clients, wallet, seams);
  return { ...relayer, close: () => clients.forEach((client) => client.destroy()) };
}

type ClosableRelayer = Relayer & { close(): void };

/** Sends a relayer's transactions while no snapshot is taken or restored. A round that began before one ends with it. */
export function throughGate(gate: SharedExclusiveLock): Undisturbed {
  const { timesAlone } = gate;
  return (send) =>
    gate.shared("a delivery of the relayer", () => {
      if (gate.timesAlone === timesAlone) return send();
      throw new RoundOver("RoundOver", "the ecosystem was marked, or returned to a mark, in the middle of a round");
    });
}

function relayerBetween(
  ecosystem: Layer,
  l1: Provider,
  chains: readonly Omit<RelayedChain, "signer">[],
  clients: readonly Provider[],
  wallet: HDNodeWallet,
  { policy = {}, departed = [], ...seams }: RelayerSeams,
): Relayer {
  return createRelayer(
    {
      settlementChainId: ecosystem.settlementChainId,
      registry: ecosystem.addresses.roots,
      fromBlock: ecosystem.fromBlock,
      policy,
      departed,
      chains: chains.map(({ chainId, hyperchain, isBase, news, makesBlocks, factsFrom, promisesFrom }, i) => ({
        chainId,
        hyperchain,
        isBase,
        news,
        makesBlocks,
        factsFrom,
        promisesFrom,
        signer: wallet.connect(clients[i] ?? null),
      })),
    },
    { l1, ...seams },
  );
}
