import type { Provider, Signer, TransactionReceipt, TransactionRequest } from "ethers";
import { DeploymentError } from "./deploy-layer.ts";
import { transmit } from "./transmit.ts";

interface Step {
  /** Name of the step in its error. */
  readonly name: string;
  /** Part of the error's text after the transaction's hash, such as " of a stake". Default: nothing. */
  readonly subject?: string;
  /** L1 that mines it. Default: the signer's provider. */
  readonly l1?: Pick<Provider, "waitForTransaction"> | null;
  /** Blocks on L1 that confirm the transaction. Default 1. */
  readonly blocks?: number;
}

/** Sends a transaction and resolves when it is mined. Rejects with DeploymentError if it failed, or with the provider's error. */
export async function transact(
  signer: Signer,
  transaction: TransactionRequest,
  { name, subject = "", l1 = signer.provider, blocks = 1 }: Step,
): Promise<TransactionReceipt> {
  const hash = await transmit(signer, transaction);
  const receipt = await l1?.waitForTransaction(hash, blocks);
  if (receipt?.status === 1) return receipt;
  throw new DeploymentError(name, `transaction ${hash}${subject} failed`);
}
