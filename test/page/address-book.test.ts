import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bookAsJson, joined, named, readBook, tagsIn } from "../../page/address-book.ts";

const [A, B] = [`0x${"aa".repeat(20)}`, `0x${"bb".repeat(20)}`];

describe("I11: the page's address book", () => {
  test("a name is given, changed and taken away, whatever case the address is written in", () => {
    const first = named({}, A.toUpperCase().replace("0X", "0x"), { name: " bank ", tags: ["partner"] });
    assert.deepEqual(first, { [A]: { name: "bank", tags: ["partner"] } });
    const second = named(first, A, { name: "vault", tags: [] });
    assert.deepEqual(second, { [A]: { name: "vault", tags: [] } });
    assert.deepEqual(named(second, A, { name: "  ", tags: ["x"] }), {});
  });

  test("what is saved is read again", () => {
    const book = named(named({}, A, { name: "a", tags: [] }), B, { name: "b", tags: ["x", "y"] });
    assert.deepEqual(readBook(bookAsJson(book)), book);
    assert.deepEqual(readBook(`{"${A}":"old"}`), { [A]: { name: "old", tags: [] } });
  });

  test("tags have commas between them, each once, six at most", () => {
    assert.deepEqual(tagsIn(" a, b,,a ,c"), ["a", "b", "c"]);
    assert.equal(tagsIn("1,2,3,4,5,6,7").length, 6);
  });

  test("an address that has a name keeps it when a file names it too", () => {
    const file = readBook(JSON.stringify({ [A]: "theirs", [B]: "b" }));
    const book = named({}, A, { name: "mine", tags: [] });
    assert.deepEqual(joined(book, file), { [A]: book[A], [B]: { name: "b", tags: [] } });
  });

  test("attack: a file names addresses alone, with texts that hide nothing, and fills nothing", () => {
    const hostile = {
      ...{ [A]: { name: "\u202ebank\u200b", tags: [1, "<b>", "x".repeat(99)] }, [B]: { name: 5 } },
      ...{ ["0x12"]: "short", constructor: "c", ["__proto__x"]: "p" },
    };
    assert.deepEqual(readBook(JSON.stringify(hostile)), { [A]: { name: "bank", tags: ["<b>", "x".repeat(20)] } });
    assert.equal(readBook(`{"${A}":"${"n".repeat(999)}"}`)[A]?.name.length, 40);
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`0x${i.toString(16).padStart(40, "0")}`, "n"]));
    assert.equal(Object.keys(readBook(JSON.stringify(many))).length, 2_000);
    for (const text of ["null", "5", "[]", '"x"']) assert.deepEqual(readBook(text), {});
    assert.throws(() => readBook("{"), SyntaxError);
  });
});
