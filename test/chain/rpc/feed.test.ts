import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { WebSocket } from "ws";
import { Feed, withFeed, type FeedEntry } from "../../../src/chain/rpc/transport/feed.ts";
import type { RpcClient } from "../../../src/chain/rpc/request/dispatch.ts";
import { startRpcServer } from "../../../src/chain/rpc/transport/server.ts";

const CHAIN = 271;
const block = (number: number) => ({ type: "block", chainId: CHAIN, number }) as const;
const numbers = (entries: readonly FeedEntry[]) => entries.flatMap(({ number }) => number ?? []);

describe("I3: what happens in an ecosystem can be followed without gaps", () => {
  test("a follower that comes back with the last position that it has gets all that came after it, once and in order", async () => {
    const feed = new Feed();
    feed.add(block(1));
    const first: FeedEntry[] = [];
    const end = feed.follow(undefined, (entry) => first.push(entry));
    assert.equal(first.length, 0, "nothing is sent before the subscription has its id");
    await nextTurn();
    for (const number of [2, 3]) feed.add(block(number));
    await nextTurn();
    end();
    for (const number of [4, 5]) feed.add(block(number));
    await nextTurn();
    assert.deepEqual(
      first.map(({ type, number }) => [type, number]),
      [
        ["here", undefined],
        ["block", 2],
        ["block", 3],
      ],
    );
    for (const [since, missing] of [
      [first[2], [4, 5]],
      [first[0], [2, 3, 4, 5]],
    ] as const) {
      const later: FeedEntry[] = [];
      const stop = feed.follow(since!.position, (entry) => later.push(entry));
      await nextTurn();
      feed.add(block(6));
      await nextTurn();
      stop();
      assert.deepEqual(numbers(later).slice(0, missing.length), missing);
      assert.equal(numbers(later)[missing.length], 6);
      const placed = later.filter(({ type }) => type !== "act");
      assert.equal(new Set(placed.map(({ position }) => position)).size, placed.length);
    }
  });

  test("a position that is not kept, of another process, or of no entry is refused by name, with where the feed is", async () => {
    const feed = new Feed({ maxEntries: 10, id: "aa" });
    for (let number = 1; number <= 100; number++) feed.add(block(number));
    const entries: FeedEntry[] = [];
    const stop = feed.follow("aa:90", (entry) => entries.push(entry));
    await nextTurn();
    stop();
    assert.deepEqual(numbers(entries), [91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
    for (const position of ["aa:1", "aa:101", "bb:95", "aa:", "aa:-1", "aa:1e1", ":95", "", "aa:99999999999999999999"]) {
      assert.throws(
        () => feed.follow(position, () => assert.fail("told")),
        ({ data }: { data: unknown }) => {
          assert.deepEqual(data, { code: "PositionNotKept", newest: "aa:100" });
          return true;
        },
        position,
      );
    }
  });

  test("entries for a client that reconnects after a long time stay whole and in order while the feed forgets", async () => {
    const feed = new Feed({ maxEntries: 200, id: "aa" });
    for (let number = 1; number <= 399; number++) feed.add(block(number));
    const entries: FeedEntry[] = [];
    const stop = feed.follow("aa:199", (entry) => entries.push(entry));
    for (let number = 400; number <= 800; number++) {
      feed.add(block(number));
      if (number % 10 === 0) await nextTurn();
    }
    while (entries.at(-1)?.number !== 800) await nextTurn();
    stop();
    assert.deepEqual(
      numbers(entries),
      Array.from({ length: 601 }, (_, place) => 200 + place),
    );
  });

  test("attack: one that asks for all entries many times over does not keep others from their turn", async () => {
    const feed = new Feed();
    for (let number = 1; number <= 10_000; number++) feed.add(block(number));
    let told = 0;
    const [first] = await new Promise<readonly [FeedEntry]>((resolve) => feed.follow(undefined, (entry) => resolve([entry])));
    const oldest = first.position.replace(/\d+$/, "0");
    const ends = Array.from({ length: 100 }, () => feed.follow(oldest, () => void told++));
    await nextTurn();
    await nextTurn();
    for (const end of ends) end();
    const before = told;
    assert.ok(before > 0, "they are sent");
    assert.ok(before < 50_000, `of 1,000,000 entries ${before} were told before another had its turn`);
    await nextTurn();
    assert.equal(told, before, "an ended one receives more");
  });

  test("acts have no position, are sent once until they have been sent, and sent to a client that reconnects, which may have missed some", async () => {
    const feed = new Feed({ id: "aa" });
    feed.add(block(1));
    const told: FeedEntry[] = [];
    const end = feed.follow(undefined, (entry) => told.push(entry));
    for (const mayKnow of [true, true, false]) feed.addAct(() => mayKnow);
    await nextTurn();
    feed.addAct(() => false);
    feed.add(block(2));
    await nextTurn();
    const told2 = { position: "aa:2", ...block(2) };
    assert.deepEqual(told, [{ position: "aa:1", type: "here" }, { position: "aa:1", type: "act" }, told2]);
    end();
    const back: FeedEntry[] = [];
    const stop = feed.follow("aa:1", (entry) => back.push(entry));
    await nextTurn();
    assert.deepEqual(back, [told2, { position: "aa:2", type: "act" }]);
    stop();
  });

  test("attack: a client with many subscriptions is looked up once for each telling of acts", async () => {
    const feed = new Feed();
    const client: RpcClient = { subscriptions: new Set(), gone: new AbortController().signal };
    const ends = Array.from({ length: 100 }, () => feed.follow(undefined, () => undefined, client));
    let asked = 0;
    feed.addAct(() => ++asked > 0);
    assert.equal(asked, 1);
    for (const end of ends) end();
  });

  test("attack: nonsense instead of a position is refused, and a socket that was cut resumes by its position", async () => {
    const feed = new Feed();
    const engine = { request: async () => assert.fail("the engine is asked"), onNotification: () => () => undefined };
    const server = await startRpcServer({ host: "127.0.0.1", port: 0 }, { engine: withFeed(engine, feed), methods: new Map() });
    try {
      const open = async (): Promise<{ socket: WebSocket; told: Record<string, unknown>[] }> => {
        const socket = new WebSocket(`ws://127.0.0.1:${server.port}`);
        const told: Record<string, unknown>[] = [];
        socket.on("message", (data: Buffer) => told.push(JSON.parse(data.toString()) as Record<string, unknown>));
        await once(socket, "open");
        return { socket, told };
      };
      const follow = (socket: WebSocket, options?: unknown): void =>
        socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["hyperchain", options] }));
      const received = async ({ socket, told }: { socket: WebSocket; told: unknown[] }, count: number): Promise<void> => {
        while (told.length < count) await once(socket, "message");
      };
      const first = await open();
      follow(first.socket);
      await received(first, 2);
      feed.add(block(1));
      await received(first, 3);
      const { params } = first.told[2] as { params: { subscription: string; result: FeedEntry } };
      assert.equal(params.subscription, first.told[0]!["result"], "the id comes before what it names");
      assert.deepEqual([params.result.type, params.result.number], ["block", 1]);
      first.socket.terminate();
      for (const number of [2, 3]) feed.add(block(number));
      const second = await open();
      follow(second.socket, { since: params.result.position });
      await received(second, 4);
      assert.deepEqual(
        second.told.slice(1, 3).map((each) => (each as { params: { result: FeedEntry } }).params.result.number),
        [2, 3],
      );
      second.socket.terminate();
      const third = await open();
      const nonsense = [
        true,
        5,
        "x",
        [],
        [5],
        { since: 5 },
        { since: null },
        { since: {} },
        { since: "x".repeat(101) },
        { since: "nothing:1" },
      ];
      for (const [place, options] of nonsense.entries()) {
        follow(third.socket, options);
        await received(third, place + 1);
        const { error } = third.told[place] as { error?: { code: number } };
        assert.ok([-32602, -32000].includes(error?.code ?? 0), JSON.stringify(third.told[place]));
      }
      third.socket.terminate();
    } finally {
      await server.close();
    }
  });
});
