import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Contract, Interface, type JsonRpcProvider, keccak256, type Signer, type TransactionReceipt, type Wallet } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { Aggregator, type AggregatorEvent, type OfferingNode } from "../../src/ecosystem/devnet/aggregator/aggregator.ts";
import { createNoBatchesProver } from "../../src/ecosystem/devnet/chains/no-prover.ts";
import { readOfferedBatches, readOfferedProof } from "../../src/ecosystem/devnet/offers/offered-answers.ts";
import { connectHttp } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import type { BatchProofInfo } from "../../src/ecosystem/devnet/view/batches/proof-on-l1.ts";
import type { BatchesProver } from "../../src/proofs/l1-proof/batches-prover.ts";
import { callJsonRpc } from "../../src/tool/plugin/discovery/json-rpc.ts";
import { proofAggregatorInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { type Clock, systemClock } from "../../src/ground/runtime/clock.ts";
import { startFlowDevnet, type FlowDevnet, UNPROVEN } from "../flow/support/devnet.ts";
import { nameOf, OWN_BATCHES, sealOne } from "../flow/support/on-l1.ts";
import { failingChecks } from "../flow/support/shown-proof.ts";

/* Nothing is proven: L1 accepts markers. Real proofs of single batches are joined in test/proving/l1-proofs.test.ts. */
describe("an aggregator in a separate process", () => {
  let devnet: FlowDevnet;
  let l1: JsonRpcProvider;
  let account: Wallet;
  const running: Aggregator[] = [];
  /** Batches of each proof that an aggregator has made, and what each has told. */
  let made: string[][];
  let told: AggregatorEvent[];

  before(async () => {
    const chain = { execution: "proven" } as const;
    devnet = await startFlowDevnet(
      [
        { ...chain, chainId: 271n, pace: { aggregatorSeconds: 3_600 } },
        { ...chain, chainId: 272n, pace: { aggregatorSeconds: 3_600 } },
        { ...chain, chainId: 273n, pace: { aggregatorSeconds: 1 } },
        { ...chain, chainId: 274n },
      ],
      { ...OWN_BATCHES, ...UNPROVEN },
    );
    l1 = connectHttp(devnet.l1.chainId, devnet.l1.url);
    account = devnet.accounts.wallet(5).connect(l1) as unknown as Wallet;
  });
  after(async () => {
    for (const each of running) each.close();
    l1.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });
  beforeEach(() => {
    [made, told] = [[], []];
  });

  const node = (place: number): OfferingNode => {
    const { url } = devnet.chains[place]!;
    return { url, ask: (method, params) => callJsonRpc(url, method, params, { timeoutMs: 10_000, mostBytes: 2 ** 24 }) };
  };
  const start = (
    nodes: readonly OfferingNode[],
    replaced: Partial<BatchesProver> = {},
    by: JsonRpcProvider = l1,
    clock: Clock = systemClock,
    sender: Signer = account,
  ): Aggregator => {
    const own = createNoBatchesProver();
    const onL1: BatchesProver = {
      ...own,
      prove(batches, options) {
        made.push(batches.map(nameOf));
        return own.prove(batches, options);
      },
      ...replaced,
    };
    const { aggregator } = devnet.ecosystem.versions.proven!;
    const aggregating = new Aggregator(
      { aggregator, settlementChainId: devnet.l1.chainId, rules: {} },
      { ...{ nodes, l1: by, onL1, sender, clock }, onEvent: (event) => told.push(event) },
    );
    running.push(aggregating);
    return aggregating;
  };
  /** Seals a batch on the chain, and waits until its node offers that batch. */
  const offer = async (place: number): Promise<bigint> => {
    const { batchNumber } = (await sealOne(devnet, place)).outputs;
    for (let offered: readonly unknown[] = []; offered.length === 0;)
      offered = (await node(place).ask("hyperchain_getOfferedBatches", [])) as readonly unknown[];
    return batchNumber;
  };
  const settled = async (place: number, batchNumber: bigint) => devnet.chains[place]!.pipeline.settled(batchNumber);
  const passedOver = (): string[] => told.flatMap((event) => (event.type === "passedOver" ? [event.reason] : []));

  it("asks two nodes, and has both of their batches executed by one transaction that it pays for", async () => {
    const numbers = [await offer(0), await offer(1)];
    await start([node(0), node(1)]).look();
    const both = await Promise.all(numbers.map((number, place) => settled(place, number)));
    assert.deepEqual(made, [["271:0", "272:0"]]);
    assert.deepEqual(
      both.map(({ receipts, proof }) => [receipts.prove, proof.bytes]),
      [
        [undefined, 0],
        [undefined, 0],
      ],
      "no operator has made or sent a proof",
    );
    const [begun, ...shown] = told;
    assert.deepEqual(begun, { type: "proving", batches: 2 });
    const hashes = new Set(shown.map((event) => (event.type === "shown" ? event.hash : event.type)));
    assert.equal(hashes.size, 1);
    const receipt = (await l1.getTransactionReceipt([...hashes][0]!))!;
    assert.deepEqual(
      [receipt.from.toLowerCase(), receipt.to?.toLowerCase()],
      [account.address.toLowerCase(), devnet.ecosystem.versions.proven!.aggregator],
    );
    const proven = receipt.logs.filter((log) => new Interface(hyperchainAbi).parseLog(log)?.name === "ExecutionProven");
    assert.equal(proven.length, 2);
    assert.deepEqual(await node(0).ask("hyperchain_getOfferedBatches", []), []);
    await showsTheProofOf(receipt);
  });

  /** Checks a page's answers for a batch that L1 has executed by a proof of several. */
  const showsTheProofOf = async (receipt: TransactionReceipt): Promise<void> => {
    const [first, second] = devnet.chains;
    const shown = (await node(1).ask("hyperchain_proof", [272, 0])) as BatchProofInfo;
    assert.ok(shown.kind === "execution");
    const { hyperchain } = second!.pipeline.created;
    const contract = new Contract(hyperchain, hyperchainAbi, l1);
    assert.equal(keccak256(shown.storedBatch), await contract.getFunction("storedBatchHash")(0));
    const transaction = (await l1.getTransaction(receipt.hash))!;
    const [, digest, proof] = proofAggregatorInterface.decodeFunctionData("proveBatches", transaction.data);
    assert.deepEqual([shown.digest, shown.proof, shown.isProven], [digest, proof, true]);
    const ofFirst = await new Contract(first!.pipeline.created.hyperchain, hyperchainAbi, l1).getFunction("storedBatchHash")(0);
    assert.deepEqual(
      shown.batches.map(({ chainId, number, storedBatch }) => [chainId, number, keccak256(storedBatch)]),
      [
        [271, 0, ofFirst],
        [272, 0, keccak256(shown.storedBatch)],
      ],
    );
    assert.deepEqual(
      [shown.checked.contract, shown.checked.transactionHash],
      [devnet.ecosystem.versions.proven!.aggregator, receipt.hash],
    );
    assert.deepEqual(await failingChecks(shown, { l1, hyperchain }), []);
    // Of another chain's contract that transaction says nothing of this record.
    assert.deepEqual(await failingChecks(shown, { l1, hyperchain: first!.pipeline.created.hyperchain }), [
      "the chain's contract on L1 said there that the execution of this batch is proven",
      "the contract on L1 keeps the hash of this record",
    ]);
  };

  it("attack: it withholds: the chain waits as long as it says, and is executed by its own proof", async () => {
    const { promise: never } = Promise.withResolvers<never>();
    const withholding = start([node(2)], { prove: () => never });
    const number = await offer(2);
    await withholding.look();
    const { receipts, proof } = await settled(2, number);
    assert.equal(receipts.prove?.from.toLowerCase(), devnet.chains[2]!.pipeline.created.configuration.admin);
    assert.ok(proof.bytes > 0);
    await withholding.look();
    withholding.close();
  });

  it("excludes a chain that does not offer its batches", async () => {
    const { batchNumber } = (await sealOne(devnet, 3)).outputs;
    await start([node(3)]).look();
    assert.ok((await settled(3, batchNumber)).receipts.prove !== undefined);
    await assert.rejects(node(3).ask("hyperchain_getOfferedProof", [0]), /does not wait for an aggregator/);
    assert.deepEqual([made, told], [[], []]);
  });

  it("attack: nodes offer a batch twice, an old one, another's, one that L1 has not, one of no chain, and rubbish: the true one counts", async () => {
    const number = await offer(0);
    const honest = node(0);
    const [record] = (await honest.ask("hyperchain_getOfferedBatches", [])) as [Record<string, string>];
    const own = (await honest.ask("hyperchain_getOfferedProof", [Number(number)])) as Record<string, string>;
    const lying = (url: string, answers: Record<string, unknown>): OfferingNode => ({
      url,
      ask: (method, params) => (method in answers ? Promise.resolve(answers[method]) : honest.ask(method, params)),
    });
    const nodes = [
      lying("its proof is invalid", { hyperchain_getOfferedProof: { ...own, proof: "0x00" } }),
      lying("its proof is another's", { hyperchain_getOfferedProof: { ...own, commitment: `0x${"11".repeat(32)}` } }),
      lying("L1 has another record", { hyperchain_getOfferedBatches: [{ ...record, newStateRoot: record["oldStateRoot"] }] }),
      lying("another contract's version", { hyperchain_getOfferedBatches: [{ ...record, protocolVersion: "3" }] }),
      lying("stale", { hyperchain_getOfferedBatches: [{ ...record, batchNumber: "0" }] }),
      lying("ahead", { hyperchain_getOfferedBatches: [{ ...record, batchNumber: "9" }] }),
      lying("another chain's", { eth_chainId: "0x110" }),
      lying("no chain's", { eth_chainId: "0xdead" }),
      lying("too many", { hyperchain_getOfferedBatches: Array.from({ length: 65 }, () => record) }),
      { url: "silent", ask: () => Promise.reject(new Error("no answer in time")) },
      honest,
      { ...honest, url: "the same once more" },
    ];
    await start(nodes).look();
    await settled(0, number);
    assert.deepEqual(made, [["271:1"]]);
    assert.deepEqual(
      told.flatMap((event) => (event.type === "passedOver" ? [event.url] : [])).sort(),
      [
        ...["L1 has another record", "another chain's", "another contract's version", "its proof is another's"],
        ...["its proof is invalid", "no chain's", "silent", "too many"],
      ].sort(),
    );
    assert.equal(told.filter(({ type }) => type === "shown").length, 1);
  });

  it("attack: a node offers a proof that does not hold, again and again: it is looked at once a minute, and others are asked meanwhile", async () => {
    const number = await offer(0);
    const honest = node(0);
    const asked = { false: 0, true: 0 };
    const own = (await honest.ask("hyperchain_getOfferedProof", [Number(number)])) as Record<string, string>;
    const lying: OfferingNode = {
      url: "its proof is invalid",
      ask: (method, params) => {
        asked.false++;
        return method === "hyperchain_getOfferedProof" ? Promise.resolve({ ...own, proof: "0x00" }) : honest.ask(method, params);
      },
    };
    const other: OfferingNode = { ...node(1), ask: (method, params) => (asked.true++, node(1).ask(method, params)) };
    let now = 0;
    const timers: { readonly at: number; readonly run: () => void }[] = [];
    const clock: Clock = {
      nowMs: () => now,
      after: (delayMs, run) => {
        timers.push({ at: now + delayMs, run });
        return () => undefined;
      },
    };
    const aggregating = start([lying, other], {}, l1, clock);
    for (let look = 0; look < 3; look++) await aggregating.look();
    assert.deepEqual(asked, { false: 3, true: 6 });
    now = 60_000;
    for (const { at, run } of timers.splice(0)) if (at <= now) run();
    await turn();
    await aggregating.look();
    assert.deepEqual(asked, { false: 6, true: 8 });
    assert.equal(told.length, 1);
    await start([honest]).look();
    await settled(0, number);
  });

  it("drops a batch that its node no longer offers, such as a restarted node's, and takes it when it is offered again", async () => {
    const number = await offer(1);
    const honest = node(1);
    let isAway = false;
    const begun = Promise.withResolvers<undefined>();
    const own = createNoBatchesProver();
    const aggregating = start(
      [
        {
          ...honest,
          ask: (method, params) =>
            isAway && method === "hyperchain_getOfferedBatches" ? Promise.resolve([]) : honest.ask(method, params),
        },
      ],
      {
        prove(batches, options) {
          made.push(batches.map(nameOf));
          if (made.length > 1) return own.prove(batches, options);
          begun.resolve(undefined);
          return new Promise((_, reject) =>
            options!.signal!.addEventListener("abort", () => reject(options!.signal!.reason as Error)),
          );
        },
      },
    );
    await aggregating.look();
    await begun.promise;
    isAway = true;
    await aggregating.look();
    await aggregating.idle();
    isAway = false;
    await aggregating.look();
    await settled(1, number);
    assert.deepEqual(made, [["272:1"], ["272:1"]]);
    assert.deepEqual(
      told.map(({ type }) => type),
      ["proving", "left", "proving", "shown"],
    );
  });

  it("attack: another chain's node hands a batch out, too, and takes it back in the midst of a proof: the chain's own node keeps its part", async () => {
    const number = await offer(1);
    const honest = node(1);
    const [begun, going] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const own = createNoBatchesProver();
    const unlessAway = (url: string): OfferingNode => ({
      url,
      ask: (method, params) =>
        away === url && method === "hyperchain_getOfferedBatches" ? Promise.resolve([]) : honest.ask(method, params),
    });
    // The copy comes first.
    let away = "the chain's own";
    const nodes = [unlessAway("another chain's"), unlessAway(away)];
    const aggregating = start(nodes, {
      async prove(batches, options) {
        made.push(batches.map(nameOf));
        begun.resolve(undefined);
        await going.promise;
        options?.signal?.throwIfAborted();
        return own.prove(batches, options);
      },
    });
    await aggregating.look();
    await begun.promise;
    for (away of ["neither", "another chain's"]) await aggregating.look();
    going.resolve(undefined);
    await aggregating.idle();
    assert.deepEqual(
      told.map(({ type }) => type),
      ["proving", "shown"],
    );
    assert.deepEqual(made, [[`272:${number}`]]);
    await settled(1, number);
  });

  it("loses nothing when it is killed in the middle: another one finds at the nodes what waits, and at L1 what is done", async () => {
    const numbers = [await offer(0), await offer(1)];
    const begun = Promise.withResolvers<undefined>();
    const { promise: never } = Promise.withResolvers<never>();
    const killed = start([node(0), node(1)], { prove: () => (begun.resolve(undefined), never) });
    await killed.look();
    await begun.promise;
    killed.close();
    const nonce = await account.getNonce();
    const next = start([node(0), node(1)]);
    await next.look();
    await Promise.all(numbers.map((number, place) => settled(place, number)));
    await next.look();
    assert.deepEqual([made, await account.getNonce()], [[numbers.map((number, place) => `${271 + place}:${number}`)], nonce + 1]);
    assert.deepEqual(passedOver(), []);
  });

  it("shows the others' batches where another account's transaction brings one of them first, and not before that is mined", async (context) => {
    const numbers = [await offer(0), await offer(1)];
    const { aggregator } = devnet.ecosystem.versions.proven!;
    const [batch] = readOfferedBatches(await node(0).ask("hyperchain_getOfferedBatches", []));
    const own = readOfferedProof(await node(0).ask("hyperchain_getOfferedProof", [Number(numbers[0])]));
    const items = [{ chainId: 271n, batch: batch! }];
    const { digest, proof } = await createNoBatchesProver().prove([{ fields: items[0]!, ...own }]);
    const data = proofAggregatorInterface.encodeFunctionData("proveBatches", [items, digest, proof]);
    context.after(() => l1.send("evm_setAutomine", [true]));
    await l1.send("evm_setAutomine", [false]);
    await devnet.accounts.wallet(6).connect(l1).sendTransaction({ to: aggregator, data, gasLimit: 2_000_000n });
    const looked = Promise.withResolvers<undefined>();
    const watched = new Proxy(l1, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          if (name === "send" && (args[1] as readonly unknown[])[1] === "pending") looked.resolve(undefined);
          return value.apply(target, args) as unknown;
        };
      },
    });
    const aggregating = start([node(0), node(1)], {}, watched);
    await aggregating.look();
    await looked.promise;
    const pool = (await l1.send("eth_getBlockByNumber", ["pending", false])) as { readonly transactions: readonly string[] };
    assert.equal(pool.transactions.length, 1);
    await l1.send("evm_setAutomine", [true]);
    await l1.send("evm_mine", []);
    await aggregating.idle();
    const hashes = told.flatMap((event) => (event.type === "shown" ? [event.hash] : []));
    assert.deepEqual([hashes.length, new Set(hashes).size, told.some(({ type }) => type === "left")], [2, 1, false]);
    const { logs } = (await l1.getTransactionReceipt(hashes[0]!))!;
    const skipped = logs.flatMap((log) => proofAggregatorInterface.parseLog(log)?.args.toArray() ?? []);
    assert.deepEqual(skipped, [271n, numbers[0]]);
    await Promise.all(numbers.map((number, place) => settled(place, number)));
  });

  it("reports its transaction after a poll that sees L1's proven batches before the transaction's receipt", async () => {
    const numbers = [await offer(0), await offer(1)];
    const [asked, held] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    const slow = new Proxy(l1, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return async (...args: unknown[]) => {
          if (name === "getTransactionReceipt") {
            asked.resolve(undefined);
            await held.promise;
          }
          return value.apply(target, args) as unknown;
        };
      },
    });
    const aggregating = start([node(0), node(1)], {}, l1, systemClock, account.connect(slow));
    await aggregating.look();
    await asked.promise;
    await Promise.all(numbers.map((number, place) => settled(place, number)));
    await aggregating.look();
    held.resolve(undefined);
    await aggregating.idle();
    assert.deepEqual(
      told.map((event) => (event.type === "shown" ? [event.batches, event.hash?.length] : event.type)),
      ["proving", [2, 66], [2, 66]],
    );
    await aggregating.look();
  });
});
