import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { inspect } from "node:util";
import type { NetworkConnection } from "hardhat/types/network";
import { ATOMIC_FLOWS_ADDRESS } from "../../../src/ecosystem/relayer/atomic-flows-address.ts";
import type { Flow, Hyperchains } from "../../../src/tool/plugin/api/hyperchains.ts";
import { ETHER, openUnproven } from "./support/open.ts";

const BOB = "0x0000000000000000000000000000000000000b0b";

describe("C11: a test moves a flow by its legs", () => {
  let connection: NetworkConnection;
  let hyperchains: Hyperchains;
  let alice: string;

  before(async () => {
    connection = await openUnproven();
    ({ hyperchains } = connection);
    alice = (await connection.ethers.getSigners())[0]!.address;
  });
  after(() => connection.close());

  const build = (): Promise<Flow> =>
    hyperchains.flow({
      legs: [
        { party: `${alice}@alpha`, to: `${BOB}@alpha`, amount: ETHER },
        { party: `${alice}@beta`, to: `${BOB}@beta`, amount: 2n * ETHER, pivot: true },
      ],
    });
  const moveOn = async (): Promise<void> => {
    await hyperchains.settle();
    await hyperchains.relay();
  };
  const balanceOn = (name: string, account: string): Promise<bigint> =>
    hyperchains.chain(name).ethers.provider.getBalance(account);
  const statuses = async (flow: Flow): Promise<string[]> => (await flow.status()).legs.map(({ status }) => status);

  test("both legs are paid once the pivot has run, and nothing before: the relayer does what is left", async () => {
    const flow = await build();
    await flow.prepare(0, { fee: 7n });
    await flow.addFee(0, 2n);
    assert.equal((await flow.status()).legs[0]!.fee, 9n);
    await flow.prepare(1);
    await assert.rejects(flow.execute(), {
      code: "FlowOpen",
      message: "l1 has executed no batch of alpha with leg 0 of the flow yet",
    });
    await moveOn();
    await flow.execute();
    assert.equal(await balanceOn("beta", BOB), 2n * ETHER);
    await assert.rejects(flow.release(0), { code: "FlowOpen" });
    await moveOn();
    assert.equal(await balanceOn("alpha", BOB), ETHER);
    // The relayer was first.
    await assert.rejects(flow.release(0), (error: Error & { readonly code?: unknown }) => {
      assert.equal(error.code, "LegNotHeld");
      assert.match(error.message, /^leg 0 is released on alpha already: .*nothing is left to do$/);
      assert.ok(inspect(error).length < 3_000, inspect(error));
      return true;
    });
    assert.deepEqual(await statuses(flow), ["released", "released"]);
    assert.equal(await balanceOn("alpha", ATOMIC_FLOWS_ADDRESS), 0n);
    assert.equal((await flow.status()).state, "committed");
  });

  test("a pivot with a leg on the same chain runs after the queue has imported a root with the leg, and not before", async () => {
    const flow = await hyperchains.flow({
      legs: [
        { party: `${alice}@alpha`, to: `${BOB}@alpha`, amount: 3n },
        { party: `${alice}@alpha`, to: `${BOB}@alpha`, amount: 4n, pivot: true },
      ],
    });
    const before = await balanceOn("alpha", BOB);
    await flow.prepare(0);
    await flow.prepare(1);
    await moveOn();
    await assert.rejects(flow.execute(), { code: "NotImported", message: /^alpha has no root yet that holds leaf \d+ / });
    await flow.bringRoot(1);
    await hyperchains.relay();
    await flow.execute();
    await moveOn();
    assert.equal((await balanceOn("alpha", BOB)) - before, 7n);
    assert.deepEqual(await statuses(flow), ["released", "released"]);
  });

  test("refunds an incomplete flow after its deadline", async () => {
    const flow = await build();
    await flow.prepare(1);
    await assert.rejects(flow.refund(1), { code: "FlowOpen", message: /no leg can be shown to be missing yet/ });
    await moveOn();
    await connection.networkHelpers.time.increase(8_000);
    await flow.refund(1);
    assert.deepEqual(await statuses(flow), ["missing", "refunded"]);
    for (const name of ["alpha", "beta"]) assert.equal(await balanceOn(name, ATOMIC_FLOWS_ADDRESS), 0n);
  });

  test("refuses an invalid flow with a reason", async () => {
    const leg = { party: `${alice}@alpha`, to: `${BOB}@alpha`, amount: 1n };
    const flow = (...legs: readonly object[]): Promise<Flow> => hyperchains.flow({ legs: legs as (typeof leg)[] });
    await assert.rejects(flow(), { name: "RangeError", message: "a flow has 1 to 8 legs, got 0" });
    const pivots = [1, 2].map(() => ({ ...leg, pivot: true }));
    await assert.rejects(flow(...pivots), { name: "RangeError", message: "a flow has one pivot at most, got 2" });
    await assert.rejects(flow({ ...leg, to: `${BOB}@beta` }), { name: "RangeError", message: /alpha cannot pay on beta/ });
    await assert.rejects(flow({ ...leg, call: "0x01" }), { name: "RangeError", message: "only the pivot's recipient is called" });
    await assert.rejects(flow({ ...leg, party: `${alice}@gamma` }), { code: "UnknownChain" });
    await assert.rejects(hyperchains.flow({ legs: [leg], deadline: 2n ** 41n }), {
      name: "RangeError",
      message: /^the deadline is/,
    });
  });
});
