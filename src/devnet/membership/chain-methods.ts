import type { RpcMethod } from "../../chain/rpc/dispatch.ts";
import { fairLine } from "../../chain/rpc/fair-line.ts";
import { RpcCode, RpcError } from "../../chain/rpc/json-rpc.ts";
import { HyperchainError } from "../../runtime/hyperchain-error.ts";
import { chainInfo } from "../view/ecosystem-view.ts";
import type { ChainChanges } from "./chain-changes.ts";

/** Each starts an engine, and processes of validators. */
const MAX_CHANGES = 16;
const MAX_CHANGES_OF_ONE = 8;

/** How clients change which chains there are: the same on every member. */
export function chainMethods({ addChain }: ChainChanges): ReadonlyMap<string, RpcMethod> {
  const line = fairLine({ width: 1, places: MAX_CHANGES, placesPerClient: MAX_CHANGES_OF_ONE, what: "changes of chains wait" });
  return new Map<string, RpcMethod>([
    [
      "hyperchain_addChain",
      async ([described], client) => line(client, async () => chainInfo(await addChain(described).catch(inJsonRpc))),
    ],
  ]);
}

function inJsonRpc(error: unknown): never {
  if (!(error instanceof HyperchainError)) throw error;
  const code = error.code === "BadOptions" ? RpcCode.invalidParams : RpcCode.rejected;
  throw new RpcError(code, error.message, { code: error.code }, { cause: error });
}
