import type { Provider, Signer, TransactionReceipt } from "ethers";
import { NamedError } from "../errors/named-error.ts";
import type { Delivery } from "./delivery.ts";
import { objectionTo } from "./delivery-policy.ts";
import type { DeliveryPolicy } from "./delivery-policy.ts";
import { inclusionOf } from "./inclusion.ts";

/** EIP-7825. */
const MAX_TRANSACTION_GAS = 16_777_216n;

/** A transaction of ours was included and failed: its gas is spent. */
export class PaidFailure extends NamedError<"DeliveryFailed"> {
  override readonly name = "PaidFailure";
}

export interface OwnTransactionDependencies {
  /** Connected to the chain; no other code may send from it. */
  readonly signer: Signer;
  readonly provider: Provider;
}

/**
 * Sends a call that brings `rewardWei`, and waits until it is in a block. Throws PaidFailure where it failed there, an Error
 * where the policy does not pay for it, and the client's error where the chain refuses it or does not answer.
 */
export async function sendOwn(
  { maxGas = MAX_TRANSACTION_GAS, gas, ...delivery }: Delivery,
  rewardWei: bigint,
  policy: DeliveryPolicy,
  { signer, provider }: OwnTransactionDependencies,
): Promise<TransactionReceipt> {
  const estimate = gas ?? (await signer.estimateGas({ ...delivery, gasLimit: maxGas }));
  if (estimate > maxGas) throw new Error(`it would take ${estimate} gas, more than the ${maxGas} that are paid for`);
  const gasPrice = (await provider.getFeeData()).gasPrice ?? 0n;
  const balance = { costWei: estimate * gasPrice, rewardWei };
  const objection = await objectionTo(balance, policy, async () => provider.getBalance(await signer.getAddress()));
  if (objection !== undefined) throw new Error(objection);
  // Bundles get no less gas than they ask for: with a margin, since the estimate is the least that suffices.
  const withMargin = gas ?? (estimate * 5n) / 4n;
  const gasLimit = withMargin < MAX_TRANSACTION_GAS ? withMargin : MAX_TRANSACTION_GAS;
  const { hash } = await signer.sendTransaction({ ...delivery, gasLimit });
  const receipt = await inclusionOf(hash, provider);
  if (receipt.status !== 1) throw new PaidFailure("DeliveryFailed", `the delivery failed in transaction ${hash}`);
  return receipt;
}
