import assert from "node:assert/strict";
import { once } from "node:events";
import { after, describe, it } from "node:test";
import type { Worker } from "node:worker_threads";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain } from "../support/chain.ts";

const CONTRACT: Hex = `0x${"d7".repeat(20)}`;
/** Returns slot 0. */
const READER: Hex = "0x5f545f5260205ff3";
/** JUMPDEST PUSH0 JUMP: runs until its gas or its time ends. */
const ENDLESS: Hex = "0x5b5f56";

describe("Threads that answer questions", () => {
  const started: Worker[] = [];
  const remember = (thread: Worker): void => void started.push(thread);
  process.on("worker", remember);
  after(() => process.off("worker", remember));

  async function start(code: Hex, value: bigint) {
    const { chain } = await startTestChain({ genesis: [{ address: CONTRACT, code, storage: [{ slot: 0n, value }] }] });
    const methods = chainMethods(chain, { gasPrice: { toldWei: 1n }, development: true });
    const ask = () => methods.get("eth_call")!([{ to: CONTRACT, data: "0x" }, "latest"], undefined);
    return { chain, ask };
  }

  it("serve the chains that follow, each with its own state, and two at once by two", async () => {
    const first = await start(READER, 11n);
    assert.equal(await first.ask(), wordToHex(11n));
    assert.equal(started.length, 2, "one for the witness, one for questions");
    await first.chain.close();
    const second = await start(READER, 22n);
    assert.equal(await second.ask(), wordToHex(22n));
    assert.equal(started.length, 2);
    const beside = await start(READER, 33n);
    assert.equal(await beside.ask(), wordToHex(33n));
    assert.equal(await second.ask(), wordToHex(22n));
    assert.equal(started.length, 4);
    await Promise.all([second, beside].map(({ chain }) => chain.close()));
    const last = await start(READER, 0n);
    assert.equal(await last.ask(), wordToHex(0n), "nothing of the chains before");
    assert.equal(started.length, 4);
    await last.chain.close();
  });

  it("end with a chain that ends while they are at work, and the next chain's answer", async () => {
    const before = started.length;
    const busy = await start(ENDLESS, 0n);
    const refused = assert.rejects(async () => busy.ask(), /the thread that answers questions has ended|shut down/);
    const ended = new Promise((resolve) => started.forEach((thread) => void once(thread, "exit").then(resolve)));
    await busy.chain.close();
    await refused;
    await ended;
    const next = await start(READER, 44n);
    assert.equal(await next.ask(), wordToHex(44n));
    assert.ok(started.length - before <= 1, "another waits");
    await next.chain.close();
  });
});
