import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Contract } from "ethers";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { options, pair, put, send, sendWord } from "./support/world.ts";
import { suiteDapp } from "./support/suite-dapp.ts";

const PLAIN = options.all(options.receive(300_000));

describe("C14 attacks on LayerZero V2 between two chains", () => {
  const dapp = suiteDapp("layerzero");

  async function oapps(name: string, to = "beta") {
    const a = await put(dapp.hyperchains.chain("alpha"), name, dapp.bridge.endpoint, dapp.owner);
    const b = await put(dapp.hyperchains.chain(to), name, dapp.bridge.endpoint, dapp.owner);
    return pair(dapp.hyperchains, ["alpha", to], [a, b]);
  }
  const received = (oapp: Contract): Promise<unknown> => oapp.getFunction("received").staticCall();
  async function moveOn(): Promise<void> {
    await dapp.hyperchains.settle();
    await dapp.hyperchains.relay();
  }
  async function stepOf(hash: string): Promise<string | undefined> {
    return (await dapp.bridge.deliveries()).find(({ sentIn }) => sentIn === hash)?.step;
  }

  test("attack: return to a snapshot between any two steps: the message continues from there, and is executed once", async () => {
    const { a, b, bId } = await oapps("MyOApp");
    let hash = "";
    const steps: readonly (readonly [name: string | undefined, run: () => Promise<unknown>])[] = [
      ["sent", async () => (hash = (await sendWord(a, bId, "there and back", { options: PLAIN })).hash)],
      ["sent", () => dapp.hyperchains.settle()],
      [
        "verified",
        async () => {
          await dapp.bridge.hold("beta");
          await moveOn();
          await moveOn();
        },
      ],
      [
        "failed",
        async () => {
          await send(b, "refuse", true);
          await dapp.bridge.release("beta");
          await dapp.hyperchains.relay();
        },
      ],
      [
        "executed",
        async () => {
          await send(b, "refuse", false);
          await dapp.bridge.delivered(hash);
        },
      ],
    ];
    for (let cut = 0; cut <= steps.length; cut++) {
      const begin = await dapp.hyperchains.snapshot();
      const run = async (some: typeof steps): Promise<void> => {
        for (const [name, step] of some) {
          await step();
          assert.equal(await stepOf(hash), name, `cut ${cut}`);
        }
      };
      await run(steps.slice(0, cut));
      const mark = await dapp.hyperchains.snapshot();
      await run(steps.slice(cut));
      assert.equal(await received(b), 1n);
      await dapp.hyperchains.revert(mark);
      assert.equal(await received(b), cut === steps.length ? 1n : 0n);
      await run(steps.slice(cut));
      await moveOn();
      assert.equal(await received(b), 1n);
      await dapp.hyperchains.revert(begin);
    }
  });

  test("a chain that makes no blocks keeps what L1 sends to it, and no other's messages or questions; it has them once it makes blocks", async () => {
    const alpha = dapp.hyperchains.chain("alpha");
    const [a, b] = [
      await put(dapp.hyperchains.l1, "MyOApp", dapp.bridge.endpoint, dapp.owner),
      await put(alpha, "MyOApp", dapp.bridge.endpoint, dapp.owner),
    ];
    const down = await pair(dapp.hyperchains, ["l1", "alpha"], [a, b]);
    const other = await oapps("MyOApp");
    const elsewhere = await sendWord(other.a, other.bId, "to beta", { options: PLAIN });
    await dapp.hyperchains.settle();
    const automine = (isOn: boolean): Promise<unknown> => alpha.provider.request({ method: "evm_setAutomine", params: [isOn] });
    await automine(false);
    const sent = await sendWord(down.a, down.bId, "to alpha", { options: PLAIN });
    await moveOn();
    assert.notEqual(await stepOf(sent.hash), "executed");
    for (let round = 0; round < 3 && (await stepOf(elsewhere.hash)) !== "executed"; round++) await dapp.hyperchains.relay();
    assert.equal(await stepOf(elsewhere.hash), "executed");
    await automine(true);
    await dapp.bridge.delivered(sent);
    assert.equal(await received(down.b), 1n);
  });

  test("attack: executeBundle inside lzReceive: what it brings is recorded there, and each message is executed once", async () => {
    const { a, b, bId } = await oapps("MyCallingOApp");
    await dapp.bridge.hold("beta");
    const outer = await sendWord(a, bId, "outer", { options: options.all(options.receive(3_000_000)) });
    await moveOn();
    await moveOn();
    assert.equal(await stepOf(outer.hash), "verified");
    await dapp.hyperchains.faults.stopRelayer();
    const inner = await sendWord(a, bId, "inner", { options: PLAIN });
    await moveOn();
    const mark = await dapp.hyperchains.snapshot();
    await dapp.hyperchains.faults.startRelayer();
    await moveOn();
    assert.equal(await stepOf(inner.hash), "verified");
    const data = await newestDelivery();
    await dapp.hyperchains.revert(mark);
    assert.equal(await stepOf(inner.hash), "sent");

    await send(b, "setCall", PREDEPLOYS.InteropHandler, data);
    const { id } = (await dapp.bridge.deliveries()).find(({ sentIn }) => sentIn === outer.hash)!;
    await dapp.bridge.execute(id);
    assert.equal(await b.getFunction("succeeded").staticCall(), true);
    assert.deepEqual([await stepOf(outer.hash), await stepOf(inner.hash)], ["executed", "verified"]);
    // The same bundle once more, inside and outside: the handler has had it.
    await send(b, "setCall", PREDEPLOYS.InteropHandler, data);
    await dapp.hyperchains.faults.clear();
    await dapp.bridge.delivered(inner);
    assert.equal(await b.getFunction("succeeded").staticCall(), false);
    await moveOn();
    assert.deepEqual([await received(b), await b.getFunction("data").staticCall()], [2n, "inner"]);
  });

  /** Reads the last delivery of the relayer to beta's handler. */
  async function newestDelivery(): Promise<string> {
    const { provider } = dapp.hyperchains.chain("beta");
    const head = Number(await provider.request({ method: "eth_blockNumber" }));
    for (let number = head; number >= 0; number--) {
      const params = [`0x${number.toString(16)}`, true];
      const block = (await provider.request({ method: "eth_getBlockByNumber", params })) as {
        readonly transactions: readonly { readonly to: string | null; readonly input: string }[];
      };
      const found = block.transactions.find(({ to }) => to === PREDEPLOYS.InteropHandler);
      if (found !== undefined) return found.input;
    }
    throw new Error("the relayer has delivered nothing");
  }

  test("attack: a chain is removed with messages in transit, and others continue; one is added meanwhile", async () => {
    const { a, b, bId } = await oapps("MyOApp");
    await dapp.hyperchains.addChain({ name: "gamma" });
    const gamma = await oapps("MyOApp", "gamma");
    const toGamma = await sendWord(gamma.a, gamma.bId, "to one that goes", { options: PLAIN });
    const toBeta = await sendWord(a, bId, "to one that stays", { options: PLAIN });
    await dapp.hyperchains.settle();
    await dapp.hyperchains.removeChain("gamma", { force: true });
    await dapp.bridge.delivered(toBeta);
    assert.equal(await received(b), 1n);
    await assert.rejects(dapp.bridge.delivered(toGamma), new RegExp(`no member with the id ${gamma.bId} now`));
    const during = await sendWord(a, bId, "while one comes", { options: PLAIN });
    await dapp.hyperchains.addChain({ name: "delta" });
    await dapp.bridge.delivered(during);
    const delta = await oapps("MyOApp", "delta");
    await dapp.bridge.delivered(await sendWord(delta.a, delta.bId, "to the new one", { options: PLAIN }));
    assert.deepEqual([await received(b), await received(delta.b)], [2n, 1n]);
  });
});
