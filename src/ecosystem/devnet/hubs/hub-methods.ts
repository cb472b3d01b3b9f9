import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import type { RpcMethod } from "../../../chain/rpc/request/dispatch.ts";
import { quantity } from "../../../chain/rpc/request/quantities.ts";
import type { HubBlock, HubBlockOnL1, HubEntry } from "../../hub/hub-block.ts";
import type { HubState } from "../../hub/hub-state.ts";
import { unknownHub } from "../../client/ecosystem/find-hub.ts";
import { toHex, type Hex } from "../../../ground/protocol/hex.ts";
import { hashHubHeader } from "../../../ground/protocol/hub-header.ts";
import { AGGREGATORS_WANTED, areAggregatorAccounts, type AggregatorKeys } from "./aggregator-keys.ts";
import type { HubGroup } from "./hub-group.ts";
import type { ScheduledEpoch } from "./hub-landing.ts";
import { HubGroupError } from "./hub-group-error.ts";
import type { HubStakes } from "./hub-stakes.ts";
import type {
  HubBatchInfo,
  HubBlockInfo,
  HubInfo,
  HubMemberInfo,
  LandedHubBlock,
  ScheduledAggregators,
} from "../view/books/hub-info.ts";

/** Batches of a member. */
interface MemberProgress {
  readonly name: string;
  readonly chainId: bigint;
  readonly sealed: number;
  readonly executed: number;
}

/** A running hub. */
export interface NamedHub {
  readonly name: string;
  readonly members: readonly string[];
  readonly group: HubGroup & { readonly address: Hex };
  readonly keys: Pick<AggregatorKeys, "address" | "indexOf">;
  /** Undefined if no stake answers for the aggregators. */
  readonly stakes: Pick<HubStakes, "weights" | "enlist" | "report"> | undefined;
  /** Members that run, with their sealed and executed batches. */
  readonly progress: () => readonly MemberProgress[];
  /** Seals the members' open batches, and waits until the members offer them. */
  readonly sealMembers: () => Promise<void>;
}

/** Methods about hubs: every member of the ecosystem answers them. */
export function hubMethods(hubs: readonly NamedHub[]): ReadonlyMap<string, RpcMethod> {
  const hubOf = (name: unknown): NamedHub => {
    const hub = hubs.find((each) => each.name === name);
    if (hub !== undefined) return hub;
    throw new RpcError(RpcCode.invalidParams, unknownHub(hubs, typeof name === "string" ? name : undefined));
  };
  return new Map<string, RpcMethod>([
    ["hyperchain_getHub", async ([name]) => hubInfo(hubOf(name))],
    [
      "hyperchain_getHubBlock",
      ([name, number]) => {
        const { group } = hubOf(name);
        const block = number === undefined ? group.block : group.blockAt(quantity(number));
        return Promise.resolve(block === undefined ? null : blockInfo(block));
      },
    ],
    ["hyperchain_getHubState", ([name]) => Promise.resolve(toHex(hubOf(name).group.state.encode()))],
    [
      "hyperchain_landHub",
      async ([name]) => {
        const { group, sealMembers } = hubOf(name);
        try {
          await sealMembers();
          const { block, transactionHash } = await group.land();
          return { ...blockInfo(block), transactionHash } satisfies LandedHubBlock;
        } catch (error) {
          if (!(error instanceof HubGroupError)) throw error;
          throw new RpcError(RpcCode.rejected, error.message, { code: error.code }, { cause: error });
        }
      },
    ],
    [
      "hyperchain_scheduleAggregators",
      async ([name, accounts]) => {
        const { group, keys } = hubOf(name);
        await group.schedule(aggregatorAccounts(accounts).map((account) => keys.address(account)));
        return scheduledInfo(await group.scheduled(), keys) ?? null;
      },
    ],
  ]);
}

/** Numbers of accounts that become aggregators. Throws RpcError. */
function aggregatorAccounts(value: unknown): readonly number[] {
  if (areAggregatorAccounts(value)) return value;
  throw new RpcError(
    RpcCode.invalidParams,
    `params[1] must be a list of the next aggregators: ${AGGREGATORS_WANTED}, such as [1, 2, 3, 4]`,
  );
}

function scheduledInfo(
  scheduled: ScheduledEpoch | undefined,
  keys: Pick<AggregatorKeys, "indexOf">,
): ScheduledAggregators | undefined {
  if (scheduled === undefined) return undefined;
  const { number: epoch, since, aggregators } = scheduled;
  return { epoch, since, aggregators: byAccount(aggregators.map((address) => ({ address, account: keys.indexOf(address) }))) };
}

/** Aggregators in the order of their accounts' numbers; those of other owners last. */
function byAccount<Each extends { readonly account: number | undefined }>(aggregators: readonly Each[]): readonly Each[] {
  return aggregators.toSorted((one, other) => (one.account ?? Number.MAX_VALUE) - (other.account ?? Number.MAX_VALUE));
}

async function hubInfo({ name, members, group, keys, stakes, progress }: NamedHub): Promise<HubInfo> {
  const scheduled = scheduledInfo(await group.scheduled(), keys);
  const weights = await stakes?.weights(group.aggregators.map((each) => each.address));
  const { address, epoch, state, block, landedCount } = group;
  const aggregators = group.aggregators.map(({ address: key, isRunning, failure, block: number }, index) => ({
    address: key,
    account: keys.indexOf(key),
    isRunning,
    failure,
    block: Number(number),
    stakeWei: weights?.[index]?.toString(),
  }));
  return {
    name,
    members,
    address,
    epoch,
    aggregators: byAccount(aggregators),
    progress: progress().map((member) => memberInfo(member, state)),
    state: state.digest(),
    block: block === undefined ? 0 : Number(block.header.number),
    landed: Number(landedCount),
    scheduled,
  };
}

function memberInfo({ name, chainId, sealed, executed }: MemberProgress, state: HubState): HubMemberInfo {
  const nextBatch = Number(state.member(chainId)?.nextBatch ?? 0n);
  return { name, chainId: Number(chainId), nextBatch, waiting: Math.max(0, sealed - Math.max(nextBatch, executed)) };
}

function blockInfo(block: HubBlock | HubBlockOnL1): HubBlockInfo {
  const { header, entries } = block;
  const shown = "evidence" in block ? [] : block.entries;
  const batches = entries.map(({ chainId, stored }, index) => ({
    chainId: Number(chainId),
    batchNumber: Number(stored.batchNumber),
    commitment: stored.commitment,
    stateRoot: stored.newStateRoot,
    ...evidenceInfo(shown[index]),
  }));
  return { ...header, number: Number(header.number), hash: hashHubHeader(header), batches };
}

function evidenceInfo(entry: HubEntry | undefined): Pick<HubBatchInfo, "program" | "proofHash" | "facts"> {
  if (entry === undefined) return {};
  const { program, proofHash, paths } = entry;
  return { program, proofHash, facts: paths.map(({ position }) => position) };
}
