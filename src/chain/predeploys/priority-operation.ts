import { Interface } from "ethers";
import { fromHex, type Hex } from "../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import { canonicalTxHash, type L2CanonicalTransaction } from "../../ground/protocol/priority-op.ts";
import type { OperationOutcome, PriorityOperation, SystemRequest } from "../../ground/protocol/system-transactions.ts";
import { bootloaderCall, SYSTEM_GAS_LIMIT } from "./system-transactions.ts";

const abi = new Interface([
  "function payout(address to, uint256 amount)",
  "function returnToReserve() payable",
  "function logPriorityOpResult(bytes32 canonicalTxHash, bool success)",
]);

/**
 * The steps of an operation from L1. Where it runs, its value is paid to its sender out of the base token's reserve before. Of
 * the amount minted, the fee for the gas it used goes to the operator, and what is left, also the value if it failed or did not
 * run, to the refund's recipient. One that does not run pays for all of its gas, and for none where it is not even valid. `to` 0
 * with data creates a contract.
 */
export function priorityOperation(transaction: L2CanonicalTransaction, operator: Hex): PriorityOperation {
  const { gasLimit, maxFeePerGas, value, data, reserved } = transaction;
  const from = address(transaction.from);
  const hash = canonicalTxHash(transaction);
  const [minted = 0n, refundRecipient = 0n] = reserved;
  const creates = transaction.to === 0n && fromHex(data).length > 0;

  const conclusion = ({ ran, success, gasUsed }: OperationOutcome): SystemRequest[] => {
    const paidOut = ran ? value : 0n;
    const fee = min(gasUsed * maxFeePerGas, minted - paidOut);
    const returned = success ? 0n : paidOut;
    const refund = minted - paidOut - fee + returned;
    const recipient = refundRecipient === 0n ? from : address(refundRecipient);
    return [
      ...(returned === 0n ? [] : [returnValue(from, returned)]),
      ...payouts(operator, fee),
      ...payouts(recipient, refund),
      bootloaderCall(PREDEPLOYS.L1Messenger, abi.encodeFunctionData("logPriorityOpResult", [hash, success])),
    ];
  };

  return {
    canonicalTxHash: hash,
    queued: transaction,
    gasPriceWei: maxFeePerGas,
    payout: payouts(from, value),
    operation: {
      from,
      to: creates ? undefined : address(transaction.to),
      valueWei: value,
      data,
      gasLimit,
      canonicalTxHash: hash,
    },
    conclusion,
  };
}

function payouts(to: Hex, amount: bigint): SystemRequest[] {
  return amount === 0n ? [] : [bootloaderCall(PREDEPLOYS.L2BaseToken, abi.encodeFunctionData("payout", [to, amount]))];
}

/** Returns the failed operation's value to the reserve, and from there to the refund's recipient. */
function returnValue(from: Hex, valueWei: bigint): SystemRequest {
  const data = abi.encodeFunctionData("returnToReserve") as Hex;
  return { from, to: PREDEPLOYS.L2BaseToken, valueWei, data, gasLimit: SYSTEM_GAS_LIMIT };
}

function address(value: bigint): Hex {
  return `0x${value.toString(16).padStart(40, "0")}`;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
