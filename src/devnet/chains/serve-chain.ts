import type { Chain } from "../../chain/chain.ts";
import type { RpcMethod } from "../../chain/rpc/dispatch.ts";
import { chainMethods } from "../../chain/rpc/methods.ts";
import type { ChainMethodOptions } from "../../chain/rpc/methods.ts";
import { namedNotifications } from "../../chain/rpc/named-notifications.ts";
import type { RpcServerOptions } from "../../chain/rpc/server.ts";
import type { Closing } from "../closing.ts";
import { InProcessProvider } from "../eip1193.ts";
import type { Eip1193Provider } from "../eip1193.ts";
import { serveMember } from "../listening.ts";

export interface ServingOptions extends Pick<RpcServerOptions, "host" | "port" | "origins" | "inBackground">, Pick<ChainMethodOptions, "gasPriceWei" | "development" | "settlement"> {
  /** As users know the chain, for messages. */
  readonly name: string;
  /** Answered instead of the chain's own methods of the same names, and beside them. */
  readonly methods?: ReadonlyMap<string, RpcMethod>;
}

/** Where a chain's users reach it. */
export interface ChainAccess {
  readonly url: string;
  /** Without the way over HTTP. */
  readonly provider: Eip1193Provider;
  /** Answers these methods too, before its own of the same name. */
  addMethods(methods: ReadonlyMap<string, RpcMethod>): void;
}

/**
 * Serves a chain: methods, subscriptions and logs under the names that users know, over HTTP, WebSocket and in this process. The
 * engine's own subscriptions would name transactions by hashes that nothing else here answers. Rejects with PortInUseError.
 */
export async function serveChain(chain: Chain, options: ServingOptions, closing: Closing): Promise<ChainAccess> {
  const { name, host, port, origins = [], inBackground = false, methods: further = new Map<string, RpcMethod>(), ...answering } = options;
  const engine = namedNotifications(chain);
  const methods = chainMethods(chain, answering);
  const addMethods = (more: ReadonlyMap<string, RpcMethod>): void => {
    for (const [method, answer] of more) methods.set(method, answer);
  };
  addMethods(further);
  const provider = new InProcessProvider(methods, engine);
  closing.add(() => provider.close());
  const server = await serveMember(name, { host, port, origins, inBackground }, { engine, methods });
  closing.add(() => server.close());
  return { url: `http://${host}:${server.port}`, provider, addMethods };
}
