import type { Wallet } from "ethers";
import { openSession } from "../../../../ecosystem/client/ecosystem/open-session.ts";
import type { EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { callJsonRpc } from "../../discovery/json-rpc.ts";
import { taskWallets } from "./task-wallets.ts";

/** Tokens of sessions of the chains that only some may read, as a task has them. */
interface ReaderSessions {
  /** Value of the header `Authorization`; undefined where there is nothing to show. */
  readonly authorization: string | undefined;
  /** Why chains cannot be read. */
  readonly missing: readonly string[];
  /** Closes the opened sessions. */
  close(): Promise<void>;
}

type RunningChain = EcosystemInfo["chains"][number];

/**
 * Sessions of every chain that asks for one: those that HYPERCHAIN_SESSION names, with commas, else new ones, by
 * HYPERCHAIN_PRIVATE_KEY or by the chain's admin where that is a development account. A chain that gives none is not read.
 * An ecosystem of another project that no URL names (`isNamed`) gets neither a token nor a signature.
 */
export async function openReaderSessions(
  info: EcosystemInfo,
  { isNamed }: { readonly isNamed: boolean },
): Promise<ReaderSessions> {
  const closed = info.chains.filter(({ readsNeedSession }) => readsNeedSession === true);
  if (!isNamed) {
    const missing = closed.map(
      ({ name }) => `only its readers may read ${name}; to read it as one name the ecosystem with --url`,
    );
    return { authorization: undefined, missing, close: () => Promise.resolve() };
  }
  const given = process.env["HYPERCHAIN_SESSION"];
  if (given !== undefined) return { authorization: `Bearer ${given}`, missing: [], close: () => Promise.resolve() };
  const opened: { readonly url: string; readonly token: string }[] = [];
  const missing: string[] = [];
  for (const chain of closed) {
    const answer = await openByFirst(chain, readersOf(info, chain));
    if (typeof answer === "string") missing.push(answer);
    else opened.push({ url: chain.url, token: answer.token });
  }
  const bearer = (tokens: readonly string[]): string => `Bearer ${tokens.join(",")}`;
  return {
    authorization: opened.length === 0 ? undefined : bearer(opened.map(({ token }) => token)),
    missing,
    async close() {
      // A removed chain no longer has sessions.
      await Promise.allSettled(
        opened.map(({ url, token }) => callJsonRpc(url, "hyperchain_closeSession", [], { authorization: bearer([token]) })),
      );
    },
  };
}

/** Whose key a task has that may be one of the chain's readers. */
export function readersOf(info: EcosystemInfo, { admin }: RunningChain): readonly Wallet[] {
  const { own, development } = taskWallets(info);
  return [...own, ...development.filter(({ address }) => address.toLowerCase() === admin)];
}

async function openByFirst(chain: RunningChain, wallets: readonly Wallet[]): Promise<{ readonly token: string } | string> {
  let reason = `only its readers may read ${chain.name}; set HYPERCHAIN_PRIVATE_KEY to a reader's key, or HYPERCHAIN_SESSION to a token`;
  for (const wallet of wallets) {
    try {
      return await openSession(chain, wallet);
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  return reason;
}
