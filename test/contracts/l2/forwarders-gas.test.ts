import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { Forwarding } from "../../../src/ecosystem/relayer/forwarding.ts";
import { startForwarderFixture, type ForwarderFixture } from "./support/forwarder-fixture.ts";

const SNAPSHOT = new URL("snapshots/forwarders-gas.json", import.meta.url);

let fixture: ForwarderFixture;
before(async () => {
  fixture = await startForwarderFixture();
});
after(() => fixture.ecosystem.close());

test("D3: the gas of sending on is as recorded", async () => {
  const gas: Record<string, number> = {};
  const record = async (name: string, what: "forward" | "refund", forwarding: Forwarding, user = 1): Promise<void> => {
    await fixture.fund(forwarding, 1_000n);
    gas[name] = Number((await fixture.call(what, forwarding, forwarding.token, user)).gasUsed);
  };
  const [home, across] = [fixture.forwardingOf(), fixture.forwardingOf({ chainId: fixture.b.chainId })];
  await record("coin to L1, a forwarder's first", "forward", home);
  await record("coin to L1", "forward", home);
  await record("coin to a neighbour, a forwarder's first", "forward", across);
  await record("coin to a neighbour", "forward", across);
  await record(
    "coin back, by its sender",
    "refund",
    fixture.forwardingOf({ refundTo: fixture.a.users[2]!.address.toLowerCase() as Hex }),
    2,
  );
  if (process.env["UPDATE_SNAPSHOTS"] === "1") writeFileSync(SNAPSHOT, `${JSON.stringify(gas, null, 2)}\n`);
  const committed = JSON.parse(readFileSync(SNAPSHOT, "utf8")) as Readonly<Record<string, number>>;
  assert.deepEqual(gas, committed, "run this test with UPDATE_SNAPSHOTS=1 and review what changed");
});
