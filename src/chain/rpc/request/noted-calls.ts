import type { RpcMethods } from "./dispatch.ts";

/** Wraps the methods of the member with this id, so that the actions of clients are recorded. */
export type NotedCalls = (methods: RpcMethods, chainId: () => number) => RpcMethods;
