import type { AskL1 } from "../../../ecosystem/devnet/l1/past/read-change.ts";
import { pluginError } from "../plugin-error.ts";
import { readImportedState, type ImportedState } from "./imported-state.ts";

/** Page of geth's accounts, in the order of their addresses' hashes. */
interface AccountRange {
  readonly accounts: Readonly<Record<string, unknown>>;
  /** In base64, where the next page begins; absent on the last one. */
  readonly next?: string | null;
}

/** Number of accounts in a page of geth. */
const PAGE = 256;

/** Whether a node says of itself that it is geth. */
export async function isGeth(ask: AskL1): Promise<boolean> {
  return ask("web3_clientVersion").then(
    (version) => String(version).startsWith("Geth/"),
    () => false,
  );
}

/**
 * All accounts of a running geth with its debug API, which keeps preimages.
 * Rejects as `ask` does where it has no such API, and with a plugin error for an account whose address it does not know.
 */
export async function readGethNode(url: string, ask: AskL1): Promise<ImportedState> {
  const [block, chainId] = await Promise.all([ask("eth_blockNumber"), ask("eth_chainId")]);
  const accounts: Record<string, unknown> = {};
  let start = "0x";
  for (;;) {
    // Accounts without an address too: left out, they would be missing unseen.
    const { next, ...page } = (await ask("debug_accountRange", block, start, PAGE, false, false, true)) as AccountRange;
    Object.assign(accounts, page.accounts);
    if (next === undefined || next === null) break;
    const begin = `0x${Buffer.from(next, "base64").toString("hex")}`;
    if (begin <= start) throw pluginError(`${url} tells the accounts behind ${start} from ${begin} on again`);
    start = begin;
  }
  return { ...readImportedState(JSON.stringify({ accounts }), url), chainId: BigInt(chainId as string) };
}
