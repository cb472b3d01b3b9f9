import type { Chain } from "../../chain.ts";
import { restRoutes } from "../../rest/routes.ts";
import type { NotedCalls } from "../../rpc/request/noted-calls.ts";
import type { RpcClient, RpcMethod } from "../../rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../rpc/request/json-rpc.ts";
import { guardedMethods, type Closed } from "../../rpc/development/guarded-methods.ts";
import { OPEN_GATE, readerGate, type ReaderGate, type ReaderPolicy } from "../../rpc/access/reader-gate.ts";
import { refusedMethods, type MethodRefusal } from "../../rpc/transport/refused-methods.ts";
import { sessionMethods } from "../../rpc/access/session-methods.ts";
import { Sessions } from "../../rpc/access/sessions.ts";
import { chainMethods, type ChainMethodOptions } from "../../rpc/served/methods.ts";
import { porterMethods } from "../../rpc/served/porter-methods.ts";
import { namedNotifications } from "../../rpc/named-notifications.ts";
import type { RpcServerOptions } from "../../rpc/transport/server.ts";
import { withAliases } from "../../rpc/request/aliases.ts";
import { withRequiredParameters } from "../../rpc/request/required-parameters.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import type { Disposer } from "../../../ground/runtime/disposer.ts";
import { InProcessProvider, type Eip1193Provider } from "./eip1193.ts";
import { withFeed, type Feed } from "../../rpc/transport/feed.ts";
import { serveMember } from "./listening.ts";
import { withNamedReverts, type CustomErrorText } from "./named-reverts.ts";

export interface ServingOptions
  extends
    Pick<RpcServerOptions, "host" | "port" | "origins" | "inBackground">,
    Pick<ChainMethodOptions, "gasPrice" | "orderName" | "development" | "accounts" | "operator" | "settlement" | "revertReason"> {
  /** Methods closed to external clients. Default: none. */
  readonly closed?: Closed;
  /** Clients that may read the chain. Default: all. */
  readonly readers?: ReaderPolicy;
  /** The chain's contract on L1, for which its admin and its readers sign. Default: no session is opened. */
  readonly hyperchain?: Hex;
  /** Sessions of the ecosystem's chains. Default: the chain's. */
  readonly sessions?: Sessions;
  /** Milliseconds since 1970, of those who sign. Default: the machine's clock. */
  readonly wallClockMs?: () => number;
  /** Name of the chain for messages. */
  readonly name: string;
  /** Methods that replace the chain's methods of the same names, and further ones. */
  readonly methods?: ReadonlyMap<string, RpcMethod>;
  /** Feed of `hyperchain` subscriptions. Default: none. */
  readonly feed?: Feed;
  /** Notes what clients have the chain do. Default: nothing is noted. */
  readonly noting?: NotedCalls;
  /** Names the custom errors of reverts. Default: errors have the revert data alone. */
  readonly customError?: CustomErrorText;
  /** Port of the chain's porter. Default: any free one. */
  readonly porterPort?: number;
  /** Why clients get no answers about the chain now; undefined while they do. Default: they always do. */
  readonly refusal?: MethodRefusal;
}

/** Access to a chain, or to its porter. */
interface RpcAccess {
  readonly url: string;
  /** Without the way over HTTP. It answers also while clients are refused. */
  readonly provider: Eip1193Provider;
  /** Provider for clients in this process, with the same refusals as for external ones. */
  readonly clientProvider: Eip1193Provider;
}

/** Access for users of a chain's porter. */
interface PorterAccess extends RpcAccess {
  readonly chainId: ChainId;
}

/** Access for a chain's users. */
export interface ChainAccess extends RpcAccess {
  /** Undefined for a chain with one tree. */
  readonly porter: PorterAccess | undefined;
  /**
   * Answers as for this client; where it is undefined with a stranger's bounds, but before strangers. Rejects with RpcError, or
   * an error of the chain's stages.
   */
  readonly answer: (method: string, params: readonly unknown[], client: RpcClient | undefined) => Promise<unknown>;
  readonly gate: Pick<ReaderGate, "mayRead" | "refusal">;
  /** Answers these methods too, before its own of the same name. */
  addMethods(methods: ReadonlyMap<string, RpcMethod>): void;
}

/**
 * Serves a chain: methods, subscriptions and logs under the names that users know, over HTTP, WebSocket and in this process. The
 * engine's own subscriptions would name transactions by hashes that nothing else here answers. Rejects with PortInUseError.
 */
export async function serveChain(chain: Chain, options: ServingOptions, closing: Disposer): Promise<ChainAccess> {
  const {
    name,
    host,
    port,
    origins = [],
    inBackground = false,
    methods: further = new Map<string, RpcMethod>(),
    closed = {},
    feed,
    noting = (methods) => methods,
    refusal,
    customError,
    readers,
    hyperchain,
    wallClockMs = Date.now,
    porterPort = 0,
    sessions = new Sessions({ nowMs: wallClockMs }),
    ...answering
  } = options;
  const named = namedNotifications(chain);
  const engine = feed === undefined ? named : withFeed(named, feed);
  const methods = chainMethods(chain, answering);
  const { partition } = chain;
  const ofPorter = partition === undefined ? [] : porterMethods(chain, partition.chainId, answering, methods);
  const porter = new Map([...methods, ...ofPorter]);
  const addMethods = (more: ReadonlyMap<string, RpcMethod>): void => {
    for (const [method, answer] of more) methods.set(method, answer);
    for (const [method, answer] of [...more, ...ofPorter]) porter.set(method, answer);
  };
  addMethods(further);
  if (hyperchain !== undefined) {
    const accounts = (): readonly Hex[] => [...(readers?.readers() ?? []), chain.admission.admin];
    addMethods(sessionMethods({ chainId: BigInt(chain.chainId), hyperchain, accounts }, { sessions, nowMs: wallClockMs }));
  }
  const gate = readers === undefined ? OPEN_GATE : readerGate(readers);
  const serve = async (answers: typeof methods, member: string, at: number): Promise<RpcAccess> => {
    const noted = noting(answers, () => Number(chain.chainId));
    const namedReverts = customError === undefined ? noted : withNamedReverts(noted, customError);
    const answered = withRequiredParameters(withAliases(guardedMethods(namedReverts, closed)));
    const provider = new InProcessProvider(answered, engine);
    closing.add(() => provider.close());
    const served = refusal === undefined ? answered : refusedMethods(answered, refusal);
    const clientProvider = new InProcessProvider(served, engine, refusal);
    closing.add(() => clientProvider.close());
    const server = await serveMember(
      member,
      { host, port: at, origins, inBackground },
      { engine, methods: served, gate, sessions, routes: restRoutes(), ...(refusal === undefined ? {} : { refusal }) },
    );
    closing.add(() => server.close());
    return { url: `http://${host}:${server.port}`, provider, clientProvider };
  };
  const answer: ChainAccess["answer"] = (method, params, client) => {
    const known = gate.permit(methods).get(method);
    if (known === undefined)
      return Promise.reject(new RpcError(RpcCode.methodNotFound, `the method ${method} does not exist or is not available`));
    return known(params, client);
  };
  const access = await serve(methods, name, port);
  const second = partition && {
    chainId: BigInt(partition.chainId),
    ...(await serve(porter, `porter of ${name}`, porterPort)),
  };
  return { ...access, porter: second, answer, gate, addMethods };
}
