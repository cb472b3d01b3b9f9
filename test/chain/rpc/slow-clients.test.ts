import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { WebSocket } from "ws";
import type { RpcMethod } from "../../../src/chain/rpc/request/dispatch.ts";
import { isListeningHost } from "../../../src/chain/rpc/transport/host-check.ts";
import { UnreadAnswers } from "../../../src/chain/rpc/request/load.ts";
import type { RpcServerLimits } from "../../../src/chain/rpc/transport/server-limits.ts";
import { startRpcServer, type RpcServer } from "../../../src/chain/rpc/transport/server.ts";

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

const LARGE = 8 * 2 ** 20;
const HANDSHAKE =
  "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

describe("a server whose clients are slow, many or strangers", () => {
  let server: RpcServer | undefined;
  const sockets: Socket[] = [];
  /** Lets the answers to `held` go. */
  let release: () => void = () => undefined;
  let underWay = 0;
  /** Aborted when the server has ended the connection over which `large` was asked last. */
  let gone: Promise<unknown> = Promise.resolve();
  let onLarge: () => void = () => undefined;

  afterEach(async () => {
    release();
    for (const socket of sockets.splice(0)) socket.destroy();
    await server?.close();
  });

  const start = async (limits: Partial<RpcServerLimits> = {}): Promise<number> => {
    const held = new Promise<void>((resolve) => (release = resolve));
    underWay = 0;
    const methods = new Map<string, RpcMethod>([
      ["small", async () => "here"],
      [
        "large",
        async (_params, client) => {
          assert.ok(client !== undefined);
          gone = once(client.gone, "abort");
          onLarge();
          return "x".repeat(LARGE);
        },
      ],
      [
        "held",
        async () => {
          underWay++;
          return held;
        },
      ],
    ]);
    let ids = 0;
    const engine = {
      request: async (method: string) => (method === "eth_subscribe" ? `0x${(++ids).toString(16)}` : true),
      onNotification: () => () => undefined,
    };
    server = await startRpcServer({ host: "127.0.0.1", port: 0, limits }, { engine, methods });
    return server.port;
  };
  const open = async (port: number, localAddress = "127.0.0.1"): Promise<Socket> => {
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    socket.on("error", () => undefined);
    sockets.push(socket);
    await once(socket, "connect");
    return socket;
  };
  const post = (method: string): string => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method });
    return `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  };
  const ask = async (port: number, body: unknown): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${port}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { connection: "close" },
    });
    return (await response.json()) as Answer;
  };
  /** Sends requests over a connection that does not read; resolves when the server has ended it for that. */
  const untilDropped = async (request: () => void): Promise<void> => {
    const asked = new Promise<void>((resolve) => (onLarge = resolve));
    request();
    await asked;
    await gone;
  };

  it("drops an HTTP client that does not read its answer", async () => {
    const socket = await open(await start({ readMs: 100 }));
    socket.pause();
    await untilDropped(() => socket.write(post("large")));
  });

  it("drops a WebSocket client that does not read what it was sent", async () => {
    const socket = await open(await start({ readMs: 100 }));
    socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${HANDSHAKE}`);
    await once(socket, "data");
    socket.pause();
    const body = Buffer.from(JSON.stringify({ id: 1, method: "large" }));
    // A text frame, masked with zeros.
    const frame = Buffer.concat([Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0]), body]);
    await untilDropped(() => socket.write(frame));
  });

  it("drops a WebSocket client that pings and does not read the answers", async () => {
    const port = await start();
    const socket = await open(port);
    socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${HANDSHAKE}`);
    await once(socket, "data");
    socket.pause();
    // Pings of 125 bytes, masked with zeros.
    const pings = Buffer.concat(
      Array.from({ length: 500 }, () => Buffer.concat([Buffer.from([0x89, 0xfd, 0, 0, 0, 0]), Buffer.alloc(125)])),
    );
    while (!socket.destroyed) await new Promise((resolve) => socket.write(pings, resolve));
  });

  it("keeps a WebSocket client that is silent for longer than that, and has read everything", async () => {
    const port = await start({ readMs: 30 });
    const client = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(client, "open");
    // Another connection that is dropped began to be idle later.
    const idle = await open(port);
    idle.pause();
    await untilDropped(() => idle.write(post("large")));
    client.send(JSON.stringify({ id: 1, method: "small" }));
    const [answer] = (await once(client, "message")) as [Buffer];
    assert.equal((JSON.parse(answer.toString()) as Answer).result, "here");
    client.terminate();
  });

  it("keeps an HTTP client whose next answer takes longer than that", async () => {
    const port = await start({ readMs: 30 });
    const patient = await open(port);
    patient.write(post("small"));
    await once(patient, "data");
    patient.write(post("held"));
    while (underWay === 0) await nextTurn();
    // Another one that does not read is dropped meanwhile.
    const idle = await open(port);
    idle.pause();
    await untilDropped(() => idle.write(post("large")));
    const answered = once(patient, "data");
    release();
    const [answer] = (await answered) as [Buffer];
    assert.match(answer.toString(), /"result":null/);
  });

  it("drops an HTTP client that asks on without waiting for answers, and makes few of them", async () => {
    const port = await start();
    const socket = await open(port);
    socket.write(post("held").repeat(300));
    socket.resume();
    await once(socket, "close");
    assert.ok(underWay <= 8, `${underWay} were being made`);
    const patient = await open(port);
    patient.write(post("small").repeat(8));
    let answers = "";
    while ((answers.match(/here/g) ?? []).length < 8) answers += String(((await once(patient, "data")) as [Buffer])[0]);
  });

  it("drops clients that send nothing, or an endless header or body", async () => {
    const port = await start({ requestMs: 500 });
    const beginnings = ["", "POST / HTTP/1.1\r\nX-A: ", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"];
    await Promise.all(
      beginnings.map(async (beginning) => {
        const socket = await open(port);
        let gone = false;
        socket.once("close", () => (gone = true));
        socket.resume();
        socket.write(beginning);
        while (!gone) {
          if (beginning !== "") socket.write("a");
          // A byte in the time of a request, which is answered meanwhile.
          assert.equal((await ask(port, { id: 1, method: "small" })).result, "here");
        }
      }),
    );
  });

  it("answers a POST that offers another protocol", { skip: process.versions.node.startsWith("22.") }, async () => {
    const socket = await open(await start());
    const [beginning, rest] = [post("small").slice(0, 17), post("small").slice(17)];
    socket.write(`${beginning}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n${rest}`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
  });

  it("answers a bounded number of requests at a time, and refuses others", async () => {
    const port = await start({ requests: 3, requestCharacters: 1000 });
    const held = ask(
      port,
      [1, 2, 3].map((id) => ({ id, method: "held" })),
    );
    while (underWay < 3) await nextTurn();
    assert.equal((await ask(port, { id: 1, method: "small" })).error?.code, -32005);
    release();
    await held;
    assert.equal((await ask(port, { id: 1, method: "small" })).result, "here");
    assert.equal(
      (
        await ask(
          port,
          [1, 2, 3, 4].map((id) => ({ id, method: "small" })),
        )
      ).error?.code,
      -32005,
    );
    assert.equal((await ask(port, { id: 1, method: "small", params: ["x".repeat(1000)] })).error?.code, -32005);
    assert.equal((await ask(port, { id: 1, method: "small" })).result, "here");
  });

  it("stores a bounded number of answers for incomplete batches", async () => {
    const port = await start({ answerCharacters: LARGE + 1000 });
    const answers = (await ask(
      port,
      [1, 2].map((id) => ({ id, method: "large" })),
    )) as unknown as Answer[];
    assert.deepEqual(
      answers.map(({ error }) => error?.code),
      [undefined, -32005],
    );
    assert.equal(((await ask(port, [{ id: 1, method: "large" }])) as unknown as Answer[])[0]?.error, undefined);
  });

  it("ends the connection for which most answers wait, when too many do", () => {
    const unread = new UnreadAnswers(100);
    const ended: string[] = [];
    const connection = (name: string) => ({ destroy: () => ended.push(name) });
    const [reads, leaves, other] = ["reads", "leaves", "other"].map(connection) as [Connection, Connection, Connection];
    const read = unread.add(reads, 90);
    read();
    const late = unread.add(leaves, 60);
    unread.add(other, 30);
    const alsoLate = unread.add(leaves, 5);
    unread.add(reads, 10);
    assert.deepEqual(ended, ["leaves"]);
    late();
    alsoLate();
    unread.add(other, 60);
    assert.deepEqual(ended, ["leaves"]);
    unread.add(reads, 1);
    assert.deepEqual(ended, ["leaves", "other"]);
  });

  describe(
    "an attack by which one client of a machine takes",
    { skip: process.platform === "linux" ? false : "machines have one address" },
    () => {
      // Another address of the same machine: places of several machines are in shared-places.test.ts.
      const OTHER = "127.0.0.2";
      const answerOver = async (socket: Socket, method: string): Promise<string> => {
        socket.write(post(method));
        let answer = "";
        while (!answer.includes("}")) answer += String(((await once(socket, "data")) as [Buffer])[0]);
        return answer;
      };

      it("every connection leaves one to another client", async () => {
        const port = await start({ connections: 3 });
        const flood = await Promise.all([1, 2, 3].map(() => open(port)));
        const ends = flood.map((socket) => once(socket, "close"));
        assert.match(await answerOver(await open(port, OTHER), "small"), /here/);
        await Promise.race(ends);
        assert.equal(flood.filter(({ destroyed }) => destroyed).length, 1);
      });

      for (const { title, limits, calls } of [
        { title: "every place for requests, with calls that take long", limits: { requests: 3 }, calls: 3 },
        { title: "all characters of requests", limits: { requestCharacters: 200 }, calls: 4 },
      ])
        it(`${title} has another client refused until they are answered, and ends no connection`, async () => {
          const port = await start(limits);
          const flood = await open(port);
          flood.write(post("held").repeat(calls));
          while (underWay < calls) await nextTurn();
          assert.match(await answerOver(await open(port, OTHER), "small"), /"error"/);
          assert.equal(flood.destroyed, false);
          release();
          await once(flood, "data");
          assert.match(await answerOver(await open(port, OTHER), "small"), /here/);
        });

      it("all subscriptions leaves some to another client", async () => {
        const port = await start();
        const flood = Array.from({ length: 10 }, () => new WebSocket(`ws://127.0.0.1:${port}`));
        const subscribe = async (client: WebSocket, count: number): Promise<Answer[]> => {
          if (client.readyState === client.CONNECTING) await once(client, "open");
          const answers: Answer[] = [];
          const answered = new Promise<void>((resolve) =>
            client.on("message", (data: Buffer) => answers.push(JSON.parse(data.toString()) as Answer) === count && resolve()),
          );
          for (let id = 0; id < count; id++) client.send(JSON.stringify({ id, method: "eth_subscribe", params: ["newHeads"] }));
          await answered;
          return answers;
        };
        for (const client of flood) await subscribe(client, 100);
        const end = Promise.race(flood.map((client) => once(client, "close")));
        const other = new WebSocket(`ws://127.0.0.1:${port}`, { localAddress: OTHER });
        const [answer] = await subscribe(other, 1);
        assert.match(String(answer?.result), /^0x/);
        await end;
        for (const client of [...flood, other]) client.terminate();
      });
    },
  );

  it("has 1,000 subscriptions for all clients together, and a silent connection with most of them is ended for another", async () => {
    const port = await start();
    const clients = await Promise.all(
      Array.from({ length: 11 }, async () => {
        const client = new WebSocket(`ws://127.0.0.1:${port}`);
        await once(client, "open");
        return client;
      }),
    );
    const subscribe = async (client: WebSocket, count: number): Promise<readonly Answer[]> => {
      const answers: Answer[] = [];
      const answered = new Promise<void>((resolve) =>
        client.on("message", (data: Buffer) => answers.push(JSON.parse(data.toString()) as Answer) === count && resolve()),
      );
      for (let id = 0; id < count; id++) client.send(JSON.stringify({ id, method: "eth_subscribe", params: ["newHeads"] }));
      await answered;
      client.removeAllListeners("message");
      return answers;
    };
    const refusedOf = (answers: readonly Answer[]): number => answers.filter(({ error }) => error?.code === -32005).length;
    for (const client of clients) assert.equal(refusedOf(await subscribe(client, 90)), 0);
    const further: number[] = [];
    for (const client of clients) further.push(refusedOf(await subscribe(client, 1)));
    // 990, and 10 more; the last one would have as many as each of the others.
    assert.deepEqual(further, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    const ended = Promise.race(clients.map((client) => once(client, "close").then(() => client)));
    const newcomer = new WebSocket(`ws://127.0.0.1:${port}`);
    await once(newcomer, "open");
    assert.equal(refusedOf(await subscribe(newcomer, 1)), 0);
    // The newest of those with 91.
    assert.equal(clients.indexOf(await ended), 9);
    for (const client of [...clients, newcomer]) client.terminate();
  });

  it("refuses names that other domains can point to it", async () => {
    const port = await start();
    const status = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const request = httpRequest({ port, host: "127.0.0.1", method: "POST", headers: { host }, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.on("error", reject);
        request.end(JSON.stringify({ id: 1, method: "small" }));
      });
    assert.deepEqual(
      [await status(`localhost:${port}`), await status("evil.example.com"), await status(`evil.example.com:${port}`)],
      [200, 403, 403],
    );
    const socket = await open(port);
    socket.write(`GET / HTTP/1.1\r\nHost: evil.example.com\r\n${HANDSHAKE}`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 403 /);

    const own = [
      "127.0.0.1",
      "127.0.0.1:8545",
      "[::1]:8545",
      "192.168.0.7",
      "localhost",
      "LOCALHOST:1",
      "app.localhost",
      "localhost.",
      "devnet",
      "devnet:8545",
      "host.docker.internal:8545",
      "node.example.com:80",
      "",
      undefined,
    ];
    for (const header of own) assert.equal(isListeningHost(header, "node.example.com"), true, header);
    for (const header of [
      "evil.com",
      "evil.com:8545",
      "localhost.evil.com",
      "127.0.0.1.evil.com",
      "evilinternal.com",
      "notlocalhost.com.",
    ]) {
      assert.equal(isListeningHost(header, "127.0.0.1"), false, header);
      for (const listening of ["0.0.0.0", "::"]) assert.equal(isListeningHost(header, listening), true);
    }
  });
});

type Connection = Parameters<UnreadAnswers["add"]>[0];
