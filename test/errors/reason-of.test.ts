import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { makeError } from "ethers";
import { HyperchainError } from "../../src/ground/errors/hyperchain-error.ts";
import { NamedError } from "../../src/ground/errors/named-error.ts";
import { reasonOf } from "../../src/ground/errors/reason-of.ts";

class UsersError extends HyperchainError<"Refused"> {
  override readonly name = "UsersError";
}

class InnerError extends NamedError<"Lost"> {
  override readonly name = "InnerError";
}

describe("the reason of an error", () => {
  test("is its message, and behind it what lies under it", () => {
    assert.equal(
      reasonOf(new Error("fetch failed", { cause: new Error("connect ECONNREFUSED") })),
      "fetch failed: connect ECONNREFUSED",
    );
    assert.equal(
      reasonOf(new InnerError("Lost", "a thread is lost", { cause: new Error("out of memory") })),
      "a thread is lost: out of memory",
    );
  });

  test("is the message alone of an error for users, and is not said twice", () => {
    assert.equal(reasonOf(new UsersError("Refused", "fund the account", { cause: new Error("gas") })), "fund the account");
    assert.equal(reasonOf(new Error("no gas: fund it", { cause: new Error("no gas") })), "no gas: fund it");
  });

  test("is short where a client's message holds the whole request, with the node's own words", () => {
    const error = makeError("could not coalesce error", "UNKNOWN_ERROR", {
      error: { code: -32000, message: "nonce too low" },
      payload: { data: "0x".padEnd(500, "ab") },
    } as never);
    assert.ok(error.message.length > 500);
    assert.equal(reasonOf(error), "nonce too low");
  });

  test("is the code of an error without a message, and the text of other values", () => {
    assert.equal(reasonOf(Object.assign(new AggregateError([]), { code: "ECONNREFUSED" })), "ECONNREFUSED");
    assert.equal(reasonOf(new Error("")), "Error");
    assert.equal(reasonOf({ code: 4001 }), "4001");
    assert.equal(reasonOf(undefined), "undefined");
    assert.equal(reasonOf("gone"), "gone");
  });

  test("ends, and is cut at its limit", () => {
    const circle = new Error("round");
    circle.cause = new Error("and", { cause: circle });
    assert.equal(reasonOf(circle), "round: and: round: and");
    assert.equal(reasonOf(new Error("x".repeat(9000))).length, 400);
    assert.equal(reasonOf(new Error("x".repeat(9000)), 7), "xxxxxxx");
  });
});

test("an error keeps its code, its name and its cause", () => {
  const cause = new Error("under it");
  const error = new UsersError("Refused", "fund the account", { cause });
  assert.ok(error instanceof NamedError && error instanceof Error);
  assert.deepEqual([error.name, error.code, error.message, error.cause], ["UsersError", "Refused", "fund the account", cause]);
  assert.equal(String(error), "UsersError: fund the account");
});
