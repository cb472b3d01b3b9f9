import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Assets } from "../wallet/assets.tsx";
import { Chains } from "../wallet/chains.tsx";
import { Connection } from "../wallet/connection.tsx";
import { Requests } from "../wallet/requests.tsx";
import { InFlight } from "../wallet/in-flight.tsx";
import { Steps } from "../wallet/steps.tsx";
import { carryOut } from "../wallet/carry-out.ts";
import type { Step, WalletRequest } from "../wallet/carry-out.ts";
import type { Signer } from "../wallet/signer.ts";
import { useWallets } from "../wallet/wallets.ts";
import type { Wallet } from "../wallet/wallets.ts";
import type { WalletAnswer } from "../answers.ts";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { Answer, Section } from "../parts/layout.tsx";
import { AddressLink } from "../parts/links.tsx";
import { ask } from "../rpc.ts";

/** How a request stands. */
export interface Carried {
  readonly steps: readonly Step[];
  readonly state: "running" | "done" | "failed";
  readonly reason?: string;
}

/** An account on all members: what it has, what is on its way, and what it can do. */
export function WalletPage() {
  const { info, version } = useEcosystem();
  const wallets = useWallets();
  const [signer, setSigner] = useState<Signer>();
  const [wallet, setWallet] = useState<Wallet>();
  const [carried, setCarried] = useState<Carried>();
  const start = (request: WalletRequest): void => {
    if (signer === undefined) return;
    let steps: readonly Step[] = [];
    const tell = (state: Carried["state"], reason?: string): void =>
      setCarried({ steps, state, ...(reason === undefined ? {} : { reason }) });
    tell("running");
    carryOut(signer, request, info, (now) => {
      steps = now;
      tell("running");
    }).then(
      () => tell("done"),
      (error: unknown) => tell("failed", reasonOf(error)),
    );
  };
  const isBusy = carried?.state === "running";
  return (
    <>
      <h1>Wallet</h1>
      <Connection
        wallets={wallets}
        signer={signer}
        onConnect={(next, from) => {
          setSigner(next);
          setWallet(from);
          setCarried(undefined);
        }}
      />
      {wallet !== undefined && <Chains wallet={wallet} />}
      {signer !== undefined && (
        <OfAccount signer={signer} version={version} isBusy={isBusy} start={start}>
          <div aria-live="polite">{carried !== undefined && <Steps carried={carried} />}</div>
        </OfAccount>
      )}
    </>
  );
}

function OfAccount({
  signer,
  version,
  isBusy,
  start,
  children,
}: {
  readonly signer: Signer;
  readonly version: number;
  readonly isBusy: boolean;
  readonly start: (request: WalletRequest) => void;
  /** How what was asked for stands, beside the forms that ask. */
  readonly children: ComponentChildren;
}) {
  const { info } = useEcosystem();
  const { account } = signer;
  const view = useAsked(() => ask<WalletAnswer>("any", "hyperchain_wallet", [account]), [account, version]);
  return (
    <>
      <p>
        You act as <AddressLink chain={info.chains[0]?.name ?? info.l1.name} address={account} />; {signer.name} signs.
      </p>
      <Answer asked={view} missing="">
        {(wallet) => (
          <>
            <Section title="What it can do">
              <Requests key={account} wallet={wallet} isBusy={isBusy} start={start} />
            </Section>
            {children}
            <Assets wallet={wallet} />
            <InFlight wallet={wallet} isBusy={isBusy} start={start} />
          </>
        )}
      </Answer>
    </>
  );
}

/** Wallets reject with plain objects. */
export function reasonOf(error: unknown): string {
  const { message, code } = error as { readonly message?: unknown; readonly code?: unknown };
  if (code === 4001) return "it was refused in the wallet";
  return typeof message === "string" && message !== "" ? message : String(error);
}
