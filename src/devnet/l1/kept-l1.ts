import type { LedgerStream } from "../../ledger/ledger.ts";
import { LedgerError } from "../../ledger/ledger-error.ts";
import type { L1Connection } from "./local-l1.ts";

/** A request that changed a development L1, and the blocks that came of it. */
interface L1Entry {
  readonly method: string;
  readonly params: readonly unknown[];
  /** Undefined where it made none. */
  readonly blocks?: {
    /** What the first one's environment cannot be computed from. */
    readonly timestamp: string;
    readonly prevRandao: string;
    /** Of the last one. */
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

/** They change what L1 answers, or make blocks. All others only read. */
const WRITES = /^(evm_|hardhat_|eth_sendTransaction$|eth_sendRawTransaction$)/;
/** Of these, what only looks. */
const READS: ReadonlySet<string> = new Set(["hardhat_metadata", "hardhat_getAutomine", "hardhat_setLoggingEnabled"]);
/** What is not kept itself: blocks are kept with their own time, and snapshots end with their process. */
const UNKEPT = /^evm_(snapshot|revert|increaseTime|setNextBlockTimestamp|setTime)$/;
/** They would change L1 without a request, or to something that no request describes. */
const REFUSED: ReadonlySet<string> = new Set(["evm_setIntervalMining", "hardhat_reset"]);

/**
 * An L1 whose changes are kept, after those that are kept already have been made again. A change and what follows from it in the
 * ledger is in it before anybody sees it: requests wait while one changes something. Rejects with LedgerError Differs where
 * blocks come out otherwise than they were kept.
 */
export async function keepL1(
  connection: L1Connection,
  stream: LedgerStream,
  durable: () => Promise<void>,
): Promise<L1Connection> {
  const { provider } = connection;
  await repeat(provider.request.bind(provider), stream);
  const lane = new WriteLane();
  const recorder = new L1Recorder((args) => provider.request(args), stream);
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

/** Makes the kept changes again, each of which must lead to the same block. */
async function repeat(request: Request, stream: LedgerStream): Promise<void> {
  for (const text of stream.entries()) {
    const { method, params, blocks } = parse(text);
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
    if (blocks === undefined) continue;
    const { number, hash } = (await request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as L1Block;
    if (number === blocks.number && hash === blocks.hash) continue;
    throw new LedgerError(
      "Differs",
      `L1's block ${BigInt(blocks.number)} comes out as ${hash}, it was ${blocks.hash}: another version of Hardhat or of this software wrote it; use that version, or name another folder`,
      { cause: failure },
    );
  }
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

/** Notes what each request changed. One call at a time. */
class L1Recorder {
  readonly #request: Request;
  readonly #stream: LedgerStream;
  /** Length of the stream at each snapshot. */
  readonly #snapshots = new Map<string, number>();
  #head: bigint | undefined;

  constructor(request: Request, stream: LedgerStream) {
    this.#request = request;
    this.#stream = stream;
  }

  async change(args: Parameters<Request>[0]): Promise<unknown> {
    const { method, params = [] } = args;
    this.#head ??= await this.#number();
    let failed = false;
    try {
      const answer = await this.#request(args);
      if (method === "evm_snapshot") this.#snapshots.set(String(answer), this.#stream.length);
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
    const now = await this.#number();
    if (now === before) {
      if (!failed && !UNKEPT.test(method)) this.#stream.append(JSON.stringify({ method, params }));
      return;
    }
    const [first, last] = [await this.#block(before + 1n), await this.#block(now)];
    const { number, hash } = last;
    const blocks = { timestamp: first.timestamp, prevRandao: first.mixHash, number, hash };
    this.#stream.append(JSON.stringify({ method, params, blocks } satisfies L1Entry));
    this.#head = now;
  }

  async #returned(id: string): Promise<void> {
    const length = this.#snapshots.get(id);
    if (length !== undefined) this.#stream.truncate(length);
    this.#head = await this.#number();
  }

  async #number(): Promise<bigint> {
    return BigInt((await this.#request({ method: "eth_blockNumber" })) as string);
  }

  async #block(number: bigint): Promise<L1Block> {
    return (await this.#request({ method: "eth_getBlockByNumber", params: [`0x${number.toString(16)}`, false] })) as L1Block;
  }
}

/** Reads beside each other, writes alone; each waits for those of the other kind that came before it. */
class WriteLane {
  #lastWrite: Promise<unknown> = Promise.resolve();
  readonly #reading = new Set<Promise<unknown>>();
  #writing = 0;
  readonly #later: (() => void)[] = [];

  read<T>(read: () => Promise<T>): Promise<T> {
    const answer = this.#lastWrite.then(read);
    const done = answer.then(
      () => undefined,
      () => undefined,
    );
    this.#reading.add(done);
    void done.then(() => this.#reading.delete(done));
    return answer;
  }

  write<T>(write: () => Promise<T>): Promise<T> {
    this.#writing++;
    const written = Promise.all([this.#lastWrite, ...this.#reading])
      .then(write)
      .finally(() => {
        if (--this.#writing > 0) return;
        for (const call of this.#later.splice(0)) call();
      });
    this.#lastWrite = written.catch(() => undefined);
    return written;
  }

  /** At once while nothing is written. */
  afterWrite(call: () => void): void {
    if (this.#writing === 0) call();
    else this.#later.push(call);
  }
}
