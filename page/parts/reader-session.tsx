import { useState } from "preact/hooks";
import { SESSION_FIELDS, sessionDomain, type SessionMessage } from "../../src/ground/protocol/session-message.ts";
import type { EcosystemInfo } from "../answers.ts";
import { useEcosystem } from "../ecosystem.ts";
import { ask } from "../rpc.ts";
import { hasSession, keepSession } from "../sessions.ts";
import { baseOf } from "../settlement-base.ts";
import { bringTo, walletChains } from "../wallet/signer.ts";
import { reasonOf } from "../wallet/signing.ts";
import { useWallets, type Wallet } from "../wallet/wallets.ts";
import { Section } from "./layout.tsx";

type ChainInfo = EcosystemInfo["chains"][number];

/** Fields of EIP-712's domain, which wallets require in the list. */
const DOMAIN_FIELDS = ["name:string", "version:string", "chainId:uint256", "verifyingContract:address"].map((field) => {
  const [name, type] = field.split(":");
  return { name, type };
});

/** Form that opens a session for a reader of a chain with restricted reads; empty on other chains. */
export function ReaderSession({ chain }: { readonly chain: ChainInfo }) {
  const { info } = useEcosystem();
  const wallets = useWallets();
  const [refused, setRefused] = useState<string>();
  if (chain.readsNeedSession !== true) return null;
  const { chainId, name } = chain;
  if (hasSession(chainId))
    return (
      <Section title="Your session">
        <p>
          This tab asks {name} with a reader's session.{" "}
          <button onClick={() => keepSession(chainId, undefined)}>Forget the session</button>
        </p>
      </Section>
    );
  const tried = (opening: Promise<string>): void => {
    setRefused(undefined);
    opening.then(
      (token) => keepSession(chainId, token),
      (error: unknown) => setRefused(reasonOf(error)),
    );
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget as HTMLFormElement).get("token") ?? "").trim();
    if (token !== "") tried(checked(chainId, token));
  };
  return (
    <Section title="Only its readers may read this chain">
      <p>
        A session opens it: a wallet of a reader signs for one, or <code>npx hardhat hyperchain:session --chain {name}</code>{" "}
        prints a token. Without one, this page shows what {baseOf(info, name).words} shows too.
      </p>
      <div class="actions">
        {wallets.map((wallet) => (
          <button key={wallet.id} onClick={() => tried(signedSession(wallet, chain, info))}>
            Sign with {wallet.name}
          </button>
        ))}
        <form class="actions" onSubmit={submit} aria-label="session">
          <label>
            token <input name="token" type="password" autoComplete="off" required />
          </label>
          <button>Use the token</button>
        </form>
      </div>
      {refused !== undefined && (
        <p class="bad" role="alert">
          {refused}
        </p>
      )}
    </Section>
  );
}

/** The token, if the chain answers by it. */
async function checked(chainId: number, token: string): Promise<string> {
  await ask(String(chainId), "eth_getBlockByNumber", ["latest", false], { authorization: `Bearer ${token}` });
  return token;
}

/** Rejects where the wallet, its user or the chain refuses. */
async function signedSession(wallet: Wallet, chain: ChainInfo, info: EcosystemInfo): Promise<string> {
  const { provider } = wallet;
  const [account] = (await provider.request({ method: "eth_requestAccounts" })) as readonly string[];
  if (account === undefined) throw new Error(`${wallet.name} names no account`);
  const member = String(chain.chainId);
  const { message } = await ask<{ readonly message: SessionMessage }>(member, "hyperchain_getSessionChallenge", [account]);
  const { host } = new URL(chain.url);
  // The domain is this chain's whatever was answered; a challenge for another host would be another's session.
  if (message.host !== host || message.account !== account.toLowerCase())
    throw new Error(`${chain.name} asks to sign for ${message.account} at ${message.host}: nothing was signed`);
  const known = walletChains(info).find(({ chainId }) => chainId === chain.chainId);
  // Wallets sign for the chain alone that they are on.
  if (known !== undefined) await bringTo(wallet, known);
  const types = { EIP712Domain: DOMAIN_FIELDS, Session: SESSION_FIELDS };
  const typed = JSON.stringify({ domain: sessionDomain(chain), types, primaryType: "Session", message });
  const signature = await provider.request({ method: "eth_signTypedData_v4", params: [account, typed] });
  return (await ask<{ readonly token: string }>(member, "hyperchain_openSession", [message, signature])).token;
}
