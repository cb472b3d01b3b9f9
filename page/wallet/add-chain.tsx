import { useState } from "preact/hooks";
import { useEcosystem } from "../ecosystem.ts";
import { addChain, walletChains, type WalletChain } from "./signer.ts";
import { reasonOf, useSigning } from "./signing.ts";
import { useWallets, type Wallet } from "./wallets.ts";

interface AddChainProps {
  readonly wallet: Wallet;
  readonly chain: WalletChain;
  /** Text of the button. */
  readonly children: string;
}

/** A button that adds a chain to a wallet, with the outcome next to it. */
export function AddChain({ wallet, chain, children }: AddChainProps) {
  const [outcome, tell] = useState<string>();
  const add = (): void =>
    void addChain(wallet, chain).then(
      () => tell("the wallet knows it"),
      (error: unknown) => tell(reasonOf(error)),
    );
  return (
    <>
      <button aria-label={`${children} ${chain.name}`} onClick={add}>
        {children}
      </button>{" "}
      <span class="quiet" aria-live="polite">
        {outcome}
      </span>
    </>
  );
}

/** A button for the connected wallet, or the browser's first one; nothing without a wallet. */
export function AddToWallet({ chainId }: { readonly chainId: number }) {
  const { info } = useEcosystem();
  const { wallet: connected } = useSigning();
  const [announced] = useWallets();
  const wallet = connected ?? announced;
  const chain = walletChains(info).find((each) => each.chainId === chainId);
  if (wallet === undefined || chain === undefined) return null;
  return (
    <AddChain wallet={wallet} chain={chain}>
      Add to wallet
    </AddChain>
  );
}
