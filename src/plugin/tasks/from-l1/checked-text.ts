import type { CheckedExecution } from "../../../devnet/execution/check-execution.ts";
import { strong, warning } from "../session/output.ts";

/** What is said of a batch whose execution has been checked here, and of what L1 has checked of it. */
export function checkedText(checked: CheckedExecution, layer: string): string {
  const { chainId, batchNumber, stage, oldStateRoot, newStateRoot, cheatCount, coinbase, chunks, provenBits } = checked;
  const cheats = cheatCount === 0n ? "" : warning(`\n${cheatCount} of its changes are cheats, which no account has signed.`);
  const byLayer = checked.isProvenOnL1
    ? `${layer} itself took the batch by one proof of the same, which its contracts have checked: hyperchain_proof shows that one.`
    : `${layer} itself has checked the published changes and the quorum's signatures, not this.`;
  return `${strong(`batch ${batchNumber} of chain ${chainId} is verified`)}, which ${layer} has ${stage}: its transactions, ${
    cheatCount === 0n ? "and nothing else, lead" : "and its cheats, lead"
  } from the state ${oldStateRoot}
to the state ${newStateRoot}, with fees to ${coinbase}.
${chunks} ${chunks === 1 ? "proof" : "proofs"} of at least ${provenBits} proven bits each. ${byLayer}${cheats}`;
}
