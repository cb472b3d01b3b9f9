import type { RpcClient, RpcMethod } from "../../../../chain/rpc/request/dispatch.ts";
import { fairLine, type FairLine } from "../../../../chain/rpc/calls/fair-line.ts";
import { WalletBooks } from "../../../client/wallet/wallet-books.ts";
import { walletView } from "../../../client/wallet/wallet-view.ts";
import type { AskingProviderOf } from "../../../client/messages/remote-slot.ts";
import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { LocalL1 } from "../../l1/local-l1.ts";
import type { DevnetChain } from "../../chains/served-chain.ts";
import { newestBatches } from "../batches/batch-info.ts";
import { batchInfo } from "../batches/batch-on-l1.ts";
import { chainPowers } from "../governing/chain-powers.ts";
import { deployable } from "../contracts/deployable.ts";
import { describeAll, type ProjectNames } from "../books/describe.ts";
import type { EcosystemInfo, MessageInfo } from "../books/ecosystem-info.ts";
import { accountHistory } from "../feed/account-history.ts";
import { activity, rangesAsked } from "../feed/activity.ts";
import { cacheNames } from "../books/kept-names.ts";
import { lookUp } from "./look-up.ts";
import { prepare } from "../acts/prepare.ts";
import { readContract } from "../acts/project-call.ts";
import { proofInfo } from "../batches/proof-info.ts";
import { governanceReader } from "../governing/governance-info.ts";
import { findEverywhere, type Found } from "./search.ts";
import { chainNamed, memberNamed } from "../books/named-member.ts";
import { sightOf, type Sight } from "../books/sight.ts";
import type { AskMember } from "../feed/step-times.ts";
import type { BlockTimes } from "../feed/block-times.ts";
import { transactionMethods } from "../transactions/transaction-methods.ts";
import type { UsersIndex } from "../transactions/users-index.ts";

export interface LookingDependencies {
  readonly l1: Pick<LocalL1, "chainId" | "request">;
  /** Current chains. */
  readonly chains: () => readonly DevnetChain[];
  readonly names: () => Promise<ProjectNames>;
  /** Reaches a member by its id; what it is asked runs strangers' code as for a client outside. */
  readonly clientOf: AskingProviderOf;
  readonly blockTimes: BlockTimes;
  readonly users: Pick<UsersIndex, "of">;
  /** Accounts that may have created tokens on an L1 that runs elsewhere. */
  readonly creators: readonly Hex[];
}

/** Each reads many blocks, all logs of a bridge, or every artifact of the project. */
const AT_A_TIME = 2;
const MAX_WAITING = 128;
const MAX_WAITING_OF_ONE = 64;
/** That a look at a wallet waits for a member: one that is away must not hold the place for long. */
const MEMBER_MS = 10_000;

/** Methods of a page or an explorer about the whole ecosystem: batches, histories, assets, names. All of them only read. */
export function lookingMethods(
  ecosystem: { info(): EcosystemInfo; messages(): Promise<readonly MessageInfo[]> },
  dependencies: LookingDependencies,
): ReadonlyMap<string, RpcMethod> {
  const { names } = dependencies;
  const looks = fairLine({
    width: AT_A_TIME,
    places: MAX_WAITING,
    placesPerClient: MAX_WAITING_OF_ONE,
    what: "questions of explorers wait",
  });
  const asker = (client: RpcClient | undefined): AskMember => memberAsker(dependencies, client);
  // One for all clients: each look is at the members that its client may read.
  const books = new WalletBooks({ creators: dependencies.creators });
  const governance = governanceReader();
  const { sight, infoFor, clientFor, chainOf } = sightedReads(ecosystem, dependencies);
  return new Map<string, RpcMethod>([
    [
      "hyperchain_batches",
      async ([chain, before, count], client) => looks(client, async () => newestBatches(chainOf(chain, client), before, count)),
    ],
    [
      "hyperchain_batch",
      async ([chain, number], client) => looks(client, async () => batchInfo(chainOf(chain, client), number, client)),
    ],
    [
      "hyperchain_proof",
      async ([chain, number], client) => looks(client, async () => proofInfo(chainOf(chain, client), number, client)),
    ],
    ["hyperchain_changes", async ([chain], client) => looks(client, () => chainPowers(chainOf(chain, client)))],
    ["hyperchain_governance", async ([chain], client) => looks(client, () => governance(chainOf(chain, client)))],
    [
      "hyperchain_describe",
      async ([things], client) =>
        looks(client, () =>
          describeAll(things, {
            names,
            memberNamed: (member) => memberNamed(ecosystem, member),
            codeOf: async (chainId, address) =>
              sight(client).chain(Number(chainId))
                ? String(await asker(client)(Number(chainId), "eth_getCode", [address, "latest"]))
                : "0x",
          }),
        ),
    ],
    [
      "hyperchain_history",
      async ([account, before, count], client) => {
        const owner = accountParameter(account);
        return looks(client, () => accountHistory({ account: owner, before, count }, infoFor(client), asker(client)));
      },
    ],
    ["hyperchain_search", ([text], client) => looks(client, () => search(text, sight(client), asker(client), ecosystem))],
    [
      "hyperchain_wallet",
      async ([account], client) => {
        const owner = accountParameter(account);
        const look = () => walletView(infoFor(client), owner, clientFor(client), books, { withinMs: MEMBER_MS });
        return looks(client, async () => inJson(await look()));
      },
    ],
    ...contractMethods(ecosystem, dependencies, looks),
    ...activityMethods(ecosystem, dependencies),
  ]);
}

/** Blocks as text, which wait for no other look, and the history in pages. */
function activityMethods(
  ecosystem: { info(): EcosystemInfo },
  dependencies: LookingDependencies,
): readonly (readonly [string, RpcMethod])[] {
  const { blockTimes, names, users } = dependencies;
  const line = fairLine({
    width: AT_A_TIME,
    places: MAX_WAITING,
    placesPerClient: MAX_WAITING_OF_ONE,
    what: "questions of what happens wait",
  });
  const { sight } = sightedReads(ecosystem, dependencies);
  const info = (): EcosystemInfo => ecosystem.info();
  const kept = cacheNames(names, () => blockTimes.nowMs());
  const asker = (client: RpcClient | undefined): AskMember => memberAsker(dependencies, client);
  const blocksInWords: RpcMethod = ([asked], client) =>
    line(client, async () => {
      const ask = memberAsker(dependencies, client);
      const idOf = (chain: unknown): number => {
        const id = memberNamed(ecosystem, chain);
        sight(client).require(id);
        return Number(id);
      };
      const ranges = await rangesAsked(asked, info(), { sees: (id) => sight(client).chain(id), ask }, idOf);
      return activity(ranges, { info, names: kept, blockTimes }, ask);
    });
  return [["hyperchain_activity", blocksInWords], ...transactionMethods({ info, users, names: kept, blockTimes, sight, asker })];
}

/** Methods that read contracts, and that build calls of them. */
function contractMethods(
  ecosystem: { info(): EcosystemInfo },
  dependencies: LookingDependencies,
  looks: FairLine,
): readonly (readonly [string, RpcMethod])[] {
  const { names } = dependencies;
  const { clientFor } = sightedReads(ecosystem, dependencies);
  return [
    [
      "hyperchain_prepare",
      async ([account, request], client) => {
        const owner = accountParameter(account);
        return looks(client, () => prepare(owner, request, { info: ecosystem.info(), names, clientOf: clientFor(client) }));
      },
    ],
    ["hyperchain_contracts", (_params, client) => looks(client, async () => deployable(await names()))],
    [
      "hyperchain_read",
      async ([request], client) =>
        looks(client, () => readContract(request, { info: ecosystem.info(), names, clientOf: clientFor(client) })),
    ],
    [
      "hyperchain_lookUp",
      async ([chain, sender, data], client) =>
        looks(client, () => lookUp({ chain, sender, data }, { info: ecosystem.info(), names, clientOf: clientFor(client) })),
    ],
  ];
}

/** Data of the ecosystem that a client may see, and its access to the members. */
function sightedReads(
  ecosystem: { info(): EcosystemInfo },
  { chains, clientOf }: Pick<LookingDependencies, "chains" | "clientOf">,
) {
  const sight = (client: RpcClient | undefined): Sight => sightOf(chains(), client);
  const infoFor = (client: RpcClient | undefined): EcosystemInfo => {
    const info = ecosystem.info();
    return { ...info, chains: info.chains.filter(({ chainId }) => sight(client).chain(chainId)) };
  };
  const clientFor = (client: RpcClient | undefined) => (chainId: number) => {
    sight(client).require(BigInt(chainId));
    return clientOf(chainId);
  };
  const chainOf = (named: unknown, client: RpcClient | undefined): DevnetChain => {
    const id = chainNamed(ecosystem, named);
    sight(client).require(id);
    const found = chains().find(({ chainId }) => chainId === id);
    if (found === undefined) throw new RpcError(RpcCode.internal, `chain ${id} does not run`);
    return found;
  };
  return { sight, infoFor, clientFor, chainOf };
}

const MAX_SEARCHED = 200;

/** Looks where the client may read. */
async function search(
  text: unknown,
  sight: Sight,
  ask: AskMember,
  ecosystem: { info(): EcosystemInfo; messages(): Promise<readonly MessageInfo[]> },
): Promise<readonly Found[]> {
  if (typeof text !== "string" || text.length > MAX_SEARCHED)
    throw new RpcError(RpcCode.invalidParams, `the first parameter is a text of ${MAX_SEARCHED} characters at most`);
  const seen = {
    info: () => ecosystem.info(),
    messages: async () => (await ecosystem.messages()).filter(sight.message),
  };
  return findEverywhere(text.trim(), seen, async (chainId, ...question) =>
    sight.chain(chainId) ? ask(chainId, ...question) : null,
  );
}

/** Asks members as that client, which a stranger may be. */
export function memberAsker(
  { l1, chains }: Pick<LookingDependencies, "l1" | "chains">,
  client: RpcClient | undefined,
): AskMember {
  return async (chainId, method, params) => {
    if (Number(l1.chainId) === chainId) return l1.request(method, params);
    const chain = chains().find((each) => Number(each.chainId) === chainId);
    if (chain === undefined) throw new RpcError(RpcCode.internal, `chain ${chainId} does not run`);
    return chain.answer(method, params, client);
  };
}

function accountParameter(account: unknown): Hex {
  if (typeof account === "string" && /^0x[0-9a-f]{40}$/i.test(account)) return account.toLowerCase() as Hex;
  throw new RpcError(RpcCode.invalidParams, "the first parameter is an address");
}

/** Amounts as decimal strings. */
function inJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_name, each: unknown) => (typeof each === "bigint" ? each.toString() : each)));
}
