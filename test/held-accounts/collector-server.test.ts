import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { CollectorClient } from "../../src/ecosystem/held-accounts/collector-client.ts";
import { serveCollector } from "../../src/ecosystem/held-accounts/collector-server.ts";
import { Collector } from "../../src/ecosystem/held-accounts/collector.ts";
import { HeldWallet } from "../../src/ecosystem/held-accounts/held-wallet.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { COIN, HeldWorld } from "./support.ts";

const PLAN = { roundMs: 20, signMs: 2_000, maxActs: 40, maxWaiting: 60, silentMs: 30_000 };

/** World with a collector at a URL, in real time. */
async function served(t: TestContext) {
  const world = await HeldWorld.create(t);
  const collector = new Collector(PLAN, { chain: world.chain, clock: systemClock });
  const server = await serveCollector({ collector, chain: world.chain }, { host: "127.0.0.1", port: 0 });
  t.after(() => server.close());
  return { world, url: server.url, client: new CollectorClient(server.url) };
}

describe("a collector at a URL", () => {
  test("posts acts of owners that cannot read the chain", async (t) => {
    const { world, client } = await served(t);
    const owners = [await world.newOwner(100n), await world.newOwner()];
    const [alice, bob] = owners.map(
      ({ file, wallet }) => new HeldWallet({ file, owner: wallet, chain: client, collector: client }),
    );
    assert.ok(alice && bob);
    const proof = await alice.burn(COIN, 60n, bob.number);
    assert.equal(await bob.redeem(proof), 60n);
    await bob.burn(COIN, 60n, alice.number);
    assert.deepEqual([await alice.balance(COIN), await bob.balance(COIN)], [40n, 0n]);
  });

  test("refuses requests of another form or size, and names no code for unknown paths", async (t) => {
    const { url } = await served(t);
    const post = (path: string, body: string) => fetch(`${url}${path}`, { method: "POST", body });
    for (const body of ["", "{}", "[]", JSON.stringify({ act: {}, signature: "0x" })]) {
      for (const path of ["/join", "/sign"]) {
        const answer = await post(path, body);
        assert.equal(answer.status, 409);
        assert.equal(((await answer.json()) as { code: string }).code, "MalformedRequest");
      }
    }
    const large = await post("/join", " ".repeat(300_000)).then(
      (answer) => answer.status,
      () => 409,
    );
    assert.equal(large, 409);
    for (const path of ["/", "/leaf/0", "/leaf/x", "/listed/0x12", "/gifts/-1", "/../etc", "/leaf/99999999999999"])
      assert.equal((await fetch(`${url}${path}`)).status, 409, path);
  });

  test("passes a refusal on with its code, and an absent server is unreachable", async (t) => {
    const { world, client } = await served(t);
    const { number } = await world.newOwner(100n);
    await assert.rejects(client.sign({ root: `0x${"12".repeat(32)}`, position: 0, signature: `0x${"00".repeat(65)}` }), {
      code: "UnknownTree",
    });
    assert.equal(await client.leafOf(number), await world.chain.leafOf(number));
    assert.equal((await client.giftsTo(number)).length, 1);
    await assert.rejects(new CollectorClient("http://127.0.0.1:1").leafOf(1), { code: "Unreachable" });
  });
});
