import { LedgerError } from "../../../chain/ledger/ledger-error.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";
import { WriteLane } from "../../../ground/runtime/write-lane.ts";
import type { L1Connection } from "../described/l1-connection.ts";
import { encodeChange } from "./past/l1-change.ts";
import type { L1Keeping } from "./past/l1-places.ts";
import { readChange, readFirst, type AskL1 } from "./past/read-change.ts";

/** A request that changed a development L1, and the blocks that came of it. */
interface L1Entry {
  readonly method: string;
  readonly params: readonly unknown[];
  /** Undefined where it made none. */
  readonly blocks?: {
    /** Start time, which the first environment cannot be computed from. */
    readonly timestamp: string;
    readonly prevRandao: string;
    /** Number of the last one. */
    readonly number: string;
    readonly hash: string;
  };
}

interface L1Block {
  readonly number: string;
  readonly hash: string;
  readonly timestamp: string;
  readonly mixHash: string;
}

type Request = L1Connection["provider"]["request"];
type Listener = Parameters<L1Connection["provider"]["on"]>[1];

/** Methods that change L1's answers, or make blocks. All others only read. */
const WRITES = /^(evm_|hardhat_|eth_sendTransaction$|eth_sendRawTransaction$)/;
/** Methods of these that only read. */
const READS: ReadonlySet<string> = new Set(["hardhat_metadata", "hardhat_getAutomine", "hardhat_setLoggingEnabled"]);
/** Methods that are not stored: blocks are stored with their time, and snapshots end with their process. */
const UNKEPT = /^evm_(snapshot|revert|increaseTime|setNextBlockTimestamp|setTime)$/;
/** Methods that would change L1 without a request, or in a way that no request describes. */
const REFUSED: ReadonlySet<string> = new Set(["evm_setIntervalMining", "hardhat_reset"]);

/**
 * An L1 whose changes are stored, after the stored ones were replayed: all after the first `done`, which its engine has.
 * A change and its consequences in the ledger are stored before any client sees them: requests wait while one changes
 * something. Rejects with LedgerError Differs if blocks differ from the stored ones.
 */
export async function keepL1(connection: L1Connection, keeping: L1Keeping, done: number): Promise<L1Connection> {
  const { provider } = connection;
  const notes = new L1Notes((method, ...params) => provider.request({ method, params }), keeping);
  await repeat((args) => provider.request(args), notes, done);
  const lane = new WriteLane();
  const recorder = new L1Recorder((args) => provider.request(args), notes);
  const { durable } = keeping;
  const wrapped = new Map<Listener, Listener>();
  return {
    provider: {
      async request(args) {
        if (!WRITES.test(args.method) || READS.has(args.method)) return lane.read(() => provider.request(args));
        requireKeepable(args);
        try {
          return await lane.write(() => recorder.change(args));
        } finally {
          // A return to an earlier state, and all that belongs to it, is one change: its parts do not wait for its end.
          if (!UNKEPT.test(args.method)) await durable();
        }
      },
      on(event, listener) {
        const later: Listener = (message) => lane.afterWrite(() => listener(message));
        wrapped.set(listener, later);
        return provider.on(event, later);
      },
      removeListener(event, listener) {
        const later = wrapped.get(listener) ?? listener;
        wrapped.delete(listener);
        return provider.removeListener(event, later);
      },
    },
    close: () => connection.close(),
  };
}

function isKeepable({ method, params = [] }: Parameters<Request>[0]): boolean {
  return !REFUSED.has(method) || (method === "evm_setIntervalMining" && Number(params[0]) === 0);
}

function requireKeepable(args: Parameters<Request>[0]): void {
  if (isKeepable(args)) return;
  throw new LedgerError("Unwritable", `${args.method} cannot be kept: start the ecosystem without --data to use it on L1`);
}

/** Makes the kept changes again, each of which must lead to the same block; notes what was not noted of them. */
async function repeat(request: Request, notes: L1Notes, done: number): Promise<void> {
  let position = done;
  await notes.begin();
  const { requests, onRepeated } = notes.keeping;
  for (const text of requests.entries(done)) {
    onRepeated?.(position - done, requests.length - done);
    const entry = parse(text);
    const before = notes.has(position) ? undefined : await notes.number();
    await repeatOne(request, entry);
    if (before !== undefined) await notes.add(entry, before);
    position++;
  }
}

async function repeatOne(request: Request, { method, params, blocks }: L1Entry): Promise<void> {
  // A ledger may come from elsewhere: nothing is repeated that is never kept.
  if (!isKeepable({ method, params }) || !WRITES.test(method))
    throw new LedgerError("Damaged", `an entry of L1 is a request that is not kept, ${method}; restore a copy`);
  if (blocks !== undefined) {
    await request({ method: "evm_setNextBlockTimestamp", params: [blocks.timestamp] });
    await request({ method: "hardhat_setPrevRandao", params: [blocks.prevRandao] });
  }
  // What failed at first, and made a block all the same, fails again.
  const failure = await request({ method, params }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (blocks === undefined) return;
  const { number, hash } = (await request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as L1Block;
  if (number === blocks.number && hash === blocks.hash) return;
  throw new LedgerError(
    "Differs",
    `L1's block ${BigInt(blocks.number)} comes out as ${hash}, it was ${blocks.hash}: another version of Hardhat or of this software wrote it; use that version, or name another folder`,
    { cause: failure },
  );
}

function parse(text: string): L1Entry {
  try {
    const entry = JSON.parse(text) as L1Entry;
    // What is checked as a text is the same when it is asked: a list passes for one where it is compared with a pattern.
    if (typeof entry.method !== "string") throw new TypeError("the method is not a text");
    return entry;
  } catch (error) {
    throw new LedgerError("Damaged", "an entry of L1 cannot be read; restore a copy", { cause: error });
  }
}

/** Stored notes about L1's requests. One call at a time. */
class L1Notes {
  readonly keeping: L1Keeping;
  readonly #ask: AskL1;
  /** Codes in the latest notes; a return to an earlier state drops them. */
  readonly #codes = new Map<Hex, Hex>();

  constructor(ask: AskL1, keeping: L1Keeping) {
    this.#ask = ask;
    this.keeping = keeping;
  }

  /** Notes what L1 is before its first request, where that is not noted. */
  async begin(): Promise<void> {
    const { changes, blocks, together } = this.keeping;
    if (changes.length > 0) return;
    const { change, blockTexts } = await readFirst(this.#ask);
    await together(async () => {
      blocks.truncate(0);
      for (const block of blockTexts) blocks.append(block);
      changes.append(encodeChange(change));
    });
  }

  /** Whether it is noted what the request at this position changed. */
  has(position: number): boolean {
    return this.keeping.changes.length > position + 1;
  }

  /**
   * Notes what a request has changed, and the request itself where it is not kept, as one change. `before` is the newest block
   * before it.
   */
  async add({ method, params }: L1Entry, before: bigint, request?: string): Promise<void> {
    const { requests, changes, blocks, together } = this.keeping;
    const { change, blockTexts } = await readChange(
      this.#ask,
      { method, params },
      { before, now: await this.number(), codes: this.#codes },
    );
    await together(async () => {
      if (request !== undefined) requests.append(request);
      blocks.truncate(Number(before) + 1);
      for (const block of blockTexts) blocks.append(block);
      changes.append(encodeChange(change));
    });
  }

  /** Records that L1 has rewound to where this number of requests was stored. */
  async returned(requests: number): Promise<void> {
    this.#codes.clear();
    const head = Number(await this.number());
    await this.keeping.together(async () => {
      this.keeping.requests.truncate(requests);
      this.keeping.changes.truncate(requests + 1);
      this.keeping.blocks.truncate(head + 1);
    });
  }

  async number(): Promise<bigint> {
    return BigInt((await this.#ask("eth_blockNumber")) as string);
  }
}

/** Notes what each request changed. One call at a time. */
class L1Recorder {
  readonly #request: Request;
  readonly #notes: L1Notes;
  /** Kept requests at each snapshot. */
  readonly #snapshots = new Map<string, number>();
  #head: bigint | undefined;

  constructor(request: Request, notes: L1Notes) {
    this.#request = request;
    this.#notes = notes;
  }

  async change(args: Parameters<Request>[0]): Promise<unknown> {
    const { method, params = [] } = args;
    this.#head ??= await this.#notes.number();
    let failed = false;
    try {
      const answer = await this.#request(args);
      if (method === "evm_snapshot") this.#snapshots.set(String(answer), this.#notes.keeping.requests.length);
      if (method === "evm_revert" && answer === true) await this.#returned(String(params[0]));
      return answer;
    } catch (error) {
      failed = true;
      throw error;
    } finally {
      if (method !== "evm_revert") await this.#note(method, params, this.#head, failed);
    }
  }

  async #note(method: string, params: readonly unknown[], before: bigint, failed: boolean): Promise<void> {
    const now = await this.#notes.number();
    if (now === before) {
      if (!failed && !UNKEPT.test(method)) await this.#keep({ method, params }, before);
      return;
    }
    const [first, last] = [await this.#block(before + 1n), await this.#block(now)];
    const { number, hash } = last;
    await this.#keep({ method, params, blocks: { timestamp: first.timestamp, prevRandao: first.mixHash, number, hash } }, before);
    this.#head = now;
  }

  #keep(entry: L1Entry, before: bigint): Promise<void> {
    return this.#notes.add(entry, before, JSON.stringify(entry));
  }

  async #returned(id: string): Promise<void> {
    const requests = this.#snapshots.get(id);
    if (requests !== undefined) await this.#notes.returned(requests);
    this.#head = await this.#notes.number();
  }

  async #block(number: bigint): Promise<L1Block> {
    return (await this.#request({ method: "eth_getBlockByNumber", params: [hexQuantity(number), false] })) as L1Block;
  }
}
