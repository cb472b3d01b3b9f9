import type { Clock } from "../../runtime/clock.ts";
import { MovableClock } from "../../runtime/movable-clock.ts";
import type { ClockMark } from "../../runtime/movable-clock.ts";
import { contractErrorOf } from "../../settlement/contract-error.ts";
import type { L1Connection } from "../l1/local-l1.ts";

/** What the ecosystem's time was, to return to. */
export interface TimeMark {
  readonly clock: ClockMark;
  readonly nextL1Timestamp: NextTimestamp | undefined;
}

/** The timestamp that L1's next block was told: by a user, or only to keep L1 at the ecosystem's time. */
interface NextTimestamp {
  readonly by: "user" | "ecosystem";
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

/** One time for L1 and all chains: moving it on any member moves it for all. */
export interface EcosystemTime {
  /** What the chains read. */
  readonly clock: MovableClock;
  /** L1, whose blocks keep the ecosystem's time, and whose own methods move it. */
  readonly l1: L1Connection;
  mark(): TimeMark;
  /** Shows again what it showed at the mark. To be called after L1 itself has returned to its snapshot. */
  revert(mark: TimeMark): Promise<void>;
}

/**
 * Couples a development L1's clock with the chains'. Later L1 is only told something when time has moved: otherwise both
 * follow the machine's clock. A timestamp that a user fixed for L1's next block is kept. `movedSeconds` is how far an earlier
 * process had moved it. Rejects with L1's error.
 */
export async function createEcosystemTime(base: Clock, connection: L1Connection, movedSeconds = 0n): Promise<EcosystemTime> {
  const clock = await movedClock(base, movedSeconds);
  const ask = (method: string, ...params: readonly unknown[]): Promise<unknown> =>
    connection.provider.request({ method, params });
  let next: NextTimestamp | undefined;
  /** What the ecosystem last told L1, and how often it has told it something. */
  let told: bigint | undefined;
  let tellings = 0;
  let movesFromL1 = false;

  /** The timestamp of L1's next block, if it were made now. It cannot be before the newest block's. */
  async function setNext(): Promise<void> {
    if (told === clock.nowSeconds()) return;
    const latest = (await ask("eth_getBlockByNumber", "latest", false)) as { readonly timestamp: string };
    const now = clock.nowSeconds();
    const head = BigInt(latest.timestamp);
    if (next?.by !== "ecosystem") return;
    told = now;
    tellings++;
    // Refused where another block came in between: then L1 is not behind.
    await ask("evm_setNextBlockTimestamp", quantity(now > head ? now : head)).catch(() => undefined);
  }

  clock.follow(async (seconds) => {
    if (movesFromL1 || next?.by === "user") return;
    if (seconds > 0n && next === undefined) await ask("evm_increaseTime", Number(seconds));
    else {
      // L1 has no way back but the next block's timestamp; its clock goes on from there.
      await keepTime();
    }
  });

  /** From now on, until a block is made, L1 is told its time again and again. */
  async function keepTime(): Promise<void> {
    next = { by: "ecosystem" };
    told = undefined;
    await setNext();
  }

  /** L1's own clock has moved: the others follow, L1 need not. */
  async function takeFromL1(move: () => Promise<void>): Promise<void> {
    movesFromL1 = true;
    // The followers are called before the first await.
    const moved = move();
    movesFromL1 = false;
    await moved;
  }

  /** Something that makes a block on L1. */
  async function mine(request: () => Promise<unknown>): Promise<unknown> {
    const before = tellings;
    const answer = await request();
    if (next === undefined) return answer;
    const { by } = next;
    if (by === "ecosystem" && tellings !== before) {
      // Told again meanwhile, and perhaps after the block: it holds for the next one, then.
      told = undefined;
      return answer;
    }
    next = undefined;
    // L1's clock goes on from the block's timestamp; time may have passed since a user named it.
    const behind = by === "user" ? clock.nowSeconds() - (await newestTimestamp()) : 0n;
    if (behind > 0n) await ask("evm_increaseTime", Number(behind));
    return answer;
  }

  async function newestTimestamp(): Promise<bigint> {
    return BigInt(((await ask("eth_getBlockByNumber", "latest", false)) as { readonly timestamp: string }).timestamp);
  }

  /** EDR 0.22 answers for blocks that it makes in one go with the genesis' state. */
  async function mineOneByOne(count: bigint, interval: bigint): Promise<boolean> {
    for (let i = 0n; i < count; i++) {
      if (i > 0n) await ask("evm_setNextBlockTimestamp", quantity((await newestTimestamp()) + interval));
      await ask("evm_mine");
    }
    return true;
  }

  async function request({
    method,
    params = [],
  }: {
    readonly method: string;
    readonly params?: readonly unknown[];
  }): Promise<unknown> {
    const pass = (): Promise<unknown> => ask(method, ...params);
    if (next?.by === "ecosystem" && SEES_TIME.has(method)) await setNext();
    switch (method) {
      case "eth_sendTransaction":
      case "eth_sendRawTransaction":
        return mine(pass);
      case "evm_increaseTime": {
        await clock.prepareMove(BigInt(params[0] as string | number));
        await pass();
        await takeFromL1(() => clock.moveBy(BigInt(params[0] as string | number)));
        return clock.offsetSeconds.toString(); // L1's own count has also what the ecosystem told it.
      }
      case "evm_setNextBlockTimestamp": {
        await clock.prepareMove(BigInt(params[0] as string | number) - clock.nowSeconds());
        const answer = await pass();
        next = { by: "user" };
        await takeFromL1(() => clock.moveTo(BigInt(params[0] as string | number)));
        return answer;
      }
      case "evm_mine":
        if (params[0] === undefined) return mine(pass);
        await request({ method: "evm_setNextBlockTimestamp", params });
        return mine(() => ask("evm_mine"));
      case "hardhat_mine": {
        const [count = 1, interval = 1] = params as readonly (string | number | undefined)[];
        await clock.prepareMove((BigInt(count) - 1n) * BigInt(interval));
        const answer = await mine(
          BigInt(count) > MOST_SINGLE_BLOCKS ? pass : () => mineOneByOne(BigInt(count), BigInt(interval)),
        );
        const newest = await newestTimestamp();
        if (newest > clock.nowSeconds()) await takeFromL1(() => clock.moveTo(newest));
        return answer;
      }
      case "eth_call":
      case "eth_estimateGas":
        try {
          return await pass();
        } catch (error) {
          // A batch later than the timestamp that a user fixed and never used: it would wait for that block without end.
          if (next?.by !== "user" || contractErrorOf(error)?.name !== "TimestampInFuture") throw error;
          await mine(() => ask("evm_mine"));
          return pass();
        }
      default:
        return pass();
    }
  }

  // EDR's clock stands still while it starts, and every batch would wait for as long as that took.
  const pending = (await ask("eth_getBlockByNumber", "pending", false)) as { readonly timestamp: string };
  const behind = clock.nowSeconds() - BigInt(pending.timestamp);
  if (behind > 0n) await ask("evm_increaseTime", Number(behind));
  const { provider } = connection;
  return {
    clock,
    l1: {
      provider: {
        request,
        on: (event, listener) => provider.on(event, listener),
        removeListener: (event, listener) => provider.removeListener(event, listener),
      },
      close: () => connection.close(),
    },
    mark: () => ({ clock: clock.mark(), nextL1Timestamp: next }),
    async revert(mark) {
      clock.revert(mark.clock);
      if (mark.nextL1Timestamp?.by === "user") next = mark.nextL1Timestamp;
      // EDR goes on as if its clock had run on meanwhile, twice as fast.
      else await keepTime();
    },
  };
}

async function movedClock(base: Clock, seconds: bigint): Promise<MovableClock> {
  const clock = new MovableClock(base);
  await clock.moveBy(seconds);
  return clock;
}

function quantity(value: bigint): string {
  return `0x${value.toString(16)}`;
}
