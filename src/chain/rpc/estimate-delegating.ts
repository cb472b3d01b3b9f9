import { fromHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { Chain } from "../chain.ts";
import { TRANSACTION_GAS_CAP } from "../execution/connection.ts";
import type { CallAnswer } from "../witness/call.ts";
import { record } from "./call-request.ts";
import type { RpcCall } from "./call-request.ts";
import { readDelegations } from "./delegations.ts";
import { hexQuantity } from "./hex-quantity.ts";
import { RpcCode, RpcError } from "./json-rpc.ts";

/** EIP-2028, EIP-7623, EIP-2930 and EIP-7702. */
const TRANSACTION_GAS = 21_000n;
const TOKEN_GAS = 4n;
const FLOOR_TOKEN_GAS = 10n;
const TOKENS_PER_NONZERO_BYTE = 4n;
const LISTED_ADDRESS_GAS = 2_400n;
const LISTED_SLOT_GAS = 1_900n;
const AUTHORIZATION_GAS = 25_000n;
/** What a call with value keeps for its callee. */
const STIPEND = 2_300n;

/**
 * Gas for a transaction with an authorization list (EIP-7702): the call runs in the newest state with the signers' code as the list
 * makes it. The witness answers, which may run any code. Throws RpcError where the transaction would fail.
 */
export async function estimateDelegating(chain: Chain, transaction: unknown, call: RpcCall): Promise<Hex> {
  const { count, overrides } = readDelegations(transaction, BigInt(chain.chainId));
  const { from, to, data, valueWei } = call;
  if (to === undefined) throw new RpcError(RpcCode.invalidParams, "a transaction with an authorization list names a recipient (EIP-7702)");
  const tokens = fromHex(data).reduce((sum, byte) => sum + (byte === 0 ? 1n : TOKENS_PER_NONZERO_BYTE), 0n);
  const intrinsic = TRANSACTION_GAS + TOKEN_GAS * tokens + AUTHORIZATION_GAS * BigInt(count) + accessListGas(transaction);
  const floor = TRANSACTION_GAS + FLOOR_TOKEN_GAS * tokens;
  const most = call.gas === undefined || call.gas > TRANSACTION_GAS_CAP ? TRANSACTION_GAS_CAP : call.gas;
  if (intrinsic > most) throw new RpcError(RpcCode.rejected, `the transaction needs ${intrinsic} gas before it runs, and may have ${most}`);
  const environment = chain.sequencer.nextEnvironment;
  const run = (gasLimit: bigint): Promise<CallAnswer> =>
    chain.witness.request("call", { call: { from, to, data, valueWei, gasLimit, overrides }, environment });
  const full = await run(most - intrinsic);
  if (!full.success) {
    const reverted = full.error === "revert";
    throw new RpcError(reverted ? RpcCode.reverted : RpcCode.rejected, reverted ? "execution reverted" : `execution failed: ${full.error}`, full.output);
  }
  // What calls keep back of their gas is small as a rule.
  let gas = (full.gasUsed * 65n) / 64n + (full.gasUsed === 0n ? 0n : STIPEND);
  while (intrinsic + gas < most && !(await run(gas)).success) gas *= 2n;
  const total = intrinsic + gas < most ? intrinsic + gas : most;
  return hexQuantity(total > floor ? total : floor);
}

function accessListGas(transaction: unknown): bigint {
  const list = record(transaction, "the call")["accessList"] ?? [];
  if (!Array.isArray(list)) throw new RpcError(RpcCode.invalidParams, "the access list must be a list");
  return list.reduce((sum: bigint, entry: unknown) => {
    const { storageKeys = [] } = record(entry, "an entry of the access list");
    const slots = Array.isArray(storageKeys) ? BigInt(storageKeys.length) : 0n;
    return sum + LISTED_ADDRESS_GAS + LISTED_SLOT_GAS * slots;
  }, 0n);
}
