import type { RpcClient, RpcMethod } from "../../../../chain/rpc/request/dispatch.ts";
import { fairLine } from "../../../../chain/rpc/calls/fair-line.ts";
import type { CachedNames } from "../books/kept-names.ts";
import { memberNamed } from "../books/named-member.ts";
import type { EcosystemInfo } from "../books/ecosystem-info.ts";
import type { Sight } from "../books/sight.ts";
import type { BlockTimes } from "../feed/block-times.ts";
import type { AskMember } from "../feed/step-times.ts";
import { deployments, type NamedPlaces } from "./deployments.ts";
import { pageRequest, transactionsPage } from "./transactions-page.ts";
import type { UsersIndex } from "./users-index.ts";

interface TransactionMethodsDependencies {
  readonly info: () => EcosystemInfo;
  readonly users: Pick<UsersIndex, "of">;
  readonly names: CachedNames;
  readonly blockTimes: BlockTimes;
  readonly sight: (client: RpcClient | undefined) => Sight;
  readonly asker: (client: RpcClient | undefined) => AskMember;
}

/** Each may read thousands of blocks. */
const AT_A_TIME = 2;
const MAX_WAITING = 128;
const MAX_WAITING_OF_ONE = 64;

/** Methods that query the indexes of users' transactions and of the project's contracts, of members that the client may read. */
export function transactionMethods({
  info,
  users,
  names,
  blockTimes,
  sight,
  asker,
}: TransactionMethodsDependencies): ReadonlyMap<string, RpcMethod> {
  const line = fairLine({
    width: AT_A_TIME,
    places: MAX_WAITING,
    placesPerClient: MAX_WAITING_OF_ONE,
    what: "questions of the past wait",
  });
  const named: NamedPlaces = new WeakMap();
  const indexOf = (chainId: number) => users.of(chainId);
  const membersOf = (client: RpcClient | undefined): readonly number[] => {
    const { l1, chains } = info();
    const running = chains.filter(({ stopped }) => stopped !== true);
    return [l1, ...running].map(({ chainId }) => chainId).filter((chainId) => sight(client).chain(chainId));
  };
  return new Map<string, RpcMethod>([
    [
      "hyperchain_transactions",
      ([asked], client) =>
        line(client, async () => {
          const idOf = (chain: unknown): number => {
            const id = memberNamed({ info }, chain);
            sight(client).require(id);
            return Number(id);
          };
          const request = pageRequest(asked, membersOf(client), idOf);
          return transactionsPage(request, { info, names, blockTimes, indexOf }, asker(client));
        }),
    ],
    [
      "hyperchain_deployments",
      ([asked], client) => line(client, () => deployments(asked, membersOf(client), { names, named, indexOf }, asker(client))),
    ],
  ]);
}
