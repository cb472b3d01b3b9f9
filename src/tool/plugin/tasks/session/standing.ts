import { endedChain, pausedChain } from "../../../../ecosystem/client/standing/chain-standing.ts";
import { hasExited } from "../../../../ecosystem/client/standing/ended-chain.ts";
import { ecosystemOf } from "../../../../ecosystem/client/ecosystem/settlement-base.ts";
import { pluginError } from "../../plugin-error.ts";
import type { Session } from "./session.ts";

type Members = Pick<Session["info"], "chains">;

/** Throws a plugin error for a chain that is paused: it takes no transaction until it is started. L1 always runs. */
export function requireStarted({ chains }: Members, chainId: number): void {
  const chain = chains.find((each) => each.chainId === chainId);
  if (chain?.stopped !== true) return;
  const { why, help } = chain.ended === true ? endedChain(chain.name, layerOf(chain)) : pausedChain(chain.name);
  throw pluginError(`${why}, so it takes no transaction; ${help}`);
}

/** Throws a plugin error for a chain that has ended, by the word of what it settles on. */
export async function requireNotEnded(whole: Session, chainId: number): Promise<void> {
  const chain = whole.info.chains.find((each) => each.chainId === chainId);
  if (chain === undefined) return;
  const { l1 } = ecosystemOf(whole.info, chain);
  if (chain.ended !== true && !(await hasExited(chain.hyperchain, whole.provider(l1.chainId)))) return;
  const { why, help } = endedChain(chain.name, layerOf(chain));
  throw pluginError(`${why}; ${help}`);
}

/** Throws a plugin error before anything is sent from a chain that takes no transaction, or to one as `requireTaking` has it. */
export async function requireSendable(
  whole: Session,
  { from, to }: Readonly<Record<"from" | "to", { readonly chainId: number }>>,
  options: { readonly noWait: boolean },
): Promise<void> {
  requireStarted(whole.info, from.chainId);
  await requireNotEnded(whole, from.chainId);
  if (to.chainId !== from.chainId) await requireTaking(whole, to.chainId, options);
}

/**
 * Throws a plugin error before anything is sent to a chain that takes nothing: one that has ended never will, one that is
 * paused only once it is started, which is not waited for.
 */
export async function requireTaking(whole: Session, chainId: number, { noWait }: { readonly noWait: boolean }): Promise<void> {
  await requireNotEnded(whole, chainId);
  const chain = whole.info.chains.find((each) => each.chainId === chainId);
  if (chain?.stopped !== true) return;
  const { why, help } = pausedChain(chain.name);
  if (!noWait) throw pluginError(`${why}, so what is sent there would wait; ${help}, and --no-wait sends it all the same`);
  whole.output.progress(`${why}: messages to it arrive after it resumes; ${help}`);
}

function layerOf({ settlesOn }: Members["chains"][number]): string {
  return settlesOn?.name ?? "L1";
}
