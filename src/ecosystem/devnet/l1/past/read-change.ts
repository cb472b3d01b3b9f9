import { namesOf, tellBlocks } from "../../../../chain/past/told-blocks.ts";
import type { FullBlock } from "../../../../chain/index/block-store.ts";
import type { BlockText } from "../../../../chain/past/place.ts";
import { reasonOf } from "../../../../ground/errors/reason-of.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { L1Names, wordOf, type L1Change } from "./l1-change.ts";
import { requestKind } from "./l1-request-kinds.ts";

export type AskL1 = (method: string, ...params: readonly unknown[]) => Promise<unknown>;

/** The contracts that Ethereum calls at the ends of each block, by what EIP-4788, -2935, -7002 and -7251 say of them. */
const BEACON_ROOTS = "0x000f3df6d732807ef1319fb7b8bb8522d0beac02";
const BLOCK_HASHES = "0x0000f90827f1c53a10cb7a02335b175320002935";
const SYSTEM_CONTRACTS = [
  BEACON_ROOTS,
  BLOCK_HASHES,
  "0x00000961ef480eb55e80d19ad83579a64c007002",
  "0x0000bbddc7ce488642fb579f8b00f3a590007251",
];
/** Blocks that both contracts remember: EIP-4788's number of timestamps, and EIP-2935's of blocks. */
const REMEMBERED = 8191n;

/** State of L1 before its first change. */
export async function readFirst(ask: AskL1): Promise<{ readonly change: L1Change; readonly blockTexts: readonly BlockText[] }> {
  const names = new L1Names();
  for (const address of [...((await ask("eth_accounts")) as readonly Hex[]), ...SYSTEM_CONTRACTS]) names.add(address);
  const blockTexts = await tell(ask, 0n, 0n);
  const chainId = Number(await ask("eth_chainId"));
  const values = await readValues(ask, names, new Map());
  return { change: { chainId, blocks: blockTexts.map(namesOf), ...values, waits: false }, blockTexts };
}

/**
 * State that a Hardhat node has besides its fork, after all its blocks or those after the forked one: values that its
 * accounts, its blocks and their transactions have touched. Values that cheats set are missing, unless a transaction has
 * touched them as well.
 */
export async function readWhole(ask: AskL1, first = 0): Promise<L1Change> {
  const names = new L1Names();
  for (const address of [...((await ask("eth_accounts")) as readonly Hex[]), ...SYSTEM_CONTRACTS]) names.add(address);
  const chainId = Number(await ask("eth_chainId"));
  const head = Number(await ask("eth_blockNumber"));
  let newest: FullBlock["block"] | undefined;
  for (let number = first; number <= head; number++) {
    newest = (await ask("eth_getBlockByNumber", `0x${number.toString(16)}`, true)) as FullBlock["block"];
    if (number > 0) await addNames(ask, newest, names);
  }
  const hash = newest?.["hash"] as Hex;
  return { chainId, blocks: [{ hash, transactions: [] }], ...(await readValues(ask, names, new Map())), waits: false };
}

/** Whether the account is one that Ethereum calls at the ends of blocks. */
export function isSystemContract(address: Hex): boolean {
  return SYSTEM_CONTRACTS.includes(address);
}

/**
 * Changes of a request on L1; `before` and `now` are its newest blocks before and after it. `codes` are the cached codes
 * of accounts; new ones are added.
 */
export async function readChange(
  ask: AskL1,
  { method, params }: { readonly method: string; readonly params: readonly unknown[] },
  { before, now, codes }: { readonly before: bigint; readonly now: bigint; readonly codes: Map<Hex, Hex> },
): Promise<{ readonly change: L1Change; readonly blockTexts: readonly BlockText[] }> {
  const blockTexts = now > before ? await tell(ask, before + 1n, now) : [];
  const blocks = blockTexts.map(namesOf);
  const waits = ((await ask("eth_pendingTransactions")) as readonly unknown[]).length > 0;
  try {
    const kind = requestKind(method);
    if (kind === "unknown" && blockTexts.length === 0) throw new TypeError(`it is not known what ${method} changes`);
    const names = new L1Names();
    if (kind === "value") names.add(String(params[0]), ...(method === "hardhat_setStorageAt" ? [String(params[1])] : []));
    for (const text of blockTexts) await addNames(ask, (JSON.parse(text) as FullBlock).block, names);
    return { change: { blocks, ...(await readValues(ask, names, codes)), waits }, blockTexts };
  } catch (error) {
    // L1 continues; a later start replays the request.
    return { change: { blocks, accounts: [], slots: [], waits, unknown: reasonOf(error) }, blockTexts };
  }
}

async function tell(ask: AskL1, first: bigint, last: bigint): Promise<readonly BlockText[]> {
  const blockTexts: BlockText[] = [];
  for await (const text of tellBlocks({ request: (method, params) => ask(method, ...params) }, first, last))
    blockTexts.push(text);
  return blockTexts;
}

/** Adds the names of all values that a block may have changed: by its transactions, by its fees, and by system calls. */
async function addNames(ask: AskL1, block: FullBlock["block"], names: L1Names): Promise<void> {
  const [timestamp, number] = [BigInt(block["timestamp"] as Hex), BigInt(block["number"] as Hex)];
  const at = timestamp % REMEMBERED;
  names.add(BEACON_ROOTS, String(at), String(at + REMEMBERED));
  names.add(BLOCK_HASHES, String((number - 1n) % REMEMBERED));
  names.add(block["miner"] as Hex);
  for (const { hash } of block.transactions) {
    const { pre, post } = (await ask("debug_traceTransaction", hash, {
      tracer: "prestateTracer",
      tracerConfig: { diffMode: true },
    })) as { readonly pre: Touched; readonly post: Touched };
    for (const [address, { storage = {} }] of [...Object.entries(pre), ...Object.entries(post)])
      names.add(address, ...Object.keys(storage));
  }
}

type Touched = Readonly<Record<string, { readonly storage?: Readonly<Record<string, string>> }>>;

/** The values at these names now; a code only where it is not the known one. */
async function readValues(ask: AskL1, names: L1Names, codes: Map<Hex, Hex>): Promise<Pick<L1Change, "accounts" | "slots">> {
  const read = async (method: string, ...params: readonly unknown[]): Promise<Hex> =>
    (await ask(method, ...params, "latest")) as Hex;
  const accounts = await Promise.all(
    [...names.all.keys()].map(async (address) => {
      const [nonce, balance, code] = await Promise.all([
        read("eth_getTransactionCount", address),
        read("eth_getBalance", address),
        read("eth_getCode", address),
      ]);
      const isKnown = codes.get(address) === code;
      codes.set(address, code);
      return { address, nonce, balance, ...(isKnown ? {} : { code }) };
    }),
  );
  const slots = await Promise.all(
    [...names.all].flatMap(([address, ofAccount]) =>
      [...ofAccount].map(async (slot): Promise<[Hex, Hex, Hex]> => [
        address,
        slot,
        wordOf(await read("eth_getStorageAt", address, slot)),
      ]),
    ),
  );
  return { accounts, slots };
}
