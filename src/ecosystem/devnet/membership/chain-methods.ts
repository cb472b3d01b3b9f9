import type { RpcClient, RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { fairLine } from "../../../chain/rpc/calls/fair-line.ts";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";
import { chainInfo, type EcosystemView } from "../view/books/ecosystem-view.ts";
import { chainNamed } from "../view/books/named-member.ts";
import { sightOf, type GatedChain } from "../view/books/sight.ts";
import type { ChainChanges } from "./chain-changes.ts";

/** Each starts an engine, and processes of validators. */
const MAX_CHANGES = 16;
const MAX_CHANGES_OF_ONE = 8;

interface ChainMethodsDependencies extends Pick<EcosystemView, "info"> {
  readonly chains: () => readonly GatedChain[];
}

/**
 * Methods that change the set of chains: the same on every member. A chain with restricted reading is changed by its
 * readers alone.
 */
export function chainMethods(changes: ChainChanges, { info, chains }: ChainMethodsDependencies): ReadonlyMap<string, RpcMethod> {
  const line = fairLine({ width: 1, places: MAX_CHANGES, placesPerClient: MAX_CHANGES_OF_ONE, what: "changes of chains wait" });
  const change =
    (work: (params: readonly unknown[]) => Promise<unknown>): RpcMethod =>
    (params, client: RpcClient | undefined) =>
      line(client, () => work(params).catch(inJsonRpc));
  const changeOf =
    (work: (chainId: bigint, options: unknown) => Promise<unknown>): RpcMethod =>
    async ([chain, options], client) => {
      const chainId = chainNamed({ info }, chain);
      sightOf(chains(), client).require(chainId);
      return change(() => work(chainId, options))([], client);
    };
  return new Map<string, RpcMethod>([
    ["hyperchain_addChain", change(async ([described]) => chainInfo(await changes.addChain(described)))],
    ["hyperchain_stopChain", changeOf(async (chainId) => chainInfo(await changes.stopChain(chainId)))],
    ["hyperchain_startChain", changeOf(async (chainId) => chainInfo(await changes.startChain(chainId)))],
    ["hyperchain_removeChain", changeOf(async (chainId, options) => changes.removeChain(chainId, { force: forceOf(options) }))],
  ]);
}

/** Option of a removal. Throws RpcError for malformed options. */
function forceOf(options: unknown = {}): boolean {
  const isObject = typeof options === "object" && options !== null && !Array.isArray(options);
  const { force = false, ...others } = isObject ? (options as Readonly<Record<string, unknown>>) : { force: undefined, options };
  if (typeof force === "boolean" && Object.keys(others).length === 0) return force;
  throw new RpcError(RpcCode.invalidParams, 'the second parameter is left out, or {"force":true}');
}

function inJsonRpc(error: unknown): never {
  if (!(error instanceof HyperchainError)) throw error;
  const code = error.code === "BadOptions" ? RpcCode.invalidParams : RpcCode.rejected;
  throw new RpcError(code, error.message, { code: error.code }, { cause: error });
}
