import type { Chain } from "../../chain.ts";
import type { AccessLists } from "../../model/access-lists.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { address, record } from "../request/call-request.ts";
import type { RpcClient, RpcMethod } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

const LISTS = ["senders", "deployers"] as const;
/** Maximum number of accounts in a list: each list is a set in memory, and a line of the chain's ledger. */
const MOST_ACCOUNTS = 10_000;

/** The lists of accounts that may use a chain, for its admin to change: in its own process, or by a session. */
export function listMethods({ chainId, admission, sequencer }: Chain): ReadonlyMap<string, RpcMethod> {
  return new Map<string, RpcMethod>([
    ["hyperchain_getAccessLists", async () => shown(admission.lists)],
    [
      "hyperchain_setAccessLists",
      async ([given], client) => {
        requireAdmin(client, BigInt(chainId), admission.admin);
        const changes = parseChanges(given);
        await sequencer.setLists((lists) => ({ ...lists, ...changes }));
        return shown(admission.lists);
      },
    ],
  ]);
}

function shown(lists: AccessLists): Readonly<Record<(typeof LISTS)[number], readonly Hex[] | null>> {
  return { senders: lists.senders ?? null, deployers: lists.deployers ?? null };
}

function requireAdmin(client: RpcClient | undefined, chainId: ChainId, admin: Hex): void {
  if (client?.isInProcess === true) return;
  const sessions = client?.credentials?.sessions() ?? [];
  if (sessions.some((session) => session.chainId === chainId && session.account === admin)) return;
  const message = `only the admin of chain ${chainId}, ${admin}, may change its lists: sign what hyperchain_getSessionChallenge answers with its key, give it to hyperchain_openSession, and send the token as \`Authorization: Bearer\``;
  throw new RpcError(RpcCode.rejected, message, { code: "AdminRequired" });
}

/** A list that is null ends; one that is not named stays. Throws RpcError. */
function parseChanges(value: unknown): AccessLists {
  const given = record(value, "the first parameter");
  const unknown = Object.keys(given).find((name) => !LISTS.some((list) => list === name));
  if (unknown !== undefined || Object.keys(given).length === 0)
    throw invalid(`name senders, deployers or both, each a list of addresses or null; got ${unknown ?? "neither"}`.slice(0, 200));
  return Object.fromEntries(
    Object.entries(given).map(([name, list]) => [name, list === null ? undefined : accounts(name, list)]),
  );
}

function accounts(name: string, list: unknown): readonly Hex[] {
  if (!Array.isArray(list)) throw invalid(`${name} is a list of addresses, or null for every account`);
  if (list.length > MOST_ACCOUNTS) throw invalid(`${name} has at most ${MOST_ACCOUNTS} accounts, got ${list.length}`);
  return [...new Set(list.map(address))];
}

function invalid(message: string): RpcError {
  return new RpcError(RpcCode.invalidParams, message);
}
