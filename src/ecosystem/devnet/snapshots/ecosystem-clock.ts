import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { quantity } from "../../../chain/rpc/request/quantities.ts";
import { expectedSeconds } from "../../../chain/sequencer/expected-seconds.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { WriteLane } from "../../../ground/runtime/write-lane.ts";
import { ClockError, MovableClock, type ClockMark } from "../../../ground/runtime/movable-clock.ts";
import { contractErrorOf } from "../../../chain/settlement/errors/contract-error.ts";
import type { L1Asking, L1Connection, L1Look } from "../described/l1-connection.ts";
import { hexQuantity, type Hex } from "../../../ground/protocol/hex.ts";

/** Time of the ecosystem at a mark. */
export interface TimeMark {
  readonly clock: ClockMark;
  readonly nextL1Timestamp: NextTimestamp | undefined;
}

/** Timestamp that was set for L1's next block: by a user, or only to synchronize L1 with the ecosystem's time. */
interface NextTimestamp {
  readonly by: "user" | "ecosystem";
}

interface L1Call {
  readonly method: string;
  readonly params?: readonly unknown[];
}

/** More are left to the engine, in one go. */
const MOST_SINGLE_BLOCKS = 10_000n;
/** Methods that make a block on L1, or run something as if in the next one. */
const SEES_TIME = new Set([
  "eth_call",
  "eth_estimateGas",
  "eth_sendTransaction",
  "eth_sendRawTransaction",
  "evm_mine",
  "hardhat_mine",
]);

/**
 * One time for L1 and all chains: moving it on any member moves it for all. L1 is only told something when time has moved:
 * otherwise both follow the machine's clock. A timestamp that a user fixed for L1's next block is kept.
 */
export class EcosystemTime {
  /** Clock of the chains. */
  readonly clock: MovableClock;
  /** L1, whose blocks keep the ecosystem's time, and whose own methods move it. */
  readonly l1: L1Connection;
  readonly #ask: L1Asking;
  /** Requests that see or change L1's next second, and what looks ahead, which changes that second meanwhile. */
  readonly #lane = new WriteLane();
  #next: NextTimestamp | undefined;
  /** Last timestamp that the ecosystem set on L1, and the number of such calls. */
  #lastSetTimestamp: bigint | undefined;
  #tellings = 0;
  #movesFromL1 = false;
  #isMinedByInterval = false;

  /**
   * Couples a development L1's clock with the chains'. `movedSeconds` is the offset by an earlier process. Rejects with
   * L1's error.
   */
  static async of(base: Clock, connection: L1Connection, movedSeconds = 0n): Promise<EcosystemTime> {
    const time = new EcosystemTime(await movedClock(base, movedSeconds), connection);
    await time.#bringL1();
    return time;
  }

  private constructor(clock: MovableClock, connection: L1Connection) {
    const { provider } = connection;
    this.clock = clock;
    this.#ask = (method, ...params) => provider.request({ method, params });
    this.l1 = {
      provider: {
        request: (call) => this.#request(call),
        on: (event, listener) => provider.on(event, listener),
        removeListener: (event, listener) => provider.removeListener(event, listener),
      },
      lookAhead: (look) => this.#lookAhead(look),
      close: () => connection.close(),
    };
    clock.follow(async (seconds) => {
      if (this.#movesFromL1 || this.#next?.by === "user") return;
      if (seconds > 0n && this.#next === undefined) await this.#ask("evm_increaseTime", Number(seconds));
      // L1 can only be set by the next block's timestamp; its clock continues from there.
      else await this.#keepTime();
    });
  }

  mark(): TimeMark {
    return { clock: this.clock.mark(), nextL1Timestamp: this.#next };
  }

  /** Shows again what it showed at the mark. To be called after L1 itself has returned to its snapshot. */
  async revert(mark: TimeMark): Promise<void> {
    this.clock.revert(mark.clock);
    if (mark.nextL1Timestamp?.by === "user") this.#next = mark.nextL1Timestamp;
    // EDR continues as if its clock had run in the meantime, twice as fast.
    else await this.#keepTime();
  }

  /** EDR's clock is stopped while it starts, and every batch would wait for as long as that took. */
  async #bringL1(): Promise<void> {
    const behind = this.clock.nowSeconds() - (await this.#timestampOf("pending"));
    if (behind > 0n) await this.#ask("evm_increaseTime", Number(behind));
  }

  /** The timestamp of L1's next block, if it were made now. It cannot be before the newest block's. */
  async #setNext(): Promise<void> {
    if (this.#lastSetTimestamp === this.clock.nowSeconds()) return;
    const head = await this.#timestampOf("latest");
    const now = this.clock.nowSeconds();
    if (this.#next?.by !== "ecosystem") return;
    this.#lastSetTimestamp = now;
    this.#tellings++;
    // Refused where another block came in between: then L1 is not behind.
    await this.#ask("evm_setNextBlockTimestamp", hexQuantity(now > head ? now : head)).catch(() => undefined);
  }

  /** Sets L1's time repeatedly, until a block is made. */
  async #keepTime(): Promise<void> {
    this.#next = { by: "ecosystem" };
    this.#lastSetTimestamp = undefined;
    await this.#setNext();
  }

  /** L1's own clock has moved: the others follow, L1 need not. */
  async #takeFromL1(move: () => Promise<void>): Promise<void> {
    this.#movesFromL1 = true;
    // The followers are called before the first await.
    const moved = move();
    this.#movesFromL1 = false;
    await moved;
  }

  async #timestampOf(block: "latest" | "pending"): Promise<bigint> {
    const { timestamp } = (await this.#ask("eth_getBlockByNumber", block, false)) as { readonly timestamp: string };
    return BigInt(timestamp);
  }

  async #request({ method, params = [] }: L1Call): Promise<unknown> {
    const pass = (): Promise<unknown> => this.#lane.read(() => this.#ask(method, ...params));
    if (this.#next?.by === "ecosystem" && SEES_TIME.has(method)) await this.#setNext();
    switch (method) {
      case "eth_sendTransaction":
      case "eth_sendRawTransaction":
        return this.#mine(pass);
      case "evm_increaseTime":
        return this.#increaseTime(quantity(params[0]));
      case "evm_setNextBlockTimestamp":
        return this.#setNextBlockTimestamp(quantity(params[0]));
      case "evm_mine":
        if (params[0] !== undefined) await this.#setNextBlockTimestamp(quantity(params[0]));
        return this.#mine(() => this.#lane.read(() => this.#ask("evm_mine")));
      case "hardhat_mine":
        return this.#mineMany(quantity(params[0] ?? 1), quantity(params[1] ?? 1));
      case "eth_call":
        return this.#look(pass);
      case "eth_estimateGas":
        return this.#lookAhead((ask) => ask(method, ...forNextBlock(params)));
      case "evm_setIntervalMining":
        this.#isMinedByInterval = params[0] !== 0 && params[0] !== "0x0";
        return this.#ask(method, ...params);
      default:
        return this.#ask(method, ...params);
    }
  }

  /** Something that makes a block on L1. */
  async #mine(request: () => Promise<unknown>): Promise<unknown> {
    const before = this.#tellings;
    const answer = await request();
    if (this.#next === undefined) return answer;
    const { by } = this.#next;
    if (by === "ecosystem" && this.#tellings !== before) {
      // Told again meanwhile, and perhaps after the block: it holds for the next one, then.
      this.#lastSetTimestamp = undefined;
      return answer;
    }
    this.#next = undefined;
    // L1's clock continues from the block's timestamp; time may have passed since it was set.
    const behind = this.clock.nowSeconds() - (await this.#timestampOf(by === "user" ? "latest" : "pending"));
    if (behind > 0n) await this.#ask("evm_increaseTime", Number(behind));
    return answer;
  }

  async #increaseTime(seconds: bigint): Promise<string> {
    await this.#prepareMove(seconds);
    await this.#ask("evm_increaseTime", hexQuantity(seconds));
    await this.#takeFromL1(() => this.clock.moveBy(seconds));
    return this.clock.offsetSeconds.toString(); // L1's own count has also what the ecosystem told it.
  }

  async #setNextBlockTimestamp(timestamp: bigint): Promise<unknown> {
    await this.#prepareMove(timestamp - this.clock.nowSeconds());
    const answer = await this.#lane.read(async () => {
      const set = await this.#ask("evm_setNextBlockTimestamp", hexQuantity(timestamp));
      this.#next = { by: "user" };
      return set;
    });
    await this.#takeFromL1(() => this.clock.moveTo(timestamp));
    return answer;
  }

  async #mineMany(count: bigint, interval: bigint): Promise<unknown> {
    await this.#prepareMove((count - 1n) * interval);
    const atOnce = (): Promise<unknown> => this.#ask("hardhat_mine", hexQuantity(count), hexQuantity(interval));
    const mine = count > MOST_SINGLE_BLOCKS ? atOnce : () => this.#mineOneByOne(count, interval);
    const answer = await this.#mine(() => this.#lane.read(mine));
    const newest = await this.#timestampOf("latest");
    if (newest > this.clock.nowSeconds()) await this.#takeFromL1(() => this.clock.moveTo(newest));
    return answer;
  }

  /** Rejects with RpcError for a time that no engine has. */
  async #prepareMove(seconds: bigint): Promise<void> {
    try {
      await this.clock.prepareMove(seconds);
    } catch (error) {
      if (!(error instanceof ClockError) || error.code !== "TimeOutOfRange") throw error;
      throw new RpcError(RpcCode.invalidParams, error.message, { code: error.code }, { cause: error });
    }
  }

  /** EDR 0.22 answers for blocks that it makes in one go with the genesis' state. */
  async #mineOneByOne(count: bigint, interval: bigint): Promise<boolean> {
    for (let i = 0n; i < count; i++) {
      if (i > 0n) await this.#ask("evm_setNextBlockTimestamp", hexQuantity((await this.#timestampOf("latest")) + interval));
      await this.#ask("evm_mine");
    }
    return true;
  }

  /**
   * Greatest estimate over the seconds that the transaction's block may have, as on the chains. A second that a user has fixed is
   * certain. L1 has each of these seconds in turn, so no block may be made in that time: where blocks come by interval, the
   * engine's own next second is all there is.
   */
  #lookAhead(look: L1Look): Promise<unknown> {
    const ask: L1Asking = (...request) => this.#look(() => this.#ask(...request));
    return this.#lane.write(async () => {
      if (this.#next?.by === "ecosystem") await this.#setNext();
      if (this.#next?.by === "user" || this.#isMinedByInterval) return look(ask);
      const head = await this.#timestampOf("latest");
      const now = this.clock.nowSeconds();
      const [first, ...others] = expectedSeconds({ head, soonest: now > head ? now : head, waitSeconds: 0n });
      const lookAt = async (second: bigint): Promise<unknown> => {
        await this.#ask("evm_setNextBlockTimestamp", hexQuantity(second));
        return look(ask);
      };
      this.#next = { by: "ecosystem" };
      try {
        let greatest = await lookAt(first);
        for (const second of others) {
          // A call that fails in this second alone has no estimate there, as on the chains.
          const other = await lookAt(second).catch(() => undefined);
          if (other !== undefined && BigInt(other as Hex) > BigInt(greatest as Hex)) greatest = other;
        }
        return greatest;
      } finally {
        await this.#keepTime();
      }
    });
  }

  async #look(pass: () => Promise<unknown>): Promise<unknown> {
    try {
      return await pass();
    } catch (error) {
      // A batch is later than the timestamp that a user fixed and never used: it would wait for that block forever.
      if (this.#next?.by !== "user" || contractErrorOf(error)?.name !== "TimestampInFuture") throw error;
      await this.#mine(() => this.#ask("evm_mine"));
      return pass();
    }
  }
}

/** The parameters of an estimate: one that names the newest block is for the next one, too. */
export function forNextBlock(params: readonly unknown[]): readonly unknown[] {
  return params[1] === "latest" ? params.with(1, "pending") : params;
}

async function movedClock(base: Clock, seconds: bigint): Promise<MovableClock> {
  const clock = new MovableClock(base);
  await clock.moveBy(seconds);
  return clock;
}
