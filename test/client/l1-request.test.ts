import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { VoidSigner } from "ethers";
import { requestCost } from "../../src/ecosystem/client/queue/l1-request.ts";

const FACTORY = "0x00000000000000000000000000000000000fac70";

/** A signer on an L1 that answers every call with this. */
class AnsweringSigner extends VoidSigner {
  readonly #answer: string;
  constructor(answer: string) {
    super(FACTORY);
    this.#answer = answer;
  }
  override call(): Promise<string> {
    return Promise.resolve(this.#answer);
  }
}

describe("what a request on L1 costs", () => {
  test("it is what the factory says", async () => {
    assert.equal(await requestCost(FACTORY, 271n, 21_000n, new AnsweringSigner(`0x${"0".repeat(62)}2a`)), 42n);
  });

  test("rejects an L1 that was reset and has no factory", async () => {
    await assert.rejects(requestCost(FACTORY, 271n, 21_000n, new AnsweringSigner("0x")), {
      code: "WrongChain",
      message: /L1 has no factory at 0x0+fac70.*this L1 was reset/,
    });
  });
});
