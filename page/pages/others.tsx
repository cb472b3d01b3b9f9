import { useEcosystem } from "../ecosystem.ts";
import { NothingThere } from "../parts/nothing-there.tsx";
import { memberNamed, type Route } from "../route.ts";
import { AccountsPage } from "./accounts-page.tsx";
import { AddressPage } from "./address-page.tsx";
import { BatchPage } from "./batch-page.tsx";
import { BlockPage } from "./block-page.tsx";
import { ChainPage } from "./chain-page.tsx";
import { ChartsPage } from "./charts-page.tsx";
import { ContractsPage } from "./contracts-page.tsx";
import { HubPage } from "./hub-page.tsx";
import { LayerPage } from "./layer-page.tsx";
import { BatchesPage, BlocksPage, MessagesPage } from "./long-lists.tsx";
import { MessagePage } from "./message-page.tsx";
import { NamesPage } from "./names-page.tsx";
import { ProgressPage } from "./progress-page.tsx";
import { ProvenPage } from "./proven-page.tsx";
import { ProverPage } from "./prover-page.tsx";
import { SearchPage } from "./search-page.tsx";
import { TransactionPage } from "./transaction-page.tsx";
import { WalletPage } from "./wallet-page.tsx";

/** Pages that are loaded together. */
export interface Others {
  readonly Other: typeof Other;
}

/** Each page but those of the first view. */
export function Other({ route }: { readonly route: Route }) {
  const { info } = useEcosystem();
  const [first = "", second = "", third = ""] = route;
  if (first === "search") return <SearchPage text={second} />;
  if (first === "wallet") return <WalletPage />;
  if (first === "accounts") return <AccountsPage />;
  if (first === "charts") return <ChartsPage />;
  if (first === "contracts") return <ContractsPage />;
  if (first === "names") return <NamesPage />;
  if (first === "prover") return <ProverPage />;
  if (first === "message") return <MessagePage sourceChainId={Number(second)} hash={third} />;
  if (first === "messages") return <MessagesPage />;
  if (first === "batches") return <ProgressPage />;
  if (first === "proven") return <ProvenPage />;
  if (first === "hubs" && info.hubs?.some(({ name }) => name === second)) return <HubPage name={second} />;
  const place = memberNamed(info, first);
  if (place === undefined) return <NothingThere text={first} what="no chain of this ecosystem" />;
  if (second === "tx") return <TransactionPage {...place} hash={third} />;
  if (second === "address") return <AddressPage {...place} address={third} />;
  if (second === "block") return <BlockPage {...place} number={Number(third)} />;
  if (second === "blocks") return <BlocksPage {...place} />;
  if (second === "batches" && place.member !== "l1") return <BatchesPage {...place} />;
  if (second === "batch") return <BatchPage {...place} number={Number(third)} />;
  return place.member === "l1" ? <LayerPage /> : <ChainPage name={first} />;
}
