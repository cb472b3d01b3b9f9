import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import { bridge, chainAccounts, erc20 } from "../../../client/sending/contract-interfaces.ts";
import { stepsOf, type UnsignedTransaction } from "../../../client/sending/act-steps.ts";
import { hexQuantity, type Hex } from "../../../../ground/protocol/hex.ts";
import { tokenVault } from "../../../relayer/contract-interfaces.ts";
import { actOf, type PreparedAction } from "./prepared-acts.ts";
import type { ProjectCalls } from "./project-call.ts";
import { refuse } from "../contracts/refuse.ts";

/** Answer of `hyperchain_prepare`. */
export interface Prepared {
  /**
   * Purpose of the transaction; the request is done when one that `isLast` is included. A `contract` is deployed if the
   * action needs it, once for all accounts.
   */
  readonly step: "approval" | "announcement" | "contract" | PreparedAction;
  /** When it is included and is not the last, ask again. */
  readonly isLast: boolean;
  /** Transaction for `eth_sendTransaction`. */
  readonly transaction: Readonly<Record<"chainId" | "from" | "data" | "value" | "gas", Hex>> & {
    /** Absent where a contract is created. */
    readonly to?: Hex;
  };
}

/**
 * The next transaction that an account must sign for what it wants: made and checked as the client library would send it. Changes
 * nothing. Rejects with RpcError.
 */
export async function prepare(account: Hex, request: unknown, calls: ProjectCalls): Promise<Prepared> {
  try {
    const { action, chainId, ...act } = await actOf(request, calls);
    if ("unchecked" in act)
      return { step: action, isLast: true, transaction: inHex({ chainId, from: account, ...act.unchecked }) };
    const { value: transaction, done } = await stepsOf(account, calls.clientOf, (signerOf) => act.run(signerOf(chainId))).next();
    if (done === true) throw new RpcError(RpcCode.rejected, `there is nothing to sign for this ${action}: it is done`);
    const step = stepOf(action, transaction.data);
    return { step, isLast: step === action, transaction: inHex(transaction) };
  } catch (error) {
    return refuse(error, calls);
  }
}

const APPROVE = erc20.getFunction("approve")?.selector;
const ANNOUNCE = tokenVault.getFunction("announce")?.selector;

const CLAIM = bridge.getFunction("finalizeDeposit")?.selector;
/** Last step of an action, if transactions other than approvals and announcements can precede it. */
const LAST: { readonly [Action in PreparedAction]?: string | undefined } = {
  execute: chainAccounts.getFunction("execute")?.selector,
  callAfterExit: chainAccounts.getFunction("executeAfterExit")?.selector,
};

function stepOf(action: PreparedAction, data: Hex): Prepared["step"] {
  if (action === "write" || action === "deploy") return action;
  const selector = data.slice(0, 10);
  if (selector === APPROVE) return "approval";
  if (selector === ANNOUNCE && action !== "announce") return "announcement";
  const last = LAST[action];
  if (last === undefined || selector === last) return action;
  return selector === CLAIM ? "claim" : "contract";
}

function inHex({ chainId, from, to, data, valueWei, gasLimit }: UnsignedTransaction): Prepared["transaction"] {
  const called = to === undefined ? {} : { to };
  return {
    chainId: hexQuantity(BigInt(chainId)),
    from,
    ...called,
    data,
    value: hexQuantity(valueWei),
    gas: hexQuantity(gasLimit),
  };
}
