import { useEcosystem } from "../ecosystem.ts";
import { Section, Table } from "../parts/layout.tsx";
import { AddChain } from "./add-chain.tsx";
import { walletChains } from "./signer.ts";
import type { Wallet } from "./wallets.ts";

/** Buttons that add the ecosystem's members to the wallet. */
export function Chains({ wallet }: { readonly wallet: Wallet }) {
  const { info } = useEcosystem();
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
            <AddChain wallet={wallet} chain={chain}>
              Add
            </AddChain>,
          ],
        }))}
      />
    </Section>
  );
}
