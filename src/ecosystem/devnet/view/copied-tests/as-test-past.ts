import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { EcosystemInfo } from "../books/ecosystem-info.ts";
import { flowActOf } from "./as-test-flow-act.ts";
import { argumentBefore, namedChain } from "./named-chain.ts";
import type { BlockTimes } from "../feed/block-times.ts";
import type { AskMember } from "../feed/step-times.ts";

/** A user's transaction of any member, with what it left. */
export interface PastTransaction {
  readonly chainId: number;
  readonly hash: Hex;
  readonly from: Hex;
  readonly to: Hex | null;
  readonly input: Hex;
  readonly value: bigint;
  readonly created: Hex | undefined;
  readonly succeeded: boolean;
  /** Seconds of its block. */
  readonly timestamp: number;
  /** Time of its block, by the clock of this machine; its timestamp if that is unknown. */
  readonly atMs: number;
  readonly logs: readonly { readonly address: Hex; readonly topics: readonly Hex[]; readonly data: Hex }[];
}

/** Blocks of a member that are read: a day of a developer has fewer. */
const MOST_BLOCKS = 3_000;
const AT_A_TIME = 32;
/** Transactions that a copied test repeats before its own. */
const MOST_EARLIER = 40;
const PRIORITY_OPERATION = 255;

interface PastDependencies {
  readonly info: EcosystemInfo;
  readonly ask: AskMember;
  readonly sees: (chainId: number) => boolean;
  readonly blockTimes: Pick<BlockTimes, "at" | "setUpTo" | "isOwn">;
}

/** Transactions of users to the members since the set-up, in order. Rejects with a member's error. */
export async function pastOf({ info, ask, sees, blockTimes }: PastDependencies): Promise<readonly PastTransaction[]> {
  const own = new Set<string>([
    ...info.chains.map(({ operator }) => operator),
    ...(info.relayer === undefined ? [] : [info.relayer.address]),
  ]);
  const past: PastTransaction[] = [];
  for (const { chainId } of [info.l1, ...info.chains].filter((member) => sees(member.chainId))) {
    const newest = Number(await ask(chainId, "eth_blockNumber", []));
    const first = Math.max(blockTimes.setUpTo(chainId) + 1, newest - MOST_BLOCKS + 1, 0);
    for (let from = first; from <= newest; from += AT_A_TIME) {
      const numbers = Array.from({ length: Math.min(AT_A_TIME, newest - from + 1) }, (_, i) => from + i);
      const read = await Promise.all(
        numbers.map((number) => readUsers(chainId, number, { ask, blockTimes, ecosystemAccounts: own })),
      );
      past.push(...read.flat());
    }
  }
  return past.sort((a, b) => a.atMs - b.atMs);
}

interface BlockAnswer {
  readonly timestamp: string;
  readonly transactions: readonly (Pick<PastTransaction, "hash" | "from" | "to" | "input"> & {
    readonly value: string;
    readonly type: string;
  })[];
}

async function readUsers(
  chainId: number,
  number: number,
  {
    ask,
    blockTimes,
    ecosystemAccounts,
  }: Pick<PastDependencies, "ask" | "blockTimes"> & { readonly ecosystemAccounts: ReadonlySet<string> },
): Promise<readonly PastTransaction[]> {
  const block = (await ask(chainId, "eth_getBlockByNumber", [`0x${number.toString(16)}`, true])) as BlockAnswer | null;
  const users = (block?.transactions ?? []).filter(
    ({ hash, from, type }) =>
      !ecosystemAccounts.has(from) && !blockTimes.isOwn(hash) && from !== BOOTLOADER && Number(type) !== PRIORITY_OPERATION,
  );
  const timestamp = Number(block?.timestamp ?? 0);
  return Promise.all(
    users.map(async ({ hash, from, to, input, value }) => {
      const receipt = (await ask(chainId, "eth_getTransactionReceipt", [hash])) as {
        readonly status: string;
        readonly contractAddress: Hex | null;
        readonly logs: PastTransaction["logs"];
      } | null;
      return {
        chainId,
        hash,
        from,
        to,
        input,
        timestamp,
        value: BigInt(value),
        created: to === null ? (receipt?.contractAddress ?? undefined) : undefined,
        succeeded: receipt?.status !== "0x0",
        atMs: blockTimes.at(chainId, number) ?? timestamp * 1_000,
        logs: receipt?.logs ?? [],
      };
    }),
  );
}

const BOOTLOADER = "0x0000000000000000000000000000000000008001";

/**
 * The transactions that one depends on, in order: those that created the contracts that it names, in an address or within
 * its data, and those of users to these contracts before the target, which may reach them through others; earlier actions
 * on its flow, on any chain; and so on for each of them. Throws RpcError if there are too many.
 */
export function standsOn(target: PastTransaction, past: readonly PastTransaction[]): readonly PastTransaction[] {
  const before = past.filter(({ hash, chainId, succeeded, atMs }) => {
    const isItself = hash === target.hash && chainId === target.chainId;
    return !isItself && succeeded && atMs <= target.atMs;
  });
  // An account creates at one address on every chain where it has sent as much.
  const creations = before.flatMap((each) => (each.created === undefined ? [] : [{ address: each.created, creation: each }]));
  const flows = before.map((each) => ({ each, id: flowActOf(each)?.id }));
  const wanted = new Set<PastTransaction>();
  const look = [target];
  const want = (transactions: readonly PastTransaction[]): void => {
    const more = transactions.filter((each) => !wanted.has(each));
    for (const each of more) wanted.add(each);
    look.push(...more);
  };
  for (let next = look.pop(); next !== undefined; next = look.pop()) {
    const { atMs } = next;
    const flow = flowActOf(next)?.id;
    if (flow !== undefined) want(flows.flatMap(({ each, id }) => (id === flow && each.atMs <= atMs ? [each] : [])));
    for (const { address, creation } of namedBy(next, creations)) {
      const about = before.filter((each) => each.to === address && each.chainId === creation.chainId);
      want([creation, ...about]);
    }
  }
  if (wanted.size > MOST_EARLIER)
    throw new RpcError(
      RpcCode.rejected,
      `the transaction depends on ${wanted.size} earlier ones, and a test repeats ${MOST_EARLIER} at most; take a snapshot's fixture instead, or copy an earlier one`,
    );
  return past.filter((each) => wanted.has(each));
}

interface Creation {
  readonly address: Hex;
  readonly creation: PastTransaction;
}

/** 12 bytes of zeros: what stands before an address among a call's arguments. */
const WORD_START = /0{24}$/;

/**
 * Creations that a transaction names. The called one is on the transaction's chain. In its data, the chain is that of an
 * interoperable address, or that of the argument before an address; else the transaction's, if it has a creation at an address
 * that is an argument; else any.
 */
function namedBy({ chainId, to, input }: PastTransaction, creations: readonly Creation[]): readonly Creation[] {
  const data = input.toLowerCase();
  return creations.filter(({ address, creation }) => {
    if (to === address && creation.chainId === chainId) return true;
    const isHere = creations.some((each) => each.address === address && each.creation.chainId === chainId);
    return textsBefore(data, address.slice(2)).some((before) => {
      const named = namedChain(before);
      if (named !== undefined) return named === creation.chainId;
      const beside = argumentBefore(before);
      if (creations.some((each) => each.address === address && each.creation.chainId === beside))
        return creation.chainId === beside;
      return !isHere || !WORD_START.test(before) || creation.chainId === chainId;
    });
  });
}

/** Parts of a text before each occurrence. */
function textsBefore(text: string, part: string): readonly string[] {
  const found: string[] = [];
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) found.push(text.slice(0, at));
  return found;
}
