import type { Devnet } from "../../ecosystem/devnet/devnet.ts";
import { serveEcosystem } from "../page-server/ecosystem-page.ts";

/** URL of the page that shows the ecosystem with the chains that it has then; undefined where it cannot be served. */
export async function servedPage(
  { info, workers }: Pick<Devnet, "info" | "workers">,
  closing: (() => unknown)[],
): Promise<string | undefined> {
  try {
    const page = await serveEcosystem(info, { host: "127.0.0.1", port: 0, origins: [], workers });
    closing.push(() => page.close());
    return page.writingUrl;
  } catch (error) {
    console.error(`no page is served: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
