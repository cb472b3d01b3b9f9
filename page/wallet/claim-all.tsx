import { plural } from "../format.ts";
import { SignerNeeded } from "./signer-needed.tsx";
import { useCarrying, useSigning } from "./signing.ts";
import { Steps } from "./steps.tsx";

/** A withdrawal that any account may claim on L1. */
export interface ClaimableWithdrawal {
  readonly sourceChainId: number;
  readonly messageHash: string;
}

/** One button that claims several withdrawals in sequence; nothing for less than two. */
export function ClaimAll({ withdrawals }: { readonly withdrawals: readonly ClaimableWithdrawal[] }) {
  const { signer } = useSigning();
  const { carried, isBusy, start } = useCarrying();
  const [first, ...others] = withdrawals.map(
    ({ sourceChainId: chain, messageHash }) => ({ action: "claim", chain, messageHash }) as const,
  );
  const isOffered = first !== undefined && others.length > 0;
  if (!isOffered && carried === undefined) return null;
  return (
    <>
      {isOffered && (
        <p class="actions">
          <button class="primary" disabled={isBusy || signer === undefined} onClick={() => start(first, ...others)}>
            Claim all
          </button>
          <span class="quiet">{plural(withdrawals.length, "withdrawal")}</span>
        </p>
      )}
      {isOffered && signer === undefined && <SignerNeeded />}
      <div aria-live="polite">{carried !== undefined && <Steps carried={carried} />}</div>
    </>
  );
}
