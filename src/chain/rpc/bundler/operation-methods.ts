import { getAddress, type BaseWallet } from "ethers";
import type { Chain } from "../../chain.ts";
import { KNOWN_ENTRY_POINTS } from "../../model/entry-points.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { nextPlace } from "../calls/asked-place.ts";
import type { Asking } from "../calls/asking.ts";
import { address, askedCall, parseCall, parseOverrides } from "../request/call-request.ts";
import { outputOf } from "../calls/call-outcome.ts";
import type { RpcClient, RpcMethod, RpcMethods } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { hashParameter } from "../request/parameters.ts";
import { Bundler } from "./bundler.ts";
import { entryPointInterface } from "./entry-points.ts";
import { estimateOperation } from "./gas-estimate.ts";
import { OperationLookup } from "./operation-lookup.ts";
import { parseOperation, parseUnfinishedOperation } from "./operation-request.ts";
import { pack, shownOperation, type UserOperation } from "./user-operation.ts";

/** Gas of a question for an operation's hash: a word of memory for each of its bytes is enough. */
const HASH_GAS = 5_000_000n;

interface OperationMethodsOptions {
  /** The operator's key, which signs bundles; undefined where the chain has none. */
  readonly operator: BaseWallet | undefined;
  readonly nowMs: () => number;
  /** Answers the chain's other methods. */
  readonly others: RpcMethods;
}

/** ERC-7769: user operations of ERC-4337, which the chain's operator bundles. */
export function operationMethods(
  chain: Chain,
  ask: Asking,
  { operator, nowMs, others }: OperationMethodsOptions,
): ReadonlyMap<string, RpcMethod> {
  const bundler = operator === undefined ? undefined : new Bundler(chain, ask, { wallet: operator, nowMs });
  const lookup = new OperationLookup(others, (hash) => bundler?.transactions.get(hash));
  const running = (): Bundler => {
    if (bundler !== undefined) return bundler;
    const message =
      "no bundler runs on this chain, since its process has no operator's key: send handleOps to the EntryPoint in a transaction, or name another bundler in the client";
    throw new RpcError(RpcCode.rejected, message, { code: "NoBundler" });
  };

  return new Map<string, RpcMethod>([
    [
      "eth_supportedEntryPoints",
      async () => (bundler === undefined ? [] : (await present(chain)).map((entryPoint) => getAddress(entryPoint))),
    ],
    [
      "eth_sendUserOperation",
      async ([value, named], client) => {
        const bundler = running();
        const operation = parseOperation(value);
        const entryPoint = await requireEntryPoint(chain, named);
        const hash = await hashOf(operation, entryPoint, client);
        await bundler.send(operation, entryPoint, hash, client);
        return hash;
      },
    ],
    [
      "eth_estimateUserOperationGas",
      async ([value, named, overrides], client) => {
        const bundler = running();
        const { carrier } = bundler;
        const operation = parseUnfinishedOperation(value);
        bundler.requireAdmitted(operation);
        const entryPoint = await requireEntryPoint(chain, named);
        const request = { operation, entryPoint, overrides: parseOverrides(overrides), client };
        const gas = await estimateOperation(request, { chain, ask, carrier });
        return Object.fromEntries(Object.entries(gas as object).map(([field, amount]) => [field, hexQuantity(amount as bigint)]));
      },
    ],
    ["eth_getUserOperationReceipt", ([hash], client) => lookup.receipt(hashParameter(hash), client)],
    [
      "eth_getUserOperationByHash",
      async ([value], client) => {
        const hash = hashParameter(value);
        const found = await lookup.operation(hash, client);
        const waiting = bundler?.pool.find(hash);
        if (found !== null || waiting === undefined) return found;
        const entryPoint = getAddress(waiting.entryPoint);
        const nowhere = { transactionHash: null, blockHash: null, blockNumber: null };
        return { userOperation: shownOperation(waiting.operation), entryPoint, ...nowhere };
      },
    ],
  ]);

  /**
   * Hash of an operation, computed by the EntryPoint: each version has another method, and a delegation is
   * part of it.
   */
  async function hashOf(operation: UserOperation, entryPoint: Hex, client: RpcClient | undefined): Promise<Hex> {
    const data = entryPointInterface.encodeFunctionData("getUserOpHash", [pack(operation)]);
    const { authorization } = operation;
    const delegation = authorization === undefined ? {} : { authorizationList: [authorization] };
    const call = askedCall(parseCall({ to: entryPoint, data, ...delegation }), HASH_GAS);
    return outputOf(await ask("call", { ...nextPlace(chain), overrides: [], call }, client));
  }
}

/** The known EntryPoints that the chain has. */
async function present({ engine }: Chain): Promise<readonly Hex[]> {
  const state = engine.state("now");
  const codes = await Promise.all(KNOWN_ENTRY_POINTS.map((address) => state.code(address)));
  return KNOWN_ENTRY_POINTS.filter((_, i) => codes[i] !== "0x");
}

/** Checks that the EntryPoint is supported and exists. Throws RpcError. */
export async function requireEntryPoint(chain: Chain, value: unknown): Promise<Hex> {
  const named = address(value);
  if (!KNOWN_ENTRY_POINTS.includes(named))
    throw new RpcError(
      RpcCode.invalidParams,
      `the bundler knows the EntryPoints ${KNOWN_ENTRY_POINTS.join(" and ")}, got ${named}`,
      {
        code: "UnknownEntryPoint",
      },
    );
  if ((await present(chain)).includes(named)) return named;
  const message = `the EntryPoint ${named} is not on this chain: deploy it from @account-abstraction/contracts with the CREATE2 deployer (docs/clients.md)`;
  throw new RpcError(RpcCode.invalidParams, message, { code: "UnknownEntryPoint" });
}
