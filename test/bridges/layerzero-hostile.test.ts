import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Contract } from "ethers";
import type { Hyperchains } from "../../src/types.ts";
import { PREDEPLOYS } from "../../src/protocol/predeploys.ts";
import { openBridged, options, pair, put, send, sendWord } from "./support/world.ts";

const PLAIN = options.all(options.receive(300_000));

describe("C14 attacks on LayerZero V2 between two chains", () => {
  let connection: Awaited<ReturnType<typeof openBridged>>;
  let hyperchains: Hyperchains;
  let lz: Hyperchains["bridges"]["layerzero"];
  let owner: string;
  before(async () => {
    connection = await openBridged();
    ({ hyperchains } = connection);
    lz = hyperchains.bridges.layerzero;
    owner = (await hyperchains.chain("alpha").ethers.getSigners())[0]!.address;
  });
  after(() => connection?.close());

  async function oapps(name: string, to = "beta") {
    const a = await put(hyperchains.chain("alpha"), name, lz.endpoint, owner);
    const b = await put(hyperchains.chain(to), name, lz.endpoint, owner);
    return pair(hyperchains, ["alpha", to], [a, b]);
  }
  const received = (oapp: Contract): Promise<unknown> => oapp.getFunction("received").staticCall();
  async function moveOn(): Promise<void> {
    await hyperchains.settle();
    await hyperchains.relay();
  }
  async function stepOf(hash: string): Promise<string | undefined> {
    return (await lz.deliveries()).find(({ sentIn }) => sentIn === hash)?.step;
  }

  test("attack: return to a snapshot between any two steps: the message goes on from there, and is executed once", async () => {
    const { a, b, bId } = await oapps("MyOApp");
    let hash = "";
    const steps: readonly (readonly [name: string | undefined, run: () => Promise<unknown>])[] = [
      ["sent", async () => (hash = (await sendWord(a, bId, "there and back", { options: PLAIN })).hash)],
      ["sent", () => hyperchains.settle()],
      [
        "verified",
        async () => {
          await lz.hold("beta");
          await moveOn();
          await moveOn();
        },
      ],
      [
        "failed",
        async () => {
          await send(b, "refuse", true);
          await lz.release("beta");
          await hyperchains.relay();
        },
      ],
      [
        "executed",
        async () => {
          await send(b, "refuse", false);
          await lz.delivered(hash);
        },
      ],
    ];
    for (let cut = 0; cut <= steps.length; cut++) {
      const begin = await hyperchains.snapshot();
      const run = async (some: typeof steps): Promise<void> => {
        for (const [name, step] of some) {
          await step();
          assert.equal(await stepOf(hash), name, `cut ${cut}`);
        }
      };
      await run(steps.slice(0, cut));
      const mark = await hyperchains.snapshot();
      await run(steps.slice(cut));
      assert.equal(await received(b), 1n);
      await hyperchains.revert(mark);
      assert.equal(await received(b), cut === steps.length ? 1n : 0n);
      await run(steps.slice(cut));
      await moveOn();
      assert.equal(await received(b), 1n);
      await hyperchains.revert(begin);
    }
  });

  test("attack: executeBundle inside lzReceive: what it brings is recorded there, and each message is executed once", async () => {
    const { a, b, bId } = await oapps("MyCallingOApp");
    await lz.hold("beta");
    const outer = await sendWord(a, bId, "outer", { options: options.all(options.receive(3_000_000)) });
    await moveOn();
    await moveOn();
    assert.equal(await stepOf(outer.hash), "verified");
    await hyperchains.faults.stopRelayer();
    const inner = await sendWord(a, bId, "inner", { options: PLAIN });
    await moveOn();
    const mark = await hyperchains.snapshot();
    await hyperchains.faults.startRelayer();
    await moveOn();
    assert.equal(await stepOf(inner.hash), "verified");
    const data = await newestDelivery();
    await hyperchains.revert(mark);
    assert.equal(await stepOf(inner.hash), "sent");

    await send(b, "setCall", PREDEPLOYS.InteropHandler, data);
    const { id } = (await lz.deliveries()).find(({ sentIn }) => sentIn === outer.hash)!;
    await lz.execute(id);
    assert.equal(await b.getFunction("succeeded").staticCall(), true);
    assert.deepEqual([await stepOf(outer.hash), await stepOf(inner.hash)], ["executed", "verified"]);
    // The same bundle once more, inside and outside: the handler has had it.
    await send(b, "setCall", PREDEPLOYS.InteropHandler, data);
    await hyperchains.faults.clear();
    await lz.delivered(inner);
    assert.equal(await b.getFunction("succeeded").staticCall(), false);
    await moveOn();
    assert.deepEqual([await received(b), await b.getFunction("data").staticCall()], [2n, "inner"]);
  });

  /** What the relayer has given beta's handler last. */
  async function newestDelivery(): Promise<string> {
    const { provider } = hyperchains.chain("beta");
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

  test("attack: a chain is removed with messages under way, and others go on; one is added while they are", async () => {
    const { a, b, bId } = await oapps("MyOApp");
    await hyperchains.addChain({ name: "gamma" });
    const gamma = await oapps("MyOApp", "gamma");
    const toGamma = await sendWord(gamma.a, gamma.bId, "to one that goes", { options: PLAIN });
    const toBeta = await sendWord(a, bId, "to one that stays", { options: PLAIN });
    await hyperchains.settle();
    await hyperchains.removeChain("gamma", { force: true });
    await lz.delivered(toBeta);
    assert.equal(await received(b), 1n);
    await assert.rejects(lz.delivered(toGamma), new RegExp(`no member with the id ${gamma.bId} now`));
    const during = await sendWord(a, bId, "while one comes", { options: PLAIN });
    await hyperchains.addChain({ name: "delta" });
    await lz.delivered(during);
    const delta = await oapps("MyOApp", "delta");
    await lz.delivered(await sendWord(delta.a, delta.bId, "to the new one", { options: PLAIN }));
    assert.deepEqual([await received(b), await received(delta.b)], [2n, 1n]);
  });
});
