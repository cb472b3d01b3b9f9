import type { MessageInfo } from "../answers.ts";
import type { WalletRequest } from "../wallet/carry-out.ts";
import { SignerNeeded } from "../wallet/signer-needed.tsx";
import { useCarrying, useSigning } from "../wallet/signing.ts";
import { Steps } from "../wallet/steps.tsx";

/** The action that a message is ready for: a button for the account that acts, and the command. */
export function ReadyAction({ message }: { readonly message: MessageInfo }) {
  const { signer } = useSigning();
  const { carried, isBusy, start } = useCarrying();
  const { ready } = message;
  const request = requestOf(message);
  if (ready === undefined && carried === undefined) return null;
  return (
    <>
      {ready !== undefined && (
        <p class="actions">
          {request !== undefined && signer !== undefined && (
            <button disabled={isBusy} onClick={() => start(request)}>
              {ready.action}
            </button>
          )}
          <code>{ready.command}</code>
        </p>
      )}
      {request !== undefined && signer === undefined && <SignerNeeded />}
      <div aria-live="polite">{carried !== undefined && <Steps carried={carried} />}</div>
    </>
  );
}

/** Undefined for a message of a gateway, whose delivery the page does not prepare. */
function requestOf({ type, sourceChainId: chain, sender, messageHash }: MessageInfo): WalletRequest | undefined {
  if (type === "withdrawal") return { action: "claim", chain, messageHash };
  return type === "l1Call" ? { action: "execute", chain, sender, messageHash } : undefined;
}
