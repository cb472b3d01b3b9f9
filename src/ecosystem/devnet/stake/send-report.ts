import { Interface, type Provider, type Signer, type TransactionReceipt } from "ethers";
import { stakeRegistryAbi } from "../../../ground/abi/stake-registry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { contractErrorOf } from "../../../chain/settlement/errors/contract-error.ts";
import { lowerCaseAddress } from "../accounts/accounts.ts";
import { transmit } from "../deployment/transmit.ts";
import type { StakePlace } from "./stake-events.ts";

const registryInterface = new Interface(stakeRegistryAbi);

/** Sender of reports, and L1. */
export interface ReportingPorts {
  /** Reads L1. Its answers must not be cached. */
  readonly l1: Provider;
  /** Sends reports and pays for them; no other program may send from its account. */
  readonly sender: Signer;
}

/** Report that L1 has accepted. */
export interface AcceptedReport {
  readonly hash: Hex;
  /** Stake that L1 took. */
  readonly amountWei: bigint;
}

/**
 * Sends a report to the judge if L1 would accept it. Resolves with "taken" if L1 has taken as much for this fault before, and
 * with undefined if L1 refuses the report. Rejects with L1's error.
 */
export async function sendReport(
  { registry, evidence }: StakePlace,
  data: string,
  { l1, sender }: ReportingPorts,
): Promise<AcceptedReport | "taken" | undefined> {
  const call = { to: evidence, data, from: await sender.getAddress() };
  const refusal = await l1.call(call).then(
    () => undefined,
    (error: unknown) => contractErrorOf(error)?.name ?? Promise.reject(error),
  );
  if (refusal !== undefined) return refusal === "AlreadySlashed" ? "taken" : undefined;
  const hash = (await transmit(sender, { to: evidence, data })) as Hex;
  const receipt = await l1.waitForTransaction(hash);
  return receipt?.status === 1 ? { hash, amountWei: slashedIn(receipt, registry) } : undefined;
}

function slashedIn({ logs }: TransactionReceipt, registry: Hex): bigint {
  return logs
    .filter(({ address }) => lowerCaseAddress(address) === registry)
    .map((log) => registryInterface.parseLog(log))
    .filter((parsed) => parsed?.name === "Slashed")
    .reduce((sum, parsed) => sum + (parsed?.args["amount"] as bigint), 0n);
}
