import type { EcosystemInfo } from "../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { startPage, type PageOptions, type PageServer } from "./page-server.ts";

/** Serves the page of a running ecosystem, with the members that it has at each question. Rejects as `startPage` does. */
export function serveEcosystem(
  info: () => Pick<EcosystemInfo, "l1" | "chains">,
  options: Pick<PageOptions, "host" | "port" | "origins" | "workers">,
): Promise<PageServer> {
  const urlOf = (name: string): string | undefined => {
    const { l1, chains } = info();
    if (name === "l1") return l1.url;
    if (name !== "any") return chains.find(({ chainId }) => String(chainId) === name)?.url;
    // Another is asked once this one is paused or gone. Without an open one, readers' sessions open the first.
    const [chosen = chains[0] ?? l1] = chains.filter(({ readsNeedSession, stopped }) => !(readsNeedSession ?? stopped ?? false));
    return chosen.url;
  };
  return startPage({ ...options, members: { get: urlOf } });
}
