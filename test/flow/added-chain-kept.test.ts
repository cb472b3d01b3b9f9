import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, describe, test } from "node:test";
import { answers, Kept } from "./support/kept.ts";

/** Chain whose validator is a separate process, with its key and signatures in the folder. */
const PASSING = { name: "passing", chainId: 300, quorum: { members: 1, threshold: 1 } };

describe("I8 B5: an ecosystem in a folder has the chains that came while it ran", () => {
  const kept = new Kept([271n], { relayer: true });
  before(() => kept.start());
  after(() => kept.end());
  const names = (): readonly string[] => kept.devnet.chains.map(({ name }) => name);

  test("after a restart, with their blocks, their batches and their operators", async () => {
    await kept.devnet.addChain({ name: "gamma" });
    await kept.pay(5n, 1);
    await kept.devnet.settle(272n);
    await kept.pay(6n, 1);
    const operator = kept.devnet.info().chains[1]?.operator;
    // Each start looks at L1, and would take over what waits there.
    await kept.pollL1();
    const before = await answers(kept.devnet);
    const { url } = kept.devnet.chains[1]!;
    await kept.restart();
    assert.deepEqual(names(), ["chain-271", "gamma"]);
    assert.deepEqual(await answers(kept.devnet), before);
    assert.equal(kept.devnet.info().chains[1]?.operator, operator);
    assert.equal(kept.devnet.chains[1]?.url, url, "it is where it was");
    await kept.stop();
    const other = createServer().listen({ host: "127.0.0.1", port: Number(new URL(url).port) });
    await once(other, "listening");
    await kept.start();
    assert.notEqual(kept.devnet.chains[1]?.url, url, "another process listens there");
    other.close();
    await kept.pay(7n, 1);
    assert.equal((await kept.devnet.settle(272n)).length, 1);
  });

  test("and not those that a return to a snapshot ended, whose id another chain can have", async () => {
    const mark = await kept.devnet.snapshot();
    await kept.devnet.addChain(PASSING);
    await kept.pay(1n, 2);
    await kept.devnet.settle(300n);
    assert.equal(await kept.devnet.revert(mark), true);
    await kept.restart();
    assert.deepEqual(names(), ["chain-271", "gamma"]);
    await kept.devnet.addChain(PASSING);
    await kept.pay(2n, 2);
    assert.equal((await kept.devnet.settle(300n)).length, 1);
    // Each start looks at L1, and would take over what waits there.
    await kept.pollL1();
    const before = await answers(kept.devnet);
    await kept.restart();
    assert.deepEqual(names(), ["chain-271", "gamma", "passing"]);
    assert.deepEqual(await answers(kept.devnet), before);
  });
});
