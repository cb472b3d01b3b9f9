import assert from "node:assert/strict";
import { it } from "node:test";
import { Reexecution } from "../../../src/chain/witness/reexecution.ts";
import { THREAD_CLOCKS, TimeLimit } from "../../../src/chain/witness/time-limit.ts";
import { toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { environmentOf } from "../support/engine.ts";

const CALLER: Hex = `0x${"b3".repeat(20)}`;
const BLAKE2: Hex = `0x${"09".padStart(40, "0")}`;

it("attack: a call that is weighed ends with its time: rounds of BLAKE2b that take the library a millisecond, and as bytecode seconds", async () => {
  const execution = await Reexecution.create(271, []);
  const ask = (rounds: number, maxMs: number) => {
    const data = new Uint8Array(213);
    new DataView(data.buffer).setUint32(0, rounds);
    const call = { from: CALLER, to: BLAKE2, data: toHex(data), valueWei: 0n, gasLimit: 16_000_000n, gasPriceWei: 0n };
    return execution.ask({ ...call, accessList: [], authorizations: [] }, environmentOf(7n, true), {
      time: new TimeLimit(maxMs, THREAD_CLOCKS),
    });
  };
  const short = await ask(12, 60_000);
  assert.ok(short.receipt?.success === true && (short.receipt.native?.units ?? 0) > 12_000 && !short.isLate);
  // Some 30 million units: five million instructions.
  const long = await ask(20_000, 200);
  assert.deepEqual([long.receipt, long.isLate, long.reason], [undefined, true, "it takes more than 200 ms of processor time"]);
  // The next call is weighed normally.
  assert.equal((await ask(12, 60_000)).receipt?.native?.units, short.receipt.native?.units);
});
