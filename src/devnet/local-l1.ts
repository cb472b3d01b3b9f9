import { BrowserProvider, Network } from "ethers";
import type { Provider } from "ethers";
import type { RpcMethod } from "../chain/rpc/dispatch.ts";
import { startRpcServer } from "../chain/rpc/server.ts";

/** A JSON-RPC connection to an in-process L1: the part of Hardhat's network connection that is used here. */
export interface L1Connection {
  readonly provider: {
    request(args: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
    on(event: "message", listener: (message: { readonly type: string; readonly data: unknown }) => void): unknown;
    removeListener(event: "message", listener: (message: { readonly type: string; readonly data: unknown }) => void): unknown;
  };
  close(): Promise<void>;
}

export interface LocalL1Options {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

/** A settlement layer inside this process, which others reach over HTTP and WebSocket. */
export interface LocalL1 {
  readonly chainId: bigint;
  readonly url: string;
  /** Without the way over HTTP. */
  readonly provider: Provider;
  request(method: string, params?: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

/** What a development L1 answers: all of Ethereum's methods, and those that move its time and state. */
const SERVED = /^(debug|eth|evm|hardhat|net|web3)_\w+$/;

/** Serves a connection. The connection is closed with the L1, also when serving it fails. */
export async function serveLocalL1(options: LocalL1Options, connection: L1Connection): Promise<LocalL1> {
  const request = (method: string, params: readonly unknown[] = []): Promise<unknown> =>
    connection.provider.request({ method, params });
  try {
    const server = await startRpcServer(options, { engine: notifications(connection, request), methods: new PassedOn(request) });
    try {
      const chainId = BigInt((await request("eth_chainId")) as string);
      const provider = connectInProcess(request, chainId);
      return {
        chainId,
        url: `http://${options.host}:${server.port}`,
        provider,
        request,
        async close() {
          provider.destroy();
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

function connectInProcess(request: LocalL1["request"], chainId: bigint): BrowserProvider {
  const transport = {
    request: ({ method, params }: { method: string; params?: unknown[] | Record<string, unknown> }) =>
      request(method, Array.isArray(params) ? params : []),
  };
  // Without a cache: in this process a block can follow another within a millisecond.
  return new BrowserProvider(transport, Network.from(chainId), { cacheTimeout: -1, staticNetwork: Network.from(chainId) });
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

/** Every method of the served families, passed on as it is. */
class PassedOn extends Map<string, RpcMethod> {
  readonly #request: LocalL1["request"];

  constructor(request: LocalL1["request"]) {
    super();
    this.#request = request;
  }

  override get(method: string): RpcMethod | undefined {
    return SERVED.test(method) ? (params) => this.#request(method, params) : undefined;
  }
}
