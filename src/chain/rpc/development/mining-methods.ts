import { randomInt } from "node:crypto";
import type { Chain } from "../../chain.ts";
import type { RpcMethod } from "../request/dispatch.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";
import { booleanParameter } from "../request/parameters.ts";
import { quantity } from "../request/quantities.ts";

/** Automatic or requested blocks, under the names of development networks. Not part of snapshots. */
export function miningMethods({ sequencer }: Chain): ReadonlyMap<string, RpcMethod> {
  return new Map<string, RpcMethod>([
    [
      "evm_setAutomine",
      async ([automatic]) => {
        sequencer.setAutomatic(booleanParameter(automatic));
        return true;
      },
    ],
    ["hardhat_getAutomine", async () => sequencer.isAutomatic],
    [
      "evm_setIntervalMining",
      async ([interval]) => {
        const [least, most] = Array.isArray(interval)
          ? [milliseconds(interval[0]), milliseconds(interval[1])]
          : [milliseconds(interval), milliseconds(interval)];
        if (most < least)
          throw new RpcError(RpcCode.invalidParams, `an interval's end is not before its beginning, got ${least} and ${most}`);
        sequencer.setInterval(most === 0 ? undefined : () => randomInt(least, most + 1));
        return true;
      },
    ],
  ]);
}

/** A day. */
const MAX_INTERVAL_MS = 86_400_000;

function milliseconds(value: unknown): number {
  const number = Number(quantity(value));
  if (number <= MAX_INTERVAL_MS) return number;
  throw new RpcError(RpcCode.invalidParams, `an interval has at most ${MAX_INTERVAL_MS} milliseconds, got ${number}`);
}
