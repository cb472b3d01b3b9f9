import { Contract, type ContractTransactionResponse, type Signer } from "ethers";

import { shieldedPoolAbi } from "../abi/shielded-pool.ts";
import { type JoinSplitCall, WEI_PER_GWEI } from "./pool-calls.ts";

/** Gas of a transfer, 2.5 M, and of a recipient that is a contract. An estimate would check the proof several times. */
const GAS_LIMIT = 4_000_000n;

/** A transfer with its proof, which holds no secret. The pool takes it from the relayer if the call names one. */
export interface ProvenTransfer {
  /** Address of the pool. */
  readonly pool: string;
  readonly call: JoinSplitCall;
  readonly proof: Uint8Array;
}

/** Sends a proven transfer to its pool, by a transaction of the signer, who pays the value of a deposit. */
export function sendProvenTransfer({ pool, call, proof }: ProvenTransfer, signer: Signer): Promise<ContractTransactionResponse> {
  const value = call.valueIn * WEI_PER_GWEI;
  return new Contract(pool, shieldedPoolAbi, signer).getFunction("transact").send(call, proof, { value, gasLimit: GAS_LIMIT });
}
