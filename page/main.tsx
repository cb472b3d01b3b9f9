import { render, type ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { ActivityContext, OlderContext, useFollowedActivity } from "./activity.ts";
import { ActsContext, useControlActs } from "./controls/acts.ts";
import type { EcosystemInfo } from "./answers.ts";
import { EcosystemContext, useLooks } from "./ecosystem.ts";
import { HistoryContext, useKeptHistory } from "./history.ts";
import { NamesContext, useKeptNames } from "./names.ts";
import { EcosystemPage } from "./pages/ecosystem-page.tsx";
import { MessagePage } from "./pages/message-page.tsx";
import { OtherPage } from "./other-page.tsx";
import { TransactionPage } from "./pages/transaction-page.tsx";
import { OfferedAddresses } from "./parts/address-input.tsx";
import { WhatHolds } from "./parts/what-holds.tsx";
import { NothingThere } from "./parts/nothing-there.tsx";
import { memberNamed, misspelt, to, useRoute, type Route } from "./route.ts";
import { useKeptSigning } from "./wallet/kept-choice.ts";
import { SigningContext } from "./wallet/signing.ts";
import { keepToken } from "./wallet/token.ts";

/** Pages of the whole ecosystem. */
const PAGES = ["charts", "contracts", "wallet", "names"];

function membersOf(info: EcosystemInfo | undefined): readonly string[] {
  return info === undefined ? [] : [info.l1, ...info.chains].map(({ name }) => name);
}

function App() {
  const route = useRoute();
  const { activity, tell, looks, prune, older } = useFollowedActivity();
  const { history, seen, told } = useKeptHistory();
  const { ecosystem, lost } = useLooks({
    tell(entry) {
      tell(entry);
      told(entry);
    },
    begins: looks,
    answered: prune,
  });
  useEffect(() => {
    if (ecosystem !== undefined) seen(ecosystem.status);
  }, [ecosystem?.status]);
  const acts = useControlActs(() => tell());
  const names = useKeptNames(ecosystem?.info, activity);
  const signing = useKeptSigning(ecosystem?.info);
  const content = useContent(route, ecosystem?.info);
  return (
    <>
      <header>
        <a class="skip" href="#content" onClick={skipToContent}>
          Skip to the content
        </a>
        <nav aria-label="chains">
          <a href={to()}>{ecosystem?.info.name ?? "hyperchains"}</a>
          {/* All at once: a link that moves under the pointer would miss the click. */}
          {[...membersOf(ecosystem?.info), ...(ecosystem === undefined ? [] : PAGES)].map((name) => (
            <a href={to(name)} key={name} aria-current={route[0] === name ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <form role="search" onSubmit={search}>
          <input
            name="text"
            type="search"
            aria-label="hash, address, name, function, block or batch"
            placeholder="hash, address, name, block…"
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
              <OlderContext.Provider value={older}>
                <HistoryContext.Provider value={history}>
                  <NamesContext.Provider value={names}>
                    <ActsContext.Provider value={acts}>
                      <SigningContext.Provider value={signing}>{content}</SigningContext.Provider>
                    </ActsContext.Provider>
                  </NamesContext.Provider>
                </HistoryContext.Provider>
              </OlderContext.Provider>
            </ActivityContext.Provider>
          </EcosystemContext.Provider>
        )}
      </main>
    </>
  );
}

/**
 * Content of the page, cached until the link or the members change: each part updates its data independently,
 * without a new render of the others.
 */
function useContent(route: Route, info: EcosystemInfo | undefined): ComponentChildren {
  return useMemo(
    () =>
      info && (
        <>
          {pageOf(route, info)}
          <OfferedAddresses />
          <WhatHolds chain={info.chains.find(({ name }) => name === route[0])?.name} />
        </>
      ),
    [route, info],
  );
}

function pageOf(route: Route, info: EcosystemInfo): ComponentChildren {
  const [first, second = "", third = ""] = route;
  const wrong = misspelt(route);
  if (wrong !== undefined) return <NothingThere text={wrong.text} what={`not ${wrong.what}`} />;
  if (first === undefined) return <EcosystemPage />;
  if (first === "message") return <MessagePage sourceChainId={Number(second)} hash={third} />;
  const chain = memberNamed(info, first);
  if (chain !== undefined && second === "tx") return <TransactionPage {...chain} hash={third} />;
  return <OtherPage route={route} />;
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
