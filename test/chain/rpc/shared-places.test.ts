import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { machineAt } from "../../../src/ground/runtime/machine.ts";
import { SharedPlaces } from "../../../src/chain/rpc/request/shared-places.ts";

/** A connection that writes into `ended` when it is ended. */
const connection = (address: string, name: string, ended: string[]) => ({ address, end: () => void ended.push(name) });

describe("a bounded number of places for all clients", () => {
  it("an attack by which one machine takes all places, over many connections, ends in places for another machine", () => {
    const places = new SharedPlaces(10);
    const ended: string[] = [];
    const flood = Array.from({ length: 10 }, (_, i) => connection("flood", `flood ${i}`, ended));
    for (const each of flood) assert.notEqual(places.take(each, 1), undefined);
    assert.equal(places.take(connection("flood", "one more", ended), 1), undefined);
    assert.deepEqual(ended, []);
    const other = connection("other", "other", ended);
    for (let i = 0; i < 5; i++) assert.notEqual(places.take(other, 1), undefined);
    assert.deepEqual(ended, ["flood 9", "flood 8", "flood 7", "flood 6", "flood 5"]);
    // It has as many as the flood, so that neither displaces the other.
    assert.equal(places.take(other, 1), undefined);
    assert.equal(ended.length, 5);
  });

  it("ends the connection with most, of the machine with most", () => {
    const places = new SharedPlaces(10);
    const ended: string[] = [];
    const [small, large] = [connection("a", "small", ended), connection("a", "large", ended)];
    places.take(small, 2);
    places.take(large, 3);
    places.take(connection("b", "alone", ended), 4);
    assert.notEqual(places.take(connection("c", "new", ended), 2), undefined);
    assert.deepEqual(ended, ["large"]);
  });

  it("counts returned places, and those of an ended connection only once", () => {
    const places = new SharedPlaces(4);
    const ended: string[] = [];
    const gone = connection("a", "gone", ended);
    const back = places.take(gone, 3);
    const other = connection("b", "other", ended);
    const leave = places.take(other, 2);
    assert.deepEqual(ended, ["gone"]);
    back?.();
    leave?.();
    assert.notEqual(places.take(other, 4), undefined);
    assert.equal(places.take(other, 1), undefined);
  });

  it("refuses more than there is, and ends nothing for it", () => {
    const places = new SharedPlaces(4);
    const ended: string[] = [];
    places.take(connection("a", "first", ended), 4);
    assert.equal(places.take(connection("b", "second", ended), 5), undefined);
    assert.deepEqual(ended, []);
    assert.notEqual(places.take(connection("b", "second", ended), 1), undefined);
  });

  it("attack: each of many machines holds one for as long as it likes: the one held longest ends for a new machine", () => {
    const places = new SharedPlaces(10, "largest");
    const ended: string[] = [];
    for (let i = 0; i < 10; i++) places.take(connection(`machine ${i}`, `held ${i}`, ended), 1);
    const other = connection("other", "other", ended);
    assert.notEqual(places.take(other, 1), undefined);
    assert.notEqual(places.take(connection("another", "another", ended), 1), undefined);
    assert.deepEqual(ended, ["held 0", "held 1"]);
  });

  it("refuses the request of a machine that would hold as much as another, whose requests are being answered", () => {
    for (const order of [
      ["a", "b"],
      ["b", "a"],
    ]) {
      const places = new SharedPlaces(9);
      const ended: string[] = [];
      const holders = order.map((name) => connection(name, name, ended));
      places.take(holders.find(({ address }) => address === "a") ?? {}, 5);
      const other = holders.find(({ address }) => address === "b") ?? {};
      places.take(other, 4);
      assert.equal(places.take(other, 1), undefined);
      assert.deepEqual(ended, []);
    }
  });

  it("ends nothing of this process", () => {
    const places = new SharedPlaces(1);
    assert.notEqual(places.take({}, 1), undefined);
    assert.equal(places.take(connection("b", "outside", []), 1), undefined);
  });
});

describe("the machine at an address", () => {
  const machines: readonly (readonly [address: string, machine: string])[] = [
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::1:2:3:4:5", "2001:db8:0:1::/64"],
    ["2001:db8::", "2001:db8:0:0::/64"],
    ["::1", "127.0.0.1"],
    ["0:0:0:0:0:0:0:1", "127.0.0.1"],
    ["127.0.0.1", "127.0.0.1"],
    ["127.93.4.250", "127.0.0.1"],
    ["::ffff:127.3.2.1", "127.0.0.1"],
    ["128.0.0.1", "128.0.0.1"],
    ["::2", "0:0:0:0::/64"],
    ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
    ["::", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ];
  for (const [address, machine] of machines) it(`is ${machine} at ${address}`, () => assert.equal(machineAt(address), machine));
});
