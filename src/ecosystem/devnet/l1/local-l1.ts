import type { L1Connection } from "../described/l1-connection.ts";
import type { JsonRpcApiProvider, Provider } from "ethers";
import { withAliases } from "../../../chain/rpc/request/aliases.ts";
import { withRequiredParameters } from "../../../chain/rpc/request/required-parameters.ts";
import type { Sessions } from "../../../chain/rpc/access/sessions.ts";
import type { NotedCalls } from "../../../chain/rpc/request/noted-calls.ts";
import type { RpcMethod, RpcMethods } from "../../../chain/rpc/request/dispatch.ts";
import { guardedMethods, type Closed } from "../../../chain/rpc/development/guarded-methods.ts";
import type { Eip1193Provider } from "../../../chain/node/serving/eip1193.ts";
import { serveMember } from "../../../chain/node/serving/listening.ts";
import { withNamedReverts, type CustomErrorText } from "../../../chain/node/serving/named-reverts.ts";
import { connectInProcess } from "../relaying/relaying.ts";
import { guardedL1Methods } from "./l1-guard.ts";
import { refusalOfChainMethod, REFUSED_ON_L1 } from "./methods-of-chains.ts";

export interface LocalL1Options {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Further origins whose pages may ask. */
  readonly origins?: readonly string[];
  /** Whether the process may end while it is served. Default false. */
  readonly inBackground?: boolean;
  /** Sessions of readers of the ecosystem's chains, whose tokens requests name. Default: none. */
  readonly sessions?: Sessions;
  /** Methods that external clients may not call. Default: none. */
  readonly closed?: Closed;
  /** Notes what clients have it do. Default: nothing is noted. */
  readonly noting?: NotedCalls;
  /** Names custom errors of contracts of which the engine has no artifact. Default: errors have the revert data. */
  readonly customError?: CustomErrorText;
}

/** A settlement layer inside this process, which others reach over HTTP and WebSocket. */
export interface LocalL1 {
  readonly chainId: bigint;
  readonly url: string;
  /** Without the way over HTTP. */
  readonly provider: Provider;
  /** Another connection, for requests of the caller alone; it ends with the L1. */
  connect(): JsonRpcApiProvider;
  /** Provider with EIP-1193's interface, and the methods that were added. */
  readonly eip1193: Eip1193Provider;
  /** Answers these methods too, before L1's own of the same name. */
  addMethods(methods: ReadonlyMap<string, RpcMethod>): void;
  request(method: string, params?: readonly unknown[]): Promise<unknown>;
  /** Calls after each request that may have made blocks; returns what ends that. One that runs elsewhere calls nothing. */
  onMoved(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Methods of a development L1: all of Ethereum's, and those that move its time and state. */
const SERVED = /^(debug|eth|evm|hardhat|net|personal|web3)_\w+$/;

/** Methods that make blocks, or revert them. */
const MOVES = /^(eth_send|personal_send|evm_|hardhat_)/;

/** Serves a connection. The connection is closed with the L1, also when serving it fails. Rejects with PortInUseError. */
export async function serveLocalL1(options: LocalL1Options, engine: L1Connection): Promise<LocalL1> {
  const listeners = new Set<() => void>();
  const connection = tellingOfMoves(engine, () => listeners.forEach((tell) => tell()));
  const request = (method: string, params: readonly unknown[] = []): Promise<unknown> =>
    connection.provider.request({ method, params });
  const added = new Map<string, RpcMethod>(REFUSED_ON_L1);
  const guarded = guardedL1Methods(request, connection.lookAhead);
  const all: RpcMethods = {
    get: (method) =>
      added.get(method) ?? guarded.get(method) ?? (SERVED.test(method) ? (params) => request(method, params) : undefined),
  };
  const noted = (some: RpcMethods): RpcMethods => options.noting?.(some, () => Number(chainId)) ?? some;
  const { customError } = options;
  const named = customError === undefined ? noted(all) : withNamedReverts(noted(all), customError);
  const answered = withRequiredParameters(withAliases(guardedMethods(named, options.closed ?? {}, true)));
  const methods: RpcMethods = { get: (method) => answered.get(method) ?? refusalOfChainMethod(method) };
  const inProcess = noted({ get: (method) => added.get(method) ?? ((params) => request(method, params)) });
  let chainId = 0n;
  try {
    const { sessions } = options;
    const server = await serveMember("L1", options, {
      engine: notifications(connection, request),
      methods,
      ...(sessions === undefined ? {} : { sessions }),
    });
    try {
      chainId = BigInt((await request("eth_chainId")) as string);
      const provider = connectInProcess(chainId, connection.provider);
      const clients = [provider];
      return {
        chainId,
        url: `http://${options.host}:${server.port}`,
        provider,
        connect() {
          const client = connectInProcess(chainId, connection.provider);
          clients.push(client);
          return client;
        },
        eip1193: {
          async request({ method, params = [] }) {
            return (await inProcess.get(method)?.(params, undefined)) ?? null;
          },
          on: (event, listener) => connection.provider.on(event, listener),
          removeListener: (event, listener) => connection.provider.removeListener(event, listener),
        },
        addMethods(more) {
          for (const [method, answer] of more) added.set(method, answer);
        },
        request,
        onMoved(listener) {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
        async close() {
          for (const client of clients) client.destroy();
          await server.close();
          await connection.close();
        },
      };
    } catch (error) {
      await server.close();
      throw error;
    }
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The connection, which tells of each request that may have made blocks, also of one that failed: it may have made some. */
function tellingOfMoves(connection: L1Connection, tell: () => void): L1Connection {
  const { provider } = connection;
  return {
    ...connection,
    provider: {
      async request(args) {
        try {
          return await provider.request(args);
        } finally {
          if (MOVES.test(args.method)) tell();
        }
      },
      on: (event, listener) => provider.on(event, listener),
      removeListener: (event, listener) => provider.removeListener(event, listener),
    },
  };
}

function notifications(connection: L1Connection, request: LocalL1["request"]) {
  return {
    request,
    onNotification(listener: (notification: { readonly subscription: string; readonly result: unknown }) => void) {
      const onMessage = ({ type, data }: { readonly type: string; readonly data: unknown }): void => {
        if (type === "eth_subscription") listener(data as { readonly subscription: string; readonly result: unknown });
      };
      connection.provider.on("message", onMessage);
      return () => {
        connection.provider.removeListener("message", onMessage);
      };
    },
  };
}
