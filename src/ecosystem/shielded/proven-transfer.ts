import { Contract, type ContractTransactionResponse, type Signer } from "ethers";

import { shieldedPoolAbi } from "../../ground/abi/shielded-pool.ts";
import { refusalInWords, refusalOf } from "../client/sending/submit.ts";
import { type JoinSplitCall, WEI_PER_GWEI } from "./pool-calls.ts";
import { ShieldedError } from "./shielded-error.ts";

/** Gas of a transfer, 2.5 M, and of a recipient that is a contract. An estimate would check the proof several times. */
const GAS_LIMIT = 4_000_000n;

/** A transfer with its proof, which holds no secret. The pool takes it from the relayer if the call names one. */
export interface ProvenTransfer {
  /** Address of the pool. */
  readonly pool: string;
  readonly call: JoinSplitCall;
  readonly proof: Uint8Array;
}

/**
 * Sends a proven transfer to its pool, by a transaction of the signer, who pays the value of a deposit. A call is tried
 * before, so that a transfer that the pool refuses costs no gas. Throws ShieldedError TransferRefused with the pool's error,
 * or the provider's error.
 */
export async function sendProvenTransfer(
  { pool, call, proof }: ProvenTransfer,
  signer: Signer,
): Promise<ContractTransactionResponse> {
  const overrides = { value: call.valueIn * WEI_PER_GWEI, gasLimit: GAS_LIMIT };
  const transact = new Contract(pool, shieldedPoolAbi, signer).getFunction("transact");
  try {
    await transact.staticCall(call, proof, overrides);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    throw new ShieldedError("TransferRefused", `the pool refuses the transfer, so it was not sent: ${refusalInWords(refusal)}`, {
      cause: error,
    });
  }
  return transact.send(call, proof, overrides);
}
