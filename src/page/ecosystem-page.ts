import type { EcosystemInfo } from "../devnet/view/ecosystem-info.ts";
import { startPage } from "./page-server.ts";
import type { PageServer } from "./page-server.ts";

/** Serves the page of a running ecosystem. Rejects as `startPage` does. */
export function serveEcosystem(
  { l1, chains }: Pick<EcosystemInfo, "l1" | "chains">,
  { host, port, origins }: { readonly host: string; readonly port: number; readonly origins: readonly string[] },
): Promise<PageServer> {
  const members = new Map([["l1", l1.url], ...chains.map(({ chainId, url }) => [String(chainId), url] as const)]);
  return startPage({ host, port, origins, members, any: String(chains[0]?.chainId ?? "l1") });
}
