import { ActingAs } from "../wallet/acting-as.tsx";
import { Assets } from "../wallet/assets.tsx";
import { Chains } from "../wallet/chains.tsx";
import { Connection } from "../wallet/connection.tsx";
import { Requests } from "../wallet/requests.tsx";
import { InFlight } from "../wallet/in-flight.tsx";
import { Steps } from "../wallet/steps.tsx";
import type { Signer } from "../wallet/signer.ts";
import { useCarrying, useSigning } from "../wallet/signing.ts";
import { useWallets } from "../wallet/wallets.ts";
import type { WalletAnswer } from "../answers.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { Answer, Section } from "../parts/layout.tsx";
import { ask } from "../rpc.ts";

/** An account on all members: what it has, what is on its way, and what it can do. */
export function WalletPage() {
  const wallets = useWallets();
  const { signer, wallet, connect } = useSigning();
  return (
    <>
      <h1>Wallet</h1>
      <Connection wallets={wallets} signer={signer} onConnect={connect} />
      {wallet !== undefined && <Chains wallet={wallet} />}
      {signer === undefined ? (
        <p class="panel empty">
          Choose the account that signs. Then this page has its assets on all chains, its transfers in flight, and forms to
          deposit, send, call and withdraw.
        </p>
      ) : (
        <OfAccount signer={signer} key={`${signer.name}:${signer.account}`} />
      )}
    </>
  );
}

function OfAccount({ signer }: { readonly signer: Signer }) {
  const { account } = signer;
  const { version } = useEcosystem();
  const { carried, isBusy, start } = useCarrying();
  const view = useAsked(() => ask<WalletAnswer>("any", "hyperchain_wallet", [account]), [account, version]);
  return (
    <>
      <ActingAs signer={signer} />
      <Answer asked={view} missing="">
        {(wallet) => (
          <>
            <Section title="What it can do">
              <Requests wallet={wallet} isBusy={isBusy} start={start} />
            </Section>
            <div aria-live="polite">{carried !== undefined && <Steps carried={carried} />}</div>
            <Assets wallet={wallet} />
            <InFlight wallet={wallet} isBusy={isBusy} start={start} />
          </>
        )}
      </Answer>
    </>
  );
}
