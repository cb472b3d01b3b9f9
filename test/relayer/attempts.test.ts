import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Interface } from "ethers";
import { contractErrorsAbi } from "../../src/ground/abi/contract-errors.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { Attempts } from "../../src/ecosystem/relayer/attempts.ts";
import { requireListener } from "../../src/ecosystem/relayer/callback-outcome.ts";

const errors = new Interface(contractErrorsAbi);

describe("Attempts in vain", () => {
  const isDueNext = (error: unknown): boolean => {
    const attempts = new Attempts<object>();
    const thing = {};
    for (let failed = 0; failed < 3; failed++) {
      attempts.look();
      attempts.fail(thing, error);
    }
    attempts.look();
    return attempts.isDue(thing);
  };

  test("are repeated at the next poll if a node does not answer or money is missing", () => {
    assert.ok(isDueNext(Object.assign(new Error("request timeout"), { code: "TIMEOUT" })));
    assert.ok(isDueNext(new Error("insufficient funds for a delivery at a loss")));
  });

  test("attack: are paused whatever a contract says in refusing, its words like a node's failure or not", async () => {
    for (const words of ["refused", "TIMEOUT", "insufficient funds"]) {
      const reason = errors.encodeErrorResult("Error", [words]);
      const data = errors.encodeErrorResult("FailingRunOfContract", [`0x${"1".repeat(64)}`, PREDEPLOYS.InteropHandler, reason]);
      const provider = { call: () => Promise.reject(Object.assign(new Error("reverted"), { code: "CALL_EXCEPTION", data })) };
      const delivery = { to: PREDEPLOYS.InteropHandler, data: "0x" } as const;
      const failure: unknown = await requireListener(delivery, provider).then(
        () => assert.fail("the listener is asked"),
        (error: unknown) => error,
      );
      assert.match(String(failure), new RegExp(`its listener fails: ${words}`));
      assert.equal(isDueNext(failure), false, words);
      const reverted = Object.assign(new Error(`execution reverted: "${words}"`), { code: "CALL_EXCEPTION" });
      assert.equal(isDueNext(reverted), false, words);
    }
  });
});
