import { render, type ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { ActivityContext, OlderContext, useFollowedActivity } from "./activity.ts";
import { ActsContext, useControlActs } from "./controls/acts.ts";
import type { EcosystemInfo } from "./answers.ts";
import { EcosystemContext, useLooks } from "./ecosystem.ts";
import { short } from "./format.ts";
import { HistoryContext, useKeptHistory } from "./history.ts";
import { followKeys } from "./keys.ts";
import { NamesContext, useKeptNames } from "./names.ts";
import { EcosystemPage } from "./pages/ecosystem-page.tsx";
import { OtherPage } from "./other-page.tsx";
import { OfferedAddresses } from "./parts/address-input.tsx";
import { startTicker } from "./parts/age.tsx";
import { KeysList } from "./parts/keys-list.tsx";
import { Skeleton } from "./parts/layout.tsx";
import { PAGES, Rail } from "./parts/rail.tsx";
import { NothingThere } from "./parts/nothing-there.tsx";
import { misspelt, useRoute, type Route } from "./route.ts";
import { useKeptSigning } from "./wallet/kept-choice.ts";
import { SigningContext } from "./wallet/signing.ts";
import { keepToken } from "./wallet/token.ts";

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
  const [isListed, list] = useState(false);
  useEffect(() => {
    document.title = `${titleOf(route)} · ${ecosystem?.info.name ?? "hyperchains"}`;
  }, [route, ecosystem?.info.name]);
  return (
    <div class="frame">
      <Rail route={route} ecosystem={ecosystem} isLost={lost !== undefined} onKeys={() => list(true)} />
      {isListed && <KeysList onClose={() => list(false)} />}
      <main id="content" tabIndex={-1}>
        {lost !== undefined && (
          <p class="bad" role="alert">
            The ecosystem does not answer{ecosystem === undefined ? "" : "; what is shown is from before"}: {lost}. This page goes
            on asking.
          </p>
        )}
        {ecosystem === undefined ? (
          <>
            <p class="quiet">asking the ecosystem…</p>
            <Skeleton />
          </>
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
    </div>
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
          {pageOf(route)}
          <OfferedAddresses />
        </>
      ),
    [route, info],
  );
}

function pageOf(route: Route): ComponentChildren {
  const wrong = misspelt(route);
  if (wrong !== undefined) return <NothingThere text={wrong.text} what={`not ${wrong.what}`} />;
  return route.length === 0 ? <EcosystemPage /> : <OtherPage route={route} />;
}

/** Name of the page in the browser's tab. */
function titleOf(route: Route): string {
  const [first = ""] = route;
  if (route.length < 2 && Object.hasOwn(PAGES, first)) return PAGES[first as keyof typeof PAGES].name;
  return route.map(short).join(" ");
}

keepToken();
// Before the pages follow: the printed address may be opened where the page is open already.
addEventListener("hashchange", keepToken);
followKeys();
startTicker();
// Paper has no folds.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll<HTMLDetailsElement>("main details:not(.menu)")) folded.open = true;
});
const app = document.getElementById("app");
if (app !== null) {
  app.replaceChildren();
  render(<App />, app);
}
