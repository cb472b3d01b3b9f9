import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Mark } from "../../src/chain/core/marks.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { Random } from "./state/support/random.ts";
import { startTestChain } from "./support/chain.ts";

const ADDRESSES: readonly Hex[] = Array.from({ length: 6 }, (_, i): Hex => `0x${"0".repeat(34)}03c0${i}0`);
/** Codes that read, write, log, pay on, create, destroy, delegate, or are nothing that runs. */
const CODES: readonly Hex[] = [
  "0x",
  "0x6001545f5260205ff3",
  "0x5f355f5500",
  "0x5f3560015500",
  "0x5f355f5260205fa0",
  "0x5f5f5f5f345f355af100",
  "0x5f5f5ff0",
  "0x69602a5f526001601ff35f52600a60165ff05f55",
  "0x5f35ff",
  "0xfe",
  "0xef",
  "0x00",
  "0x5f5ffd",
  `0xef0100${"0".repeat(34)}03c010`,
  "0x5f353f5f55",
  "0x5f35315f55",
];

describe("B4: both engines agree on whatever state cheats, transactions and returns make of each other", () => {
  for (const seed of [1, 2, 3]) {
    it(`with seed ${seed}`, async () => {
      const source = new Random(seed);
      const random = (limit: number): number => source.below(limit);
      const pick = <T>(list: readonly T[]): T => source.pick(list);
      const test = await startTestChain({ sequencer: { cheatsAllowed: true } });
      const { chain } = test;
      const marks: Mark[] = [];
      let refused = 0;
      const attempt = (work: Promise<unknown>): Promise<unknown> =>
        work.catch((error: { code?: string }) => {
          assert.equal(error.code, "CheatRefused", String(error));
          refused++;
        });
      try {
        for (let step = 0; step < 250; step++) {
          const address = pick(ADDRESSES);
          switch (random(12)) {
            case 0:
              await attempt(chain.sequencer.cheat({ type: "balance", address, balanceWei: pick([0n, 1n, 10n ** 18n]) }));
              break;
            case 1:
              await attempt(chain.sequencer.cheat({ type: "nonce", address, nonce: BigInt(random(50)) }));
              break;
            case 2:
            case 3:
              await attempt(chain.sequencer.cheat({ type: "code", address, code: pick(CODES) }));
              break;
            case 4:
              await attempt(
                chain.sequencer.cheat({ type: "storage", address, slot: BigInt(random(3)), value: BigInt(random(3)) }),
              );
              break;
            case 5:
              marks.push(await chain.snapshot());
              break;
            case 6: {
              const mark = marks.splice(random(marks.length + 1))[0];
              if (mark !== undefined) await chain.revert(mark);
              break;
            }
            case 7:
              await chain.seal();
              break;
            default: {
              const data: Hex = `0x${BigInt(pick([pick(ADDRESSES), "0x0", "0x1", "0x7"]))
                .toString(16)
                .padStart(64, "0")}`;
              const request = {
                from: pick(ADDRESSES),
                to: random(8) === 0 ? undefined : address,
                valueWei: BigInt(random(3)),
                data,
                gasLimit: 300_000n,
              };
              await attempt(chain.sequencer.impersonate(request));
            }
          }
        }
        await chain.seal();
        assert.deepEqual(test.faults, []);
        assert.ok(test.batches.length > 3 && refused < 200);
      } finally {
        await chain.close();
      }
    });
  }
});
