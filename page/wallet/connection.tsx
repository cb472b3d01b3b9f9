import { useState } from "preact/hooks";
import { useAsked, useEcosystem } from "../ecosystem.ts";
import { ask } from "../rpc.ts";
import { short } from "../format.ts";
import { useNames } from "../names.ts";
import { developmentSigner, walletSigner, type Signer } from "./signer.ts";
import { keptToken } from "./token.ts";
import { reasonOf } from "./signing.ts";
import type { Wallet } from "./wallets.ts";

/** Which account acts: one of a wallet, or a development account that the ecosystem signs for. */
export function Connection({
  wallets,
  signer,
  onConnect,
}: {
  readonly wallets: readonly Wallet[];
  readonly signer: Signer | undefined;
  readonly onConnect: (signer: Signer, wallet: Wallet | undefined) => void;
}) {
  const { info } = useEcosystem();
  const [refused, setRefused] = useState<string>();
  const connect = (wallet: Wallet): void => {
    setRefused(undefined);
    wallet.provider.request({ method: "eth_requestAccounts" }).then(
      (accounts) => {
        const [account] = Array.isArray(accounts) ? (accounts as readonly unknown[]) : [];
        if (typeof account === "string") onConnect(walletSigner(wallet, account, info), wallet);
        else setRefused(`${wallet.name} names no account`);
      },
      (error: unknown) => setRefused(`${wallet.name}: ${reasonOf(error)}`),
    );
  };
  return (
    <div class="actions">
      {wallets.map((wallet) => (
        <button key={wallet.id} onClick={() => connect(wallet)}>
          {wallet.icon !== undefined && <img src={wallet.icon} alt="" width="18" height="18" />} Connect {wallet.name}
        </button>
      ))}
      {wallets.length === 0 && <p class="quiet">This browser has no wallet that announces itself (EIP-6963).</p>}
      <DevelopmentAccounts wallets={wallets} signer={signer} onConnect={(next) => onConnect(next, undefined)} />
      {refused !== undefined && (
        <p class="bad" role="alert">
          {refused}
        </p>
      )}
    </div>
  );
}

function DevelopmentAccounts({
  wallets,
  signer,
  onConnect,
}: {
  readonly wallets: readonly Wallet[];
  readonly signer: Signer | undefined;
  readonly onConnect: (signer: Signer) => void;
}) {
  const { info } = useEcosystem();
  const names = useNames();
  const token = keptToken();
  // On an L1 that runs elsewhere no development account is unlocked: there it can act on the chains alone.
  const asked = useAsked(() => ask<readonly string[]>("any", "eth_accounts"), ["accounts"]);
  const accounts = asked.state === "there" ? asked.value : [];
  if (accounts.length === 0) return null;
  if (token === undefined)
    return (
      <p class="quiet">
        The ecosystem can sign for its development accounts: open this page by the whole address that was printed where it runs.
      </p>
    );
  const chosen = accounts.find((account) => account === signer?.account) ?? "";
  return (
    <label>
      {wallets.length > 0 ? "or a" : "A"} development account:{" "}
      <select
        value={chosen}
        onChange={({ currentTarget: { value } }) => value !== "" && onConnect(developmentSigner(value, token, info))}
      >
        <option value="">choose one</option>
        {accounts.map((account) => (
          <option value={account} key={account}>
            {names.of(info.l1.name, account) ?? "account"}: {short(account)}
          </option>
        ))}
      </select>
    </label>
  );
}
