import assert from "node:assert/strict";
import { test } from "node:test";
import { keptNodes } from "../../page/parts/kept-nodes.ts";

test("a row that shows the same is the same node, which is not drawn again; with other messages it is another", () => {
  const [first, second] = [{ hash: "0x1" }, { hash: "0x2" }];
  const [none, one]: readonly (readonly string[])[] = [[], ["0xaa"]];
  const nodeOf = keptNodes((row: { readonly hash: string }, messages: readonly string[]) => ({
    text: row.hash + messages.join(""),
  }));
  const node = nodeOf(first, none!);
  assert.equal(nodeOf(second, none!).text, "0x2");
  assert.equal(nodeOf(first, none!), node);
  assert.notEqual(nodeOf({ ...first }, none!), node);
  assert.equal(nodeOf(first, one!).text, "0x10xaa");
  assert.equal(nodeOf(first, none!).text, "0x1");
});
