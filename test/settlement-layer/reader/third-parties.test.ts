import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Provider } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { hashStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import { l2LogTreeRoot } from "../../../src/ground/protocol/l2-log.ts";
import { hyperchainInterface, registryInterface } from "../../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { L1View } from "../../../src/chain/settlement-layer/reader/l1-view.ts";
import { alteredL1 } from "../../flow/support/altered-l1.ts";
import { generator } from "../../flow/support/generator.ts";
import { byNight } from "../../support/nightly.ts";
import { startSettledL1, type SettledL1 } from "../../settlement/support/settled-l1.ts";
import { messagesOf, type ModelledChain } from "./support/modelled-chain.ts";
import { OddWorld } from "./support/odd-world.ts";

/** `SEED` and `STEPS` in the environment repeat a run, or make a longer one. */
const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 32));
const STEPS = Number(process.env["STEPS"] ?? byNight(220, 100));
const LOOK_EVERY = 4;
const KINDS = [
  ...["direct", "loose", "embedded", "behind decoys", "masked"].map((manner) => `commit ${manner}`),
  ...["prove", "execute"].flatMap((verb) =>
    ["direct", "embedded", "masked", "behind decoys"].map((manner) => `${verb} ${manner}`),
  ),
  ...["all at once", "commit several", "execute several", "revert", "queue direct", "queue through a contract", "noise", "reorg"],
];

describe("A3: whatever third parties do on L1, the view of it equals the contracts' state", () => {
  let settled: SettledL1;
  let l1: Provider;
  before(async () => {
    settled = await startSettledL1({ proofs: "none" });
    l1 = settled.l1.ethers.provider;
  });
  after(() => settled.l1.close());

  const ask = async <T>(to: Hex, contract: typeof hyperchainInterface, name: string, ...args: unknown[]): Promise<T> =>
    contract.decodeFunctionResult(name, await l1.call({ to, data: contract.encodeFunctionData(name, args) }))[0] as T;

  async function checkChain(view: L1View, { chainId, hyperchain, batches }: ModelledChain): Promise<void> {
    const total = async (name: string): Promise<number> => Number(await ask<bigint>(hyperchain, hyperchainInterface, name));
    const committed = await total("getTotalBatchesCommitted");
    const [verified, executed] = [await total("getTotalBatchesVerified"), await total("getTotalBatchesExecuted")];
    assert.equal(batches.length, committed);
    assert.equal(view.batch(chainId, BigInt(committed)), undefined);
    for (const [number, batch] of batches.entries()) {
      const seen = view.batch(chainId, BigInt(number))!;
      assert.equal(hashStoredBatch(seen.stored), await ask(hyperchain, hyperchainInterface, "storedBatchHash", number));
      const isExecuted = number < executed;
      assert.deepEqual(
        [seen.proven !== undefined, seen.executed !== undefined, seen.registryLeaf !== undefined],
        [number < verified, isExecuted, isExecuted],
      );
      assert.equal(view.batchOfBlock(chainId, batch.stored.lastBlock), seen);
      assert.ok(seen.content.state === "known", `${batch.manner}: ${JSON.stringify(seen.content)}`);
      assert.equal(seen.content.logs.length, batch.formed.logs.length);
      if (number < executed)
        assert.equal(l2LogTreeRoot(seen.content.logLeaves), await ask(hyperchain, hyperchainInterface, "l2LogsRootHash", number));
      for (const { sender, messageHash, index } of messagesOf(batch)) {
        view.bringBody(Uint8Array.of(1, 0));
        view.bringBody(Uint8Array.of(1, 1));
        view.bringBody(Uint8Array.of(1, 2));
        const places = view.messages(chainId, sender, messageHash);
        assert.equal(places.filter((place) => place.batch === seen && place.index === index).length, 1);
        assert.ok(
          places.every((place) => place.sender === sender && batches.includes(batches[Number(place.batch.batchNumber)]!)),
        );
      }
    }
    assert.equal(view.batchOfBlock(chainId, (batches.at(-1)?.stored.lastBlock ?? 0n) + 1n), undefined);
  }

  async function check(view: L1View, { chains }: OddWorld): Promise<void> {
    const { roots } = settled.ecosystem.addresses;
    const latest = await ask<bigint>(roots, registryInterface, "latestRootIndex");
    assert.equal(BigInt(view.registry.leafCount), latest);
    assert.equal(view.registry.root(), await ask(roots, registryInterface, "rootAt", latest));
    for (const chain of chains) await checkChain(view, chain);
  }

  test(`${STEPS} random steps, seed ${SEED}`, async (t) => {
    const world = await OddWorld.create(settled, 700n, generator(SEED));
    const chains = world.chains.map(({ chainId, hyperchain }) => ({ chainId, hyperchain }));
    const options = { chains, registry: settled.ecosystem.addresses.roots, fromBlock: settled.ecosystem.fromBlock };
    const narrow: Provider = new Proxy(l1, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== "getLogs") return typeof value === "function" ? (value.bind(target) as unknown) : value;
        return (filter: { fromBlock: number; toBlock: number }) =>
          filter.toBlock - filter.fromBlock >= 3
            ? Promise.reject(new Error("query exceeds max block range 3"))
            : target.getLogs(filter);
      },
    });
    const views = [
      new L1View(options, { provider: l1 }),
      new L1View(options, { provider: narrow }),
      // Traces no transactions.
      new L1View(options, { provider: alteredL1(l1, {}) }),
    ];
    for (let step = 1; step <= STEPS; step++) {
      await world.step();
      if (step % LOOK_EVERY !== 0 && step !== STEPS) continue;
      for (const view of views) {
        await view.poll();
        await check(view, world);
      }
    }
    const late = new L1View(options, { provider: l1 });
    await late.poll();
    await check(late, world);
    t.diagnostic(
      [...world.done]
        .map(([kind, times]) => `${kind} ${times}`)
        .sort()
        .join(", "),
    );
    if (STEPS >= 220) for (const kind of KINDS) assert.ok((world.done.get(kind) ?? 0) > 0, `no step did "${kind}"`);
  });
});
