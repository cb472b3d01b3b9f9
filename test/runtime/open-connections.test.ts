import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OpenConnections } from "../../src/runtime/open-connections.ts";

/** Connections by name, with what became of them. */
function connectionsOf(limit: number) {
  const ended: string[] = [];
  const connections = new OpenConnections<{ readonly name: string }>(limit);
  const open = (machine: string, name: string): { readonly name: string } => {
    const connection = { name };
    connections.add(connection, machine, () => ended.push(name));
    return connection;
  };
  return { connections, ended, open };
}

describe("connections of a server that has a limit of them", () => {
  it("end with the one that has been idle longest where a machine has all but a tenth", () => {
    const { ended, open } = connectionsOf(10);
    for (let i = 0; i < 9; i++) open("a", `a${i}`);
    assert.deepEqual(ended, []);
    open("a", "a9");
    open("a", "a10");
    assert.deepEqual(ended, ["a0", "a1"]);
  });

  it("leave the reserved tenth to machines that have none", () => {
    const { ended, open } = connectionsOf(20);
    for (let i = 0; i < 40; i++) open("a", `a${i}`);
    assert.equal(ended.length, 22);
    open("b", "b0");
    open("c", "c0");
    assert.equal(ended.length, 22);
    // The server is full: the machine with most loses.
    open("d", "d0");
    assert.deepEqual(ended.slice(22), ["a22"]);
  });

  it("are idle from their last use onwards", () => {
    const { connections, ended, open } = connectionsOf(4);
    const [first, second] = [open("a", "first"), open("a", "second")];
    open("a", "third");
    open("a", "fourth");
    connections.touch(first);
    connections.begin(second)();
    open("a", "fifth");
    assert.deepEqual(ended, ["third"]);
    open("a", "sixth");
    open("a", "seventh");
    assert.deepEqual(ended, ["third", "fourth", "first"]);
  });

  it("are not idle while a request is being answered, and end in the order of their use if all are busy", () => {
    const { connections, ended, open } = connectionsOf(3);
    const [first, second] = [open("a", "first"), open("a", "second")];
    const end = connections.begin(first);
    open("a", "third");
    open("a", "fourth");
    assert.deepEqual(ended, ["second"]);
    connections.begin(second);
    connections.touch(second);
    end();
    open("a", "fifth");
    assert.deepEqual(ended, ["second", "third"]);

    const busy = connectionsOf(2);
    for (const name of ["first", "second"]) busy.connections.begin(busy.open("a", name));
    busy.open("a", "third");
    assert.deepEqual(busy.ended, ["first"]);
  });

  it("make no room for those that ended before", () => {
    const { connections, ended, open } = connectionsOf(2);
    const first = open("a", "first");
    open("a", "second");
    connections.remove(first);
    connections.remove(first);
    open("a", "third");
    assert.deepEqual(ended, []);
    open("b", "other");
    assert.deepEqual(ended, ["second"]);
  });

  it("end on another machine if two have as many", () => {
    const { ended, open } = connectionsOf(4);
    for (const name of ["a0", "a1"]) open("a", name);
    for (const name of ["b0", "b1"]) open("b", name);
    open("c", "c0");
    assert.deepEqual(ended, ["b0"]);
    open("c", "c1");
    assert.deepEqual(ended, ["b0", "a0"]);
  });

  it("take a single one too, and end the one before", () => {
    const { ended, open } = connectionsOf(1);
    open("a", "first");
    open("a", "second");
    assert.deepEqual(ended, ["first"]);
  });
});
