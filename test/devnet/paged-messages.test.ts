import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { pagedMessages, type PagedMessages } from "../../src/ecosystem/devnet/view/books/paged-messages.ts";

const word = (number: number): `0x${string}` => `0x${number.toString(16).padStart(64, "0")}`;
/** Thirty messages, the oldest first; the same transaction delivered each pair of them. */
const ALL = Array.from({ length: 30 }, (_, i): MessageInfo => {
  const steps = [{ step: "delivered", chainId: 272, transactionHash: word(1_000 + Math.floor(i / 2)) }];
  return { messageHash: word(i), sender: "0x01", type: "transfer", sourceChainId: 271, destinationChainId: 272, steps };
});
const numbers = ({ messages }: PagedMessages) => messages.map(({ messageHash }) => Number(messageHash));
const page = (asked: unknown) => pagedMessages(ALL, asked) as PagedMessages;

describe("I3: messages in pages", () => {
  test("without a page all of them are listed, the oldest first", () => {
    assert.equal(pagedMessages(ALL, undefined), ALL);
    assert.equal(pagedMessages(ALL, null), ALL);
  });

  test("pages come newest first, leave nothing out and repeat nothing", () => {
    const first = page({ limit: 12 });
    assert.deepEqual(numbers(first), [29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18]);
    assert.deepEqual([first.total, first.next], [30, 18]);
    const second = page({ before: first.next, limit: 12 });
    assert.deepEqual(numbers(second), [17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6]);
    const last = page({ before: second.next, limit: 12 });
    assert.deepEqual([numbers(last), last.next], [[5, 4, 3, 2, 1, 0], undefined]);
    assert.equal(numbers(page({})).length, 25);
    assert.deepEqual(numbers(page({ before: 99, limit: 1 })), [29]);
    const none = { messages: [], total: 30, counts: { inFlight: 0, ready: 0, failed: 0 } };
    assert.deepEqual(page({ limit: 0 }), none);
    assert.deepEqual(page({ before: 0 }), none);
  });

  test("those that a transaction moved are found by its hash", () => {
    assert.deepEqual(numbers(page({ transaction: word(1_003) })), [7, 6]);
    assert.deepEqual(page({ transaction: word(9) }).total, 1);
    const none = { messages: [], total: 0, counts: { inFlight: 0, ready: 0, failed: 0 } };
    assert.deepEqual(page({ transaction: word(5_000) }), none);
    assert.deepEqual(numbers(page({ transaction: [word(1_003), word(5_000), word(9)] })), [9, 7, 6]);
    assert.deepEqual(page({ transaction: [] }), none);
  });

  test("those of a state are found by its name, and all are counted by state", () => {
    const inStates = ALL.map((message, i): MessageInfo => {
      if (i < 3) return { ...message, waitingFor: "its root is imported" };
      if (i < 5) return { ...message, waitingFor: "its claim on L1", ready: { action: "claim it", command: "claim" } };
      if (i < 6) return { ...message, stuck: { why: "nothing delivers", help: "deliver it" } };
      return i < 9 ? { ...message, failed: { because: "reverted", why: "reverted", goesBack: true } } : message;
    });
    const of = (state: string) => pagedMessages(inStates, { state }) as PagedMessages;
    assert.deepEqual(
      [numbers(of("inFlight")), numbers(of("ready")), numbers(of("failed"))],
      [
        [2, 1, 0],
        [4, 3],
        [8, 7, 6, 5],
      ],
    );
    const { total, counts } = pagedMessages(inStates, { state: "ready", limit: 1 }) as PagedMessages;
    assert.deepEqual([total, counts], [2, { inFlight: 3, ready: 2, failed: 4 }]);
  });

  test("attack: a malformed page is refused by name", () => {
    for (const asked of [
      5,
      "all",
      [],
      { limit: 201 },
      { limit: -1 },
      { before: 1.5 },
      { before: "5" },
      { state: "done" },
      { state: "constructor" },
      { state: ["ready"] },
      { transaction: "0x12" },
      { transaction: [word(1), 5] },
      { transaction: Array.from({ length: 201 }, () => word(1)) },
    ])
      assert.throws(() => pagedMessages(ALL, asked), { code: -32602 }, JSON.stringify(asked));
  });
});
