import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { findChain } from "../../../../ecosystem/client/ecosystem/ecosystem.ts";
import { openSession } from "../../../../ecosystem/client/ecosystem/open-session.ts";
import type { EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { callJsonRpc } from "../../discovery/json-rpc.ts";
import { pluginError } from "../../plugin-error.ts";
import { readPlace } from "../session/accounts.ts";
import { readersOf } from "../session/reader-sessions.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

const LISTS = ["senders", "deployers"] as const;
type ListName = (typeof LISTS)[number];
/** Null: every account. */
type Lists = Readonly<Record<ListName, readonly Hex[] | null>>;

const CHANGES = [...LISTS, "addSenders", "removeSenders", "addDeployers", "removeDeployers"] as const;
type ListsArguments = ArgumentsOf<(typeof runningTasks)["lists"]>;
type RunningChain = EcosystemInfo["chains"][number];

/** `hyperchain:lists`: shows whose transactions and contracts a chain takes; its admin changes that. */
const action: NewTaskActionFunction<ListsArguments> = (args, hre) =>
  withEcosystem(args, hre, changesLists(args) ? "acts" : "reads", async (session) => {
    const { info, output } = session;
    const { chainId } = findChain(info, args.chain);
    const chain = info.chains.find((each) => each.chainId === chainId);
    if (chain === undefined) throw pluginError(`${args.chain} is L1, which has no lists`);
    const now = (await session.provider(chainId).send("hyperchain_getAccessLists", [])) as Lists;
    const changes = Object.fromEntries(
      LISTS.map((list) => [list, changed(session, chain, list, now[list], args)] as const).filter(([, to]) => to !== undefined),
    );
    const lists = Object.keys(changes).length === 0 ? now : await change(info, chain, changes);
    output.result(() => LISTS.map((list) => `${list} of ${chain.name}: ${said(lists[list])}`).join("\n"), {
      chain: chain.name,
      chainId,
      ...lists,
    });
  });

/** Whether anything but the chain is named. */
function changesLists(args: ListsArguments): boolean {
  return CHANGES.some((option) => args[option] !== undefined);
}

/** New content of a list; undefined if it remains. */
function changed(
  session: Session,
  chain: RunningChain,
  list: ListName,
  now: readonly Hex[] | null,
  args: ListsArguments,
): readonly Hex[] | null | undefined {
  const [add, remove] =
    list === "senders" ? (["addSenders", "removeSenders"] as const) : (["addDeployers", "removeDeployers"] as const);
  const [whole, added, removed] = [args[list], args[add], args[remove]];
  if (whole === undefined && added === undefined && removed === undefined) return undefined;
  const read = (option: string, text: string | undefined): readonly Hex[] => {
    const accounts = (text ?? "").split(",").flatMap((part) => accountOf(session, chain, part.trim()));
    // A shell's variable that is not set must not empty a list.
    if (text !== undefined && accounts.length === 0)
      throw pluginError(`--${option} names no account${option === list ? ": write none for a list that takes no account" : ""}`);
    return accounts;
  };
  if (whole !== undefined && (added !== undefined || removed !== undefined))
    throw pluginError(`--${list} says the whole list of ${list}; leave it out to add or remove accounts`);
  if (whole === "all") return null;
  if (whole !== undefined) return whole === "none" ? [] : read(list, whole);
  if (now === null)
    throw pluginError(
      `${chain.name} takes every account's ${list === "senders" ? "transactions" : "contracts"}: begin its list with --${list}`,
    );
  const gone = new Set(read(`remove-${list}`, removed));
  return [...new Set([...now, ...read(`add-${list}`, added)])].filter((account) => !gone.has(account));
}

/** Empty for an empty text. Throws a plugin error for what is on another chain. */
function accountOf(session: Session, { name, chainId }: RunningChain, text: string): readonly Hex[] {
  if (text === "") return [];
  const place = readPlace(session, text, name);
  if (place.chainId !== chainId) throw pluginError(`'${text}' is not an account of ${name}`);
  return [place.account];
}

/** Signs as the admin, and changes the chain's lists; resolves with the new lists. */
async function change(info: EcosystemInfo, chain: RunningChain, changes: Partial<Lists>): Promise<Lists> {
  const [wallet] = readersOf(info, chain);
  if (wallet === undefined)
    throw pluginError(`only the admin of ${chain.name} changes its lists: set HYPERCHAIN_PRIVATE_KEY to the admin's key`);
  const { token } = await openSession(chain, wallet);
  const authorization = `Bearer ${token}`;
  try {
    return (await callJsonRpc(chain.url, "hyperchain_setAccessLists", [changes], { authorization })) as Lists;
  } finally {
    await callJsonRpc(chain.url, "hyperchain_closeSession", [], { authorization });
  }
}

function said(list: readonly Hex[] | null): string {
  if (list === null) return "every account";
  return list.length === 0 ? "no account but the chain's admin and operator" : list.join(", ");
}

export default action;
