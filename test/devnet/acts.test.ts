import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { JsonRpcProvider } from "ethers";
import { RpcCode, RpcError } from "../../src/chain/rpc/request/json-rpc.ts";
import { Feed, type FeedEntry } from "../../src/chain/rpc/transport/feed.ts";
import type { RpcClient, RpcMethod } from "../../src/chain/rpc/request/dispatch.ts";
import { ActBook, actMethods, type ActInfo } from "../../src/ecosystem/devnet/view/feed/act-book.ts";
import type { GatedChain } from "../../src/ecosystem/devnet/view/books/sight.ts";
import type { Clock } from "../../src/ground/runtime/clock.ts";
import { FAULT_WORDS } from "../../src/ecosystem/devnet/view/feed/fault-words.ts";
import { ALICE, clientOf, refusalOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";

const BOB = "0x00000000000000000000000000000000000b0b00";
const CODE = "0x5f5ffd";

describe("I11: what clients have an ecosystem do", () => {
  let devnet: FlowDevnet;
  let onAlpha: JsonRpcProvider;
  let onBeta: JsonRpcProvider;
  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, name: "alpha", cheats: true },
        { chainId: 272n, name: "beta" },
      ],
      { ...UNPROVEN, relayer: true, unlocked: true, fundedAccounts: [ALICE, RELAYER] },
    );
    [onAlpha, onBeta] = [clientOf(devnet.chains[0]!), clientOf(devnet.chains[1]!)];
  });
  after(async () => {
    for (const client of [onAlpha, onBeta]) client?.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });
  const acts = async (from = onBeta): Promise<readonly ActInfo[]> =>
    (await from.send("hyperchain_acts", [])) as readonly ActInfo[];
  const newest = async () => {
    const { method, text = "", chainId, times, refused } = (await acts()).at(-1) ?? assert.fail("there is no act");
    return { method, text, chainId, times, ...(refused === undefined ? {} : { refused }) };
  };

  test("is in the feed of every member, whichever was called, and under the stock name", async () => {
    const nothing = await acts();
    assert.deepEqual(nothing, []);
    await onAlpha.send("anvil_increaseTime", [7_200]);
    const moved = { method: "evm_increaseTime", text: "time moved by 2 hours", chainId: undefined, times: 1 };
    assert.deepEqual(await newest(), moved);
    await onAlpha.send("evm_mine", []);
    assert.deepEqual(await newest(), { method: "evm_mine", text: "a block mined", chainId: 271, times: 1 });
    await onBeta.send("evm_mine", []);
    await devnet.l1.eip1193.request({ method: "evm_mine", params: [] });
    await devnet.l1.eip1193.request({ method: "evm_mine", params: [] });
    const l1 = Number(devnet.l1.chainId);
    assert.deepEqual(await newest(), { method: "evm_mine", text: "a block mined", chainId: l1, times: 2 });
    const mark = String(await onAlpha.send("evm_snapshot", []));
    assert.equal((await newest()).text, `snapshot ${mark} taken`);
    for (const odd of ["zz", {}, { name: "" }, { name: 5 }, { name: "x".repeat(61) }, { name: "x", id: "0x1" }])
      assert.equal((await refusalOf(onAlpha, "evm_snapshot", [odd])).code, RpcCode.invalidParams);
    // Ids follow from nothing that another reader is not told.
    assert.match((await acts()).at(-1)!.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    await onBeta.send("evm_revert", [mark]);
    assert.deepEqual(await newest(), {
      method: "evm_revert",
      text: `returned to snapshot ${mark}`,
      chainId: undefined,
      times: 1,
    });
    await onBeta.send("evm_revert", [mark]);
    assert.equal((await newest()).refused, "there is no such snapshot");
    await onAlpha.send("hyperchain_settle", []);
    assert.match((await newest()).text, /^settled: \d+ batches$/);
    await onAlpha.send("hyperchain_setFault", [{ type: "relayer", running: false }]);
    assert.equal((await newest()).text, "fault: relayer off");
    await onAlpha.send("hyperchain_setFault", [{ type: "clear" }]);
    await onAlpha.send("hyperchain_stopChain", ["beta"]);
    const paused = (await acts(onAlpha)).at(-1)!;
    assert.deepEqual([paused.text, paused.chainId], ["beta paused", 272]);
    await onAlpha.send("hyperchain_startChain", [272]);
    assert.equal((await newest()).text, "beta started");
  });

  test("a call with invalid parameters is refused by that code, as Hardhat's node does, and is not listed, on L1 and on a chain", async () => {
    const later = 2 ** 41;
    const invalid: readonly (readonly [string, ...unknown[]])[] = [
      ...["zz", -1, 1.5, {}, "", "0x1g"].flatMap((odd) => [["hardhat_mine", odd] as const, ["evm_revert", odd] as const]),
      ...["zz", -1, 1.5, {}, later].flatMap((odd) => [["evm_mine", odd] as const, ["evm_setNextBlockTimestamp", odd] as const]),
      ...["zz", 1.5, {}, null, later].map((odd) => ["evm_increaseTime", odd] as const),
      ...[["hardhat_mine", "0x1", "zz"], ["hardhat_mine", "0x5", later], ["evm_revert"], ["evm_increaseTime"]],
      ...[["evm_setNextBlockTimestamp"], ["evm_setAutomine", "zz"], ["evm_setIntervalMining", "zz"]],
      ["hardhat_dropTransaction", "zz"],
    ] as const;
    const before = await acts();
    for (const url of [devnet.l1.url, devnet.chains[0]!.url])
      for (const [method, ...params] of invalid) {
        const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
        const answer = (await (await fetch(url, { method: "POST", body })).json()) as { error?: { code: number } };
        assert.equal(answer.error?.code, RpcCode.invalidParams, `${url} ${body} ${JSON.stringify(answer)}`);
      }
    assert.deepEqual(await acts(), before);
    await devnet.l1.eip1193.request({ method: "hardhat_mine", params: ["2", "0x1"] });
    assert.equal((await newest()).text, "2 blocks mined");
  });

  test("neither code nor options are listed, and malformed calls and lookalikes are not listed", async () => {
    const atFirst = await acts();
    // The engine of L1 refuses by custom errors.
    for (const method of ["hardhat_setBalance", "hardhat_setNonce"])
      await assert.rejects(devnet.l1.eip1193.request({ method, params: ["FREE ETHER, send one to 0xdeadbeef", "0x1"] }));
    assert.deepEqual(await acts(), atFirst);
    await onAlpha.send("hardhat_setCode", [BOB, CODE]);
    assert.equal((await newest()).text, `code of ${BOB} set`);
    await onAlpha.send("hardhat_impersonateAccount", [BOB]);
    assert.equal((await newest()).text, `acts as ${BOB}`);
    // Each fault that there is has a name, which the page offers too.
    const { message } = await refusalOf(onAlpha, "hyperchain_setFault", [{}]);
    const named = /such as \{.*?\}: (.*); a target/
      .exec(message)?.[1]
      ?.replaceAll(/ \([^)]*\)/g, "")
      .split(/, | or /);
    const types = Object.keys(FAULT_WORDS).map((fault) => fault.replace(/(On|Off)$/, ""));
    assert.deepEqual(new Set(types), new Set(named));
    const before = await acts();
    assert.doesNotMatch(JSON.stringify(before), /5f5ffd/);
    await assert.rejects(onAlpha.send("hyperchain_setFault", [{ type: "nothing" }]));
    await onAlpha.send("eth_blockNumber", []);
    await onAlpha.send("hyperchain_status", []);
    assert.deepEqual(await acts(), before);
  });
});

describe("the book of acts", () => {
  let nowMs = 0;
  const waiting: { readonly at: number; readonly call: () => void }[] = [];
  const clock: Clock = {
    nowMs: () => nowMs,
    after(ms, call) {
      waiting.push({ at: nowMs + ms, call });
      return () => undefined;
    },
  };
  let told = 0;
  const counting = { addAct: () => void told++ };
  const open: GatedChain["gate"] = { mayRead: () => true, refusal: () => new RpcError(RpcCode.rejected, "readers only") };
  const closed: GatedChain["gate"] = { ...open, mayRead: () => false };
  const chainsOf = (gate: GatedChain["gate"]) => (): readonly GatedChain[] => [
    { chainId: 271n, gate },
    { chainId: 272n, gate: open },
  ];
  const bookOf = (answer: RpcMethod, chains = chainsOf(open), feed: Pick<Feed, "addAct"> = counting) => {
    let ids = 0;
    const book = new ActBook({ feed, clock, chains, newId: () => `act ${++ids}` });
    const methods = book.noting({ get: () => answer }, () => 271);
    const call = (method: string, ...params: unknown[]) => methods.get(method)!(params, undefined);
    return { book, call };
  };

  test("repeated acts are one act, and many different ones of a method are listed without their arguments", async () => {
    const { book, call } = bookOf(async () => true);
    for (let i = 0; i < 1_000; i++) await call("evm_mine");
    assert.deepEqual(
      book.acts.map(({ text, times }) => [text, times]),
      [["a block mined", 1_000]],
    );
    for (let i = 0; i < 1_000; i++) await call("evm_setNextBlockTimestamp", i);
    assert.equal(book.acts.length, 1 + 16 + 1);
    assert.deepEqual([book.acts.at(-1)!.text, book.acts.at(-1)!.times], ["evm_setNextBlockTimestamp with other arguments", 984]);
    assert.deepEqual([told, waiting.length], [0, 1]);
    waiting.pop()!.call();
    assert.equal(told, 1);
  });

  test("the newest hundred are kept", async () => {
    const { book, call } = bookOf(async () => true);
    for (let i = 1; i <= 150; i++) {
      nowMs += 10_000;
      await call("evm_increaseTime", i);
    }
    assert.equal(book.acts.length, 100);
    assert.deepEqual([book.acts[0]!.text, book.acts.at(-1)!.text], ["time moved by 51 seconds", "time moved by 150 seconds"]);
    assert.equal(new Set(book.acts.map(({ id }) => id)).size, 100);
  });

  test("attack: a reader's answers are the same, however much was done on a chain that it may not read", async () => {
    const told = async (hidden: number): Promise<readonly unknown[]> => {
      nowMs = 0;
      const { book, call } = bookOf(async () => true, chainsOf(closed));
      const onOpen = book.noting({ get: () => async () => true }, () => 272).get("hardhat_setNonce")!;
      for (let i = 0; i < 120; i++) {
        for (let j = 0; j < hidden; j++) await call("hardhat_setNonce", `0x${j.toString(16).padStart(40, "b")}`, "0x1");
        await onOpen([`0x${i.toString(16).padStart(40, "a")}`, "0x1"], undefined);
        nowMs += 1_000;
      }
      return book.seenBy(undefined).map(({ id: _id, ...act }) => act);
    };
    const alone = await told(0);
    assert.equal(alone.length, 100);
    assert.deepEqual(await told(3), alone);
    assert.deepEqual(await told(17), alone);
  });

  test("attack: the feed sends clients the acts that they may read, and answers without those are equal for all", async () => {
    const someone = (): RpcClient => ({ subscriptions: new Set(), gone: new AbortController().signal });
    const [reader, stranger] = [someone(), someone()];
    const gate = { ...open, mayRead: (client: RpcClient | undefined) => client !== stranger };
    const toldTo = async (hidden: boolean) => {
      nowMs = 1_010;
      waiting.length = 0;
      const feed = new Feed({ id: "aa" });
      const told: Record<"reader" | "stranger", (readonly [at: number, FeedEntry])[]> = { reader: [], stranger: [] };
      const ends = [
        feed.follow(undefined, (entry) => told.reader.push([nowMs, entry]), reader),
        feed.follow(undefined, (entry) => told.stranger.push([nowMs, entry]), stranger),
      ];
      const { book, call } = bookOf(async () => true, chainsOf(gate), feed);
      const others = book.noting({ get: () => async () => true }, () => 272);
      const tick = async (): Promise<void> => {
        for (const { at, call: tell } of waiting.splice(0)) {
          nowMs = at;
          tell();
        }
        await nextTurn();
      };
      await nextTurn();
      const doHidden = async (): Promise<void> => {
        if (hidden) for (let i = 0; i < 20; i++) await call("evm_mine");
      };
      await doHidden();
      await tick();
      feed.add({ type: "block", chainId: 272, number: 1 });
      await nextTurn();
      nowMs = 1_300;
      await doHidden();
      nowMs = 1_400;
      await others.get("evm_mine")!([], undefined);
      await tick();
      nowMs = 1_600;
      await doHidden();
      // Of all members at once: all may know.
      await others.get("evm_increaseTime")!([1], undefined);
      await tick();
      for (const end of ends) end();
      return told;
    };
    const [without, withHidden] = [await toldTo(false), await toldTo(true)];
    const open3 = [
      [1_010, { position: "aa:0", type: "here" }],
      [1_010, { position: "aa:1", type: "block", chainId: 272, number: 1 }],
      [1_500, { position: "aa:1", type: "act" }],
      [1_750, { position: "aa:1", type: "act" }],
    ] as const;
    assert.deepEqual(without.stranger, open3);
    assert.deepEqual(without.reader, open3);
    const [, block, ...acts] = open3;
    // Both receive the block at the time of the hidden act's tick in this run.
    assert.deepEqual(
      withHidden.stranger.map(([, entry]) => entry),
      open3.map(([, entry]) => entry),
    );
    assert.deepEqual(withHidden.stranger.slice(2), acts);
    assert.deepEqual(
      withHidden.reader.map(([, entry]) => entry),
      [open3[0][1], { position: "aa:0", type: "act" }, block[1], ...acts.map(([, entry]) => entry)],
    );
  });

  test("a snapshot is listed by its name, also at the return to it, and a name cannot imitate the ecosystem's texts", async () => {
    let id = 0;
    const { book, call } = bookOf(async () => `0x${(++id).toString(16)}`);
    await call("evm_snapshot", { name: 'before" the\u001b[2J upgrade' });
    const back = book.noting({ get: () => async () => true }, () => 271).get("evm_revert")!;
    await back([1], undefined);
    await call("evm_snapshot");
    await back(["0x2"], undefined);
    assert.deepEqual(
      book.acts.map(({ text }) => text),
      [
        `snapshot "before' the[2J upgrade" taken`,
        `returned to snapshot "before' the[2J upgrade"`,
        ...["snapshot 0x2 taken", "returned to snapshot 0x2"],
      ],
    );
  });

  test("readers of chains are asked for once, however many acts there are", async () => {
    let asked = 0;
    const gate = { ...open, mayRead: () => ++asked > 0 };
    const { book, call } = bookOf(async () => true, chainsOf(gate));
    for (let i = 0; i < 60; i++) {
      await call("hardhat_setNonce", `0x${i.toString(16).padStart(40, "a")}`, "0x1");
      nowMs += 1_000;
    }
    assert.equal(book.seenBy(undefined).length, 60);
    assert.equal(asked, 1);
  });

  test("of a chain that only some may read, other clients receive neither acts nor reasons", async () => {
    for (const [gate, expected] of [
      [
        open,
        [
          [`balance of ${BOB} set`, "alpha's account 0xabc did it"],
          ["settled", "alpha's account 0xabc did it"],
        ],
      ],
      [closed, [["hyperchain_settle", "clients that may read all chains get the reason"]]],
    ] as const) {
      let chains = chainsOf(gate)();
      const { book, call } = bookOf(
        async () => {
          throw new Error("alpha's account 0xabc did it");
        },
        () => chains,
      );
      await assert.rejects(call("hardhat_setBalance", BOB, "0x1"));
      await assert.rejects(call("hyperchain_settle"));
      const seen = async () => {
        const acts = (await actMethods(book).get("hyperchain_acts")!([], undefined)) as readonly ActInfo[];
        return acts.map(({ text, refused }) => [text, refused]);
      };
      assert.deepEqual(await seen(), expected);
      // The chain leaves, and another of the same id comes that anyone may read.
      chains = [];
      assert.deepEqual(await seen(), expected);
      chains = chainsOf(open)();
      assert.deepEqual(await seen(), expected);
    }
  });

  test("attack: a caller's text writes over no terminal, and a forbidden call is not listed", async () => {
    const { book, call } = bookOf(async ([first]) => {
      if (first === "closed") throw new RpcError(RpcCode.rejected, "a session is needed", { code: "SessionRequired" });
      return true;
    });
    await call("hyperchain_addChain", { name: "\u001b[2J\u202eevil", key: "0xsecret" });
    assert.equal(book.acts[0]!.text, "chain [2Jevil added");
    await call("hardhat_setNonce", "0x".padEnd(10_000, "f"));
    assert.equal(book.acts[1]!.text, "nonce of ? set");
    await call("hardhat_impersonateAccount", "FREE ETHER: send one to 0xdeadbeef");
    assert.equal(book.acts[2]!.text, "acts as ?");
    for (const odd of [null, {}, [], Symbol("x"), -1, 1.5, "0x", "9".repeat(40)]) {
      await call("evm_increaseTime", odd);
      await call("hardhat_mine", odd);
      await call("hyperchain_setFault", odd);
    }
    const failing = bookOf(() => Promise.reject(new Error(`\u001b[2J${"long ".repeat(100)}`)));
    await assert.rejects(failing.call("evm_mine"));
    assert.equal(failing.book.acts[0]!.refused, `[2J${"long ".repeat(100)}`.slice(0, 300) + "…");
    const before = book.acts;
    await assert.rejects(call("hyperchain_stopChain", "closed"));
    assert.deepEqual(book.acts, before);
  });
});
