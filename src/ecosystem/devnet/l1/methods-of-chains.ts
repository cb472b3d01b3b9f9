import { ANVIL_ALIASES } from "../../../chain/rpc/request/aliases.ts";
import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";

/** Methods that chains have and Hardhat's node lacks, each with the nearest alternative. */
const INSTEAD: readonly (readonly [name: RegExp, instead: string])[] = [
  [/^anvil_autoImpersonateAccount$/, "use hardhat_impersonateAccount with each account"],
  [/^anvil_nodeInfo$/, "use hardhat_metadata"],
  [/^anvil_addBalance$/, "use hardhat_setBalance"],
  [/^(anvil|erigon)_/, "use Hardhat's methods, hardhat_… and evm_…"],
  [/^txpool_/, "use eth_pendingTransactions"],
  [/^(ots|trace)_/, "use debug_traceTransaction, or eth_getBlockByNumber and eth_getTransactionReceipt"],
  [/^(zks|hyperchain|pm|pimlico)_/, "ask a chain of the ecosystem"],
];

/** Refusal of a method that chains alone have, by name and with the nearest alternative; `undefined` for any other name. */
export function refusalOfChainMethod(method: string): RpcMethod | undefined {
  const [, instead] = INSTEAD.find(([name]) => name.test(method)) ?? [];
  if (instead === undefined || method in ANVIL_ALIASES) return undefined;
  return async () => {
    throw new RpcError(
      RpcCode.methodNotFound,
      `${method.slice(0, 100)} is not served by L1, which is Hardhat's node: ${instead}`,
      {
        code: "MethodNotServed",
        instead,
      },
    );
  };
}

/** Refusals of requests that would take away the ecosystem's contracts, by the chains' rule. */
export const REFUSED_ON_L1: ReadonlyMap<string, RpcMethod> = new Map([
  [
    "hardhat_reset",
    async () => {
      throw new RpcError(
        RpcCode.rejected,
        "hardhat_reset cannot work on the L1 of an ecosystem (rule OneEcosystem): its chains have their contracts and batches here, which cannot restart with it; take evm_snapshot at the start and return with evm_revert, which restore L1 and all chains, or start the ecosystem again",
        { code: "FixedByProtocol", rule: "OneEcosystem" },
      );
    },
  ],
]);
