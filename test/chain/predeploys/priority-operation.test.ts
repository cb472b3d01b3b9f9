import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Interface } from "ethers";
import { priorityOperation } from "../../../src/chain/predeploys/priority-operation.ts";
import type { SystemRequest } from "../../../src/ground/protocol/system-transactions.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { PRIORITY_OPERATION_TYPE } from "../../../src/ground/protocol/priority-op.ts";
import { Random } from "../state/support/random.ts";

const OPERATOR: Hex = `0x${"0b".repeat(20)}`;
const SENDER: Hex = `0x${"5e".repeat(20)}`;
const RECIPIENT: Hex = `0x${"4e".repeat(20)}`;
const abi = new Interface(["function payout(address to, uint256 amount)", "function returnToReserve() payable"]);

/** Base token that the reserve pays to an account by these transactions. */
function paidTo(account: Hex, requests: readonly SystemRequest[]): bigint {
  return requests.reduce((sum, { to, data }) => {
    const call = to === PREDEPLOYS.L2BaseToken ? abi.parseTransaction({ data }) : null;
    return call?.name === "payout" && String(call.args[0]).toLowerCase() === account ? sum + (call.args[1] as bigint) : sum;
  }, 0n);
}

describe("§8.2: what an operation costs, and what comes back of it", () => {
  it("is all that was minted, whatever becomes of it, and no fee is more than what is left", () => {
    const random = new Random(8);
    for (let i = 0; i < 2000; i++) {
      const [gasLimit, price] = [BigInt(21_000 + random.below(7_979_001)), BigInt(random.below(3))];
      const value = random.below(2) === 0 ? 0n : BigInt(random.below(1_000_000_000));
      // L1 takes no less; what an operation's gas costs may be less than what it is charged for, where it is free.
      const minted = value + (random.below(4) === 0 ? 0n : (gasLimit + 60_000n) * price) + BigInt(random.below(1000));
      const steps = priorityOperation(
        {
          txType: PRIORITY_OPERATION_TYPE,
          from: BigInt(SENDER),
          to: 1n,
          gasLimit,
          gasPerPubdataByteLimit: 800n,
          maxFeePerGas: price,
          maxPriorityFeePerGas: 0n,
          paymaster: 0n,
          nonce: BigInt(i),
          value,
          reserved: [minted, BigInt(RECIPIENT), 0n, 0n],
          data: "0x",
          signature: "0x",
          factoryDeps: [],
          paymasterInput: "0x",
          reservedDynamic: "0x",
        },
        OPERATOR,
      );
      const ran = random.below(3) > 0;
      const success = ran && random.below(2) === 0;
      const gasUsed = ran ? BigInt(random.below(Number(gasLimit) + 1)) : random.pick([0n, gasLimit]);
      const conclusion = steps.conclusion({ ran, success, gasUsed });
      const [paidOut, fee, refund] = [
        ran ? paidTo(SENDER, steps.payout) : 0n,
        paidTo(OPERATOR, conclusion),
        paidTo(RECIPIENT, conclusion),
      ];
      const returned = conclusion.filter(({ from }) => from === SENDER).reduce((sum, { valueWei }) => sum + valueWei, 0n);
      assert.equal(paidOut, ran ? value : 0n);
      assert.equal(returned, ran && !success ? value : 0n);
      assert.equal(paidOut + fee + refund - returned, minted);
      const owed = gasUsed * price;
      assert.equal(fee, owed < minted - paidOut ? owed : minted - paidOut);
    }
  });
});
