import type { PriorityOperation } from "../../../src/ground/protocol/system-transactions.ts";
import { priorityOperation } from "../../../src/chain/predeploys/priority-operation.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { L2CanonicalTransaction } from "../../../src/ground/protocol/priority-op.ts";
import { COINBASE } from "../../chain/support/engine.ts";

/** Operation of L1's queue that calls an account without a payment. */
export function operationTo(to: Hex, nonce: bigint, gasLimit = 100_000n): PriorityOperation {
  const operation: L2CanonicalTransaction = {
    ...{ txType: 255n, from: 0xabcdn, to: BigInt(to), gasLimit, gasPerPubdataByteLimit: 800n, maxFeePerGas: 0n },
    ...{
      maxPriorityFeePerGas: 0n,
      paymaster: 0n,
      nonce,
      value: 0n,
      reserved: [0n, 0xbeefn, 0n, 0n],
      data: "0x",
      signature: "0x",
    },
    ...{ factoryDeps: [], paymasterInput: "0x", reservedDynamic: "0x" },
  };
  return priorityOperation(operation, COINBASE);
}
