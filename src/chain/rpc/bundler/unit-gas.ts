import { chargedGas, gasOfUnits } from "../../../ground/protocol/native-budget.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { CallAnswer } from "../../questions/asked/question.ts";
import { provingRefusal } from "../../sequencer/proving-refusal.ts";
import { TRANSACTION_GAS_CAP } from "../../../ground/transaction/gas-limits.ts";
import { RpcError } from "../request/json-rpc.ts";
import { leastPreVerificationGas, plainTransactionGas } from "./bundle.ts";
import { invalid } from "./operation-request.ts";
import { OperationCode, type Refusal } from "./refusal.ts";
import type { UserOperation } from "./user-operation.ts";

type Run = Pick<CallAnswer, "receipt">;

/**
 * Reason why an operation is refused for the units that its transaction took to prove; `undefined` if it is
 * executed. An EntryPoint meters the EVM's gas alone, and a metered block charges for units if these are
 * more: `preVerificationGas` has to pay for them.
 */
export function unpaidUnits(operation: UserOperation, beneficiary: Hex, { receipt }: Run): Refusal | undefined {
  if (receipt?.native === undefined) return undefined;
  const tooMany = provingRefusal(receipt, TRANSACTION_GAS_CAP);
  if (tooMany !== undefined) {
    const error = new RpcError(OperationCode.rejected, tooMany.message, { code: tooMany.code });
    return { error, culprit: "sender" };
  }
  const { preVerificationGas } = operation;
  const { gasUsed, native } = receipt;
  const beyond = chargedGas(gasUsed, native.units) - gasUsed;
  const least = leastPreVerificationGas(operation, beneficiary) + beyond;
  if (beyond === 0n || preVerificationGas >= least) return undefined;
  const error = invalid(
    `preVerificationGas is ${preVerificationGas}, and ${least} pay for the ${native.units} units of its proof besides the metered gas`,
  );
  return { error, culprit: "sender" };
}

/**
 * Gas of an operation's units beyond the EVM's, from a run of its checks as a whole transaction, and one of its call as another.
 * That is more than it takes: by what an EntryPoint spends between the two, and by what both load. Throws SequencerError where
 * either takes more units than a transaction may.
 */
export function unitGasOf(checks: Run, call: Run & { readonly data: Hex }): bigint {
  let [units, gas] = [0, -plainTransactionGas(call.data)];
  for (const { receipt } of [checks, call]) {
    if (receipt === undefined) continue;
    const refusal = provingRefusal(receipt, TRANSACTION_GAS_CAP);
    if (refusal !== undefined) throw refusal;
    units += receipt.native?.units ?? 0;
    gas += receipt.gasUsed;
  }
  const beyond = gasOfUnits(units) - gas;
  return beyond > 0n ? beyond : 0n;
}
