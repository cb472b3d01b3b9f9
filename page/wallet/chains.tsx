import { useState } from "preact/hooks";
import { useEcosystem } from "../ecosystem.ts";
import { Section, Table } from "../parts/layout.tsx";
import { addChain, walletChains, type WalletChain } from "./signer.ts";
import { reasonOf } from "./signing.ts";
import type { Wallet } from "./wallets.ts";

/** Buttons that add the ecosystem's members to the wallet. */
export function Chains({ wallet }: { readonly wallet: Wallet }) {
  const { info } = useEcosystem();
  const [told, tell] = useState<Readonly<Record<number, string>>>({});
  const add = async (chain: WalletChain): Promise<void> => {
    const outcome = await addChain(wallet, chain).then(() => "the wallet knows it", reasonOf);
    tell((before) => ({ ...before, [chain.chainId]: outcome }));
  };
  return (
    <Section title="Chains for the wallet">
      <Table
        caption={`What ${wallet.name} has to know of each member`}
        columns={["name", "id", "JSON-RPC", "coin", "action"]}
        empty=""
        rows={walletChains(info).map((chain) => ({
          key: String(chain.chainId),
          cells: [
            chain.name,
            chain.chainId,
            <code>{chain.url}</code>,
            chain.symbol,
            <>
              <button aria-label={`Add ${chain.name}`} onClick={() => void add(chain)}>
                Add
              </button>{" "}
              <span aria-live="polite">{told[chain.chainId]}</span>
            </>,
          ],
        }))}
      />
    </Section>
  );
}
