import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessOf, METHOD_ACCESS } from "../../../../src/chain/rpc/access/method-access.ts";
import { readerGate } from "../../../../src/chain/rpc/access/reader-gate.ts";
import { sessionMethods } from "../../../../src/chain/rpc/access/session-methods.ts";
import { Sessions } from "../../../../src/chain/rpc/access/sessions.ts";
import { chainMethods } from "../../../../src/chain/rpc/served/methods.ts";
import { Subscriptions } from "../../../../src/chain/rpc/transport/subscriptions.ts";
import { nodesMethods } from "../../../../src/ecosystem/devnet/chains/nodes-methods.ts";
import { slotMethods } from "../../../../src/ecosystem/devnet/chains/slot-methods.ts";
import { faultMethods } from "../../../../src/ecosystem/devnet/faults/faults.ts";
import { chainMethods as changeMethods } from "../../../../src/ecosystem/devnet/membership/chain-methods.ts";
import { snapshotMethods } from "../../../../src/ecosystem/devnet/snapshots/snapshots.ts";
import { hubMethods } from "../../../../src/ecosystem/devnet/hubs/hub-methods.ts";
import { actMethods } from "../../../../src/ecosystem/devnet/view/feed/act-book.ts";
import { ecosystemMethods } from "../../../../src/ecosystem/devnet/view/ecosystem-methods.ts";
import { offeredMethods } from "../../../../src/chain/node/settling/offered-methods.ts";
import { startTestChain, type TestChain } from "../../support/chain.ts";
import { outsideClient } from "../../support/outside-client.ts";

const POLICY = { chainId: 271n, hyperchain: `0x${"c1".repeat(20)}`, accounts: () => [], readers: () => [] } as const;

describe("B7: the table of what strangers may ask of a chain that only some may read", () => {
  let chain: TestChain;
  let served: Set<string>;

  before(async () => {
    chain = await startTestChain({});
    // Only the names are looked at.
    const unused = {} as never;
    const nowMs = (): number => 0;
    const engine = { request: () => Promise.resolve(null), onNotification: () => () => undefined };
    served = new Set(
      [
        chainMethods(chain.chain, {
          gasPrice: { toldWei: 1n },
          development: true,
          settlement: { chainId: 1n, contracts: {} } as never,
        }),
        ecosystemMethods({ standing: () => ({ era: 0 }) } as never, {
          l1: unused,
          chains: () => [],
          names: unused,
          clientOf: unused,
          creators: [],
          blockTimes: unused,
          users: unused,
        }),
        snapshotMethods(unused),
        actMethods(unused),
        faultMethods(unused),
        changeMethods(unused, unused),
        offeredMethods(undefined),
        hubMethods([]),
        sessionMethods(POLICY, { sessions: new Sessions({ nowMs }), nowMs }),
        new Subscriptions(engine).methods(() => undefined),
      ].flatMap((methods) => [...methods.keys()]),
    );
    // A validium's data committee answers it.
    served.add("hyperchain_getBatchData");
    // A chain with an external sequencer answers these.
    for (const [method] of slotMethods(unused, 271n)) served.add(method);
    for (const [method] of nodesMethods(undefined)) served.add(method);
    // A chain with the option facts answers it.
    served.add("hyperchain_importFact");
    // An ecosystem with guardians answers it.
    served.add("hyperchain_setGuardian");
    // Each chain of an ecosystem answers it.
    for (const name of ["hyperchain_sendLink", "hyperchain_getPromise", "hyperchain_importPromise"]) served.add(name);
  });
  after(() => chain.chain.close());

  test("has a row for every method that is served, and for no other", () => {
    assert.deepEqual(
      [...served].filter((method) => !METHOD_ACCESS.has(method)),
      [],
    );
    assert.deepEqual(
      [...METHOD_ACCESS.keys()].filter((method) => !served.has(method)),
      [],
    );
  });

  test("an account that may not run code on the chain sends no link: that runs the transaction, and names the reason of a revert", () => {
    assert.equal(accessOf("hyperchain_sendLink"), accessOf("eth_sendRawTransaction"));
  });

  test("a method without a row is refused to strangers", async () => {
    assert.equal(accessOf("hyperchain_new"), undefined);
    const methods = readerGate(POLICY).permit(new Map([["hyperchain_new", () => Promise.resolve("everything")]]));
    await assert.rejects(methods.get("hyperchain_new")!([], outsideClient().client), { data: { code: "SessionRequired" } });
    assert.equal(await methods.get("hyperchain_new")!([], undefined), "everything");
    for (const name of ["constructor", "__proto__", "toString"]) assert.equal(accessOf(name), undefined, name);
  });
});
