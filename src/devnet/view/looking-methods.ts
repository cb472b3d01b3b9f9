import type { RpcClient, RpcMethod } from "../../chain/rpc/dispatch.ts";
import { fairLine } from "../../chain/rpc/fair-line.ts";
import { walletView } from "../../client/wallet-view.ts";
import type { Provider } from "ethers";
import { RpcCode, RpcError } from "../../chain/rpc/json-rpc.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { LocalL1 } from "../l1/local-l1.ts";
import type { DevnetChain } from "../chains/served-chain.ts";
import { batchInfo, newestBatches } from "./batch-info.ts";
import { describeAll } from "./describe.ts";
import type { ProjectNames } from "./describe.ts";
import type { MessageInfo } from "./ecosystem-info.ts";
import { accountHistory } from "./account-history.ts";
import { prepare, readContract } from "./prepare.ts";
import { findEverywhere } from "./search.ts";
import { chainNamed, memberNamed } from "./named-member.ts";
import type { Members } from "./named-member.ts";
import type { AskMember } from "./step-times.ts";

export interface LookingDependencies {
  readonly l1: Pick<LocalL1, "chainId" | "request">;
  /** Those that there are now. */
  readonly chains: () => readonly DevnetChain[];
  readonly names: () => Promise<ProjectNames>;
  /** Reaches a member by its id; what it is asked runs strangers' code as for a client outside. */
  readonly clientOf: (chainId: number) => Provider;
}

/** Each reads many blocks, all logs of a bridge, or every artifact of the project. */
const AT_A_TIME = 2;
const MAX_WAITING = 128;
const MAX_WAITING_OF_ONE = 64;

/** What a page or an explorer asks of the whole ecosystem: batches, histories, assets, names. All of them only look. */
export function lookingMethods(
  ecosystem: Members & { messages(): Promise<readonly MessageInfo[]> },
  dependencies: LookingDependencies,
): ReadonlyMap<string, RpcMethod> {
  const { chains, names, clientOf } = dependencies;
  const looks = fairLine({
    width: AT_A_TIME,
    places: MAX_WAITING,
    placesPerClient: MAX_WAITING_OF_ONE,
    what: "questions of explorers wait",
  });
  const asker = (client: RpcClient | undefined): AskMember => memberAsker(dependencies, client);
  const chainOf = (named: unknown): DevnetChain => {
    const id = chainNamed(ecosystem, named);
    const found = chains().find(({ chainId }) => chainId === id);
    if (found === undefined) throw new RpcError(RpcCode.internal, `chain ${id} does not run`);
    return found;
  };
  return new Map<string, RpcMethod>([
    [
      "hyperchain_batches",
      async ([chain, before, count], client) => looks(client, async () => newestBatches(chainOf(chain), before, count)),
    ],
    ["hyperchain_batch", async ([chain, number], client) => looks(client, async () => batchInfo(chainOf(chain), number, client))],
    [
      "hyperchain_describe",
      async ([things], client) =>
        looks(client, () =>
          describeAll(things, {
            names,
            memberNamed: (member) => memberNamed(ecosystem, member),
            codeOf: async (chainId, address) => String(await asker(client)(Number(chainId), "eth_getCode", [address, "latest"])),
          }),
        ),
    ],
    [
      "hyperchain_history",
      async ([account, before, count], client) => {
        const owner = accountParameter(account);
        return looks(client, () => accountHistory({ account: owner, before, count }, ecosystem.info(), asker(client)));
      },
    ],
    [
      "hyperchain_search",
      async ([text], client) => {
        if (typeof text !== "string" || text.length > MAX_SEARCHED)
          throw new RpcError(RpcCode.invalidParams, `the first parameter is a text of ${MAX_SEARCHED} characters at most`);
        return looks(client, () => findEverywhere(text.trim(), ecosystem, asker(client)));
      },
    ],
    [
      "hyperchain_wallet",
      async ([account], client) => {
        const owner = accountParameter(account);
        return looks(client, async () => inJson(await walletView(ecosystem.info(), owner, clientOf)));
      },
    ],
    [
      "hyperchain_prepare",
      async ([account, request], client) => {
        const owner = accountParameter(account);
        return looks(client, () => prepare(owner, request, { info: ecosystem.info(), names, clientOf }));
      },
    ],
    [
      "hyperchain_read",
      async ([request], client) => looks(client, () => readContract(request, { info: ecosystem.info(), names, clientOf })),
    ],
  ]);
}

const MAX_SEARCHED = 200;

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
