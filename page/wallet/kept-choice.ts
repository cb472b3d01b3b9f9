import { useEffect, useState } from "preact/hooks";
import type { EcosystemInfo } from "../answers.ts";
import { developmentSigner, walletSigner } from "./signer.ts";
import type { Signing } from "./signing.ts";
import { keptToken } from "./token.ts";
import { useWallets, type Wallet } from "./wallets.ts";

/**
 * Storage key of this tab alone, like that of the token: an address, and the wallet that signs for it; no
 * key.
 */
const KEPT_AS = "hyperchain-account";

interface Choice {
  readonly account: string;
  /** A wallet's name for itself, which is the same each time; absent where the ecosystem signs. */
  readonly wallet?: string;
}

type Acting = Pick<Signing, "signer" | "wallet">;

/** The account that acts, which the tab keeps: when it is loaded again, that account acts again where it still may. */
export function useKeptSigning(info: EcosystemInfo | undefined): Signing {
  const [acting, act] = useState<Acting>({ signer: undefined, wallet: undefined });
  const wallets = useWallets();
  useEffect(() => {
    if (info === undefined) return undefined;
    const restore = (): void =>
      void actingAgain(info, wallets).then((again) => {
        if (again !== undefined) act((now) => (now.signer === undefined ? again : now));
      });
    restore();
    // A wallet that is locked, or still starts, shows its accounts later.
    for (const { provider } of wallets) provider.on?.("accountsChanged", restore);
    return () => {
      for (const { provider } of wallets) provider.removeListener?.("accountsChanged", restore);
    };
  }, [info === undefined, wallets.length]);
  return {
    ...acting,
    connect(signer, wallet) {
      const choice: Choice = { account: signer.account, ...(wallet === undefined ? {} : { wallet: wallet.rdns }) };
      sessionStorage.setItem(KEPT_AS, JSON.stringify(choice));
      act({ signer, wallet });
    },
  };
}

/** Undefined where no choice is kept, and where the page may not act as that account without asking its owner. */
async function actingAgain(info: EcosystemInfo, wallets: readonly Wallet[]): Promise<Acting | undefined> {
  const { account, wallet: rdns } = kept() ?? {};
  const token = keptToken();
  if (account === undefined) return undefined;
  if (rdns === undefined)
    return token === undefined ? undefined : { signer: developmentSigner(account, token, info), wallet: undefined };
  const wallet = wallets.find((each) => each.rdns === rdns);
  // Unlike eth_requestAccounts it opens no window of the wallet.
  const shown: unknown = await wallet?.provider.request({ method: "eth_accounts" }).catch(() => []);
  if (wallet === undefined || !Array.isArray(shown)) return undefined;
  // Wallets write an address with or without its checksum, and not in each answer the same.
  const isShown = shown.some((each) => String(each).toLowerCase() === account.toLowerCase());
  if (!isShown) return undefined;
  return { signer: walletSigner(wallet, account, info), wallet };
}

function kept(): Choice | undefined {
  try {
    const { account, wallet } = JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "{}") as Readonly<Record<string, unknown>>;
    if (typeof account !== "string") return undefined;
    return { account, ...(typeof wallet === "string" ? { wallet } : {}) };
  } catch {
    // Another page of this machine has been on this port before.
    return undefined;
  }
}
