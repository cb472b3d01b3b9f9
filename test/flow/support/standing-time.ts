import type { DevnetDependencies } from "../../../src/ecosystem/devnet/devnet.ts";
import { hexQuantity } from "../../../src/ground/protocol/hex.ts";
import { type Clock, systemClock } from "../../../src/ground/runtime/clock.ts";
import { OneAtATime } from "../../../src/ground/runtime/one-at-a-time.ts";
import { dependencies } from "./devnet.ts";

const MAKES_BLOCK = new Set(["eth_sendTransaction", "eth_sendRawTransaction", "evm_mine"]);

/** Clock that stands, with the machine's timers. */
export function standingClock(seconds: number): Clock {
  return { ...systemClock, nowMs: () => 1_000 * seconds };
}

/**
 * Connects an L1 whose blocks have this second until a request moves the time, so that two runs of a test form equal batches. EDR's
 * clock follows the machine's.
 */
export function standingL1(seconds: number): DevnetDependencies["connectL1"] {
  return async (options) => {
    const connection = await dependencies.connectL1({ ...options, genesisMs: 1_000 * seconds });
    const { provider } = connection;
    const turns = new OneAtATime();
    let now = BigInt(seconds);
    return {
      ...connection,
      provider: {
        on: (event, listener) => provider.on(event, listener),
        removeListener: (event, listener) => provider.removeListener(event, listener),
        request(call) {
          const [moved] = call.params ?? [];
          if (call.method === "evm_increaseTime") now += BigInt(moved as string);
          if (call.method === "evm_setNextBlockTimestamp") now = BigInt(moved as string);
          if (!MAKES_BLOCK.has(call.method)) return provider.request(call);
          return turns.run(async () => {
            await provider.request({ method: "evm_setNextBlockTimestamp", params: [hexQuantity(now)] });
            return provider.request(call);
          });
        },
      },
      close: () => connection.close(),
    };
  };
}
