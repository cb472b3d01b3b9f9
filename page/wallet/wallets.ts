import { useEffect, useState } from "preact/hooks";

/** A wallet's own interface, of EIP-1193. */
export interface WalletProvider {
  request(question: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
  /** Tells of events such as `accountsChanged`; old wallets have none. */
  on?(event: string, listener: () => void): unknown;
  removeListener?(event: string, listener: () => void): unknown;
}

/** A wallet of this browser, as EIP-6963 announces it. */
export interface Wallet {
  readonly id: string;
  readonly name: string;
  /** Identifier of the wallet that remains across page loads, such as `io.metamask`; its id changes. */
  readonly rdns: string;
  /** A `data:` address; undefined where it has another, which this page loads nothing from. */
  readonly icon: string | undefined;
  readonly provider: WalletProvider;
}

const MOST_WALLETS = 20;
const MOST_NAME = 60;

/** The wallets that have announced themselves. */
export function useWallets(): readonly Wallet[] {
  const [wallets, set] = useState<readonly Wallet[]>([]);
  useEffect(() => {
    const add = (event: Event): void => {
      const wallet = readWallet((event as CustomEvent<unknown>).detail);
      if (wallet === undefined) return;
      set((known) => (known.length >= MOST_WALLETS || known.some(({ id }) => id === wallet.id) ? known : [...known, wallet]));
    };
    addEventListener("eip6963:announceProvider", add);
    dispatchEvent(new Event("eip6963:requestProvider"));
    return () => removeEventListener("eip6963:announceProvider", add);
  }, []);
  return wallets;
}

/** Undefined for an invalid announcement, because any extension of the browser can make one. */
function readWallet(detail: unknown): Wallet | undefined {
  const { info, provider } = (detail ?? {}) as {
    readonly info?: Readonly<Record<string, unknown>>;
    readonly provider?: WalletProvider;
  };
  const { uuid, name, rdns, icon } = info ?? {};
  if (typeof uuid !== "string" || typeof name !== "string" || typeof provider?.request !== "function") return undefined;
  const isShown = typeof icon === "string" && icon.startsWith("data:image/");
  return {
    id: uuid,
    name: name.slice(0, MOST_NAME),
    rdns: String(rdns ?? name).slice(0, MOST_NAME),
    icon: isShown ? icon : undefined,
    provider,
  };
}
