import type { RpcMethods } from "./dispatch.ts";

/** The same methods of the member with this id, which note what clients have it do. */
export type NotedCalls = (methods: RpcMethods, chainId: () => number) => RpcMethods;
