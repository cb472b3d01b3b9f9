import { render } from "preact";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ActivityContext, useFollowedActivity } from "./activity.ts";
import { ActsContext, useKeptActs } from "./controls/acts.ts";
import { EcosystemContext, useLooks } from "./ecosystem.ts";
import type { Ecosystem } from "./ecosystem.ts";
import { HistoryContext, useKeptHistory } from "./history.ts";
import { NamesContext, useKeptNames } from "./names.ts";
import { AccountsPage } from "./pages/accounts-page.tsx";
import { AddressPage } from "./pages/address-page.tsx";
import { BatchPage } from "./pages/batch-page.tsx";
import { BlockPage } from "./pages/block-page.tsx";
import { ChainPage } from "./pages/chain-page.tsx";
import { ChartsPage } from "./pages/charts-page.tsx";
import { ContractsPage } from "./pages/contracts-page.tsx";
import { EcosystemPage } from "./pages/ecosystem-page.tsx";
import { LayerPage } from "./pages/layer-page.tsx";
import { BatchesPage, BlocksPage, MessagesPage } from "./pages/long-lists.tsx";
import { MessagePage } from "./pages/message-page.tsx";
import { SearchPage } from "./pages/search-page.tsx";
import { TransactionPage } from "./pages/transaction-page.tsx";
import { WalletPage } from "./pages/wallet-page.tsx";
import { WhatHolds } from "./parts/what-holds.tsx";
import { to, useRoute } from "./route.ts";
import type { Route } from "./route.ts";
import { SigningContext } from "./wallet/signing.ts";
import type { Signing } from "./wallet/signing.ts";
import { keepToken } from "./wallet/token.ts";

function App() {
  const route = useRoute();
  const { activity, tell, prune } = useFollowedActivity();
  const { history, seen, told } = useKeptHistory();
  const { ecosystem, lost } = useLooks((entry) => {
    tell(entry);
    told(entry);
  });
  useEffect(() => {
    if (ecosystem === undefined) return;
    prune(ecosystem.status);
    seen(ecosystem.status);
  }, [ecosystem?.status]);
  const acts = useKeptActs(() => tell());
  const names = useKeptNames(ecosystem?.info, activity);
  const [acting, act] = useState<Pick<Signing, "signer" | "wallet">>({ signer: undefined, wallet: undefined });
  const signing: Signing = { ...acting, connect: (signer, wallet) => act({ signer, wallet }) };
  return (
    <>
      <header>
        <a class="skip" href="#content" onClick={skipToContent}>
          Skip to the content
        </a>
        <nav aria-label="chains">
          <a href={to()}>{ecosystem?.info.name ?? "hyperchains"}</a>
          {ecosystem !== undefined &&
            [ecosystem.info.l1, ...ecosystem.info.chains].map(({ name }) => (
              <a href={to(name)} key={name} aria-current={route[0] === name ? "page" : undefined}>
                {name}
              </a>
            ))}
          <a href={to("charts")} aria-current={route[0] === "charts" ? "page" : undefined}>
            charts
          </a>
          <a href={to("contracts")} aria-current={route[0] === "contracts" ? "page" : undefined}>
            contracts
          </a>
          <a href={to("wallet")} aria-current={route[0] === "wallet" ? "page" : undefined}>
            wallet
          </a>
        </nav>
        <form role="search" onSubmit={search}>
          <input
            name="text"
            type="search"
            aria-label="hash, address, name, function, block or batch"
            placeholder="hash, address, name, function, block or batch"
            autoComplete="off"
          />
          <button>Search</button>
        </form>
      </header>
      <main id="content" tabIndex={-1}>
        {lost !== undefined && (
          <p class="bad" role="alert">
            The ecosystem does not answer{ecosystem === undefined ? "" : "; what is shown is from before"}: {lost}. This page goes
            on asking.
          </p>
        )}
        {ecosystem === undefined ? (
          <p class="quiet">asking the ecosystem…</p>
        ) : (
          <EcosystemContext.Provider value={ecosystem}>
            <ActivityContext.Provider value={activity}>
              <HistoryContext.Provider value={history}>
                <NamesContext.Provider value={names}>
                  <ActsContext.Provider value={acts}>
                    <SigningContext.Provider value={signing}>
                      {pageOf(route, ecosystem)}
                      <WhatHolds chain={ecosystem.info.chains.find(({ name }) => name === route[0])?.name} />
                    </SigningContext.Provider>
                  </ActsContext.Provider>
                </NamesContext.Provider>
              </HistoryContext.Provider>
            </ActivityContext.Provider>
          </EcosystemContext.Provider>
        )}
      </main>
    </>
  );
}

function pageOf(route: Route, { info }: Ecosystem): ComponentChildren {
  const [first, second = "", third = ""] = route;
  if (first === undefined) return <EcosystemPage />;
  if (first === "search") return <SearchPage text={second} />;
  if (first === "wallet") return <WalletPage />;
  if (first === "accounts") return <AccountsPage />;
  if (first === "charts") return <ChartsPage />;
  if (first === "contracts") return <ContractsPage />;
  if (first === "messages") return <MessagesPage />;
  if (first === "message") return <MessagePage sourceChainId={Number(second)} hash={third} />;
  const chainId = info.chains.find(({ name }) => name === first)?.chainId;
  const member = first === info.l1.name ? "l1" : chainId === undefined ? undefined : String(chainId);
  const place = member === undefined ? undefined : { chain: first, member };
  if (place === undefined) return <p class="bad">This ecosystem has no chain {first}.</p>;
  if (second === "tx") return <TransactionPage {...place} hash={third} />;
  if (second === "address") return <AddressPage {...place} address={third} />;
  if (second === "block") return <BlockPage {...place} number={Number(third)} />;
  if (second === "blocks") return <BlocksPage {...place} />;
  if (second === "batches" && place.member !== "l1") return <BatchesPage {...place} />;
  if (second === "batch") return <BatchPage {...place} number={Number(third)} />;
  return place.member === "l1" ? <LayerPage /> : <ChainPage name={first} />;
}

function search(event: Event): void {
  event.preventDefault();
  const form = event.currentTarget as HTMLFormElement;
  const text = String(new FormData(form).get("text") ?? "").trim();
  if (text !== "") location.hash = to("search", text).slice(1);
  form.reset();
}

/** The hash names a page, so the link cannot use it. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

keepToken();
// Before the pages follow: the printed address may be opened where the page is open already.
addEventListener("hashchange", keepToken);
const app = document.getElementById("app");
if (app !== null) {
  app.replaceChildren();
  render(<App />, app);
}
