import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, it } from "node:test";
import { WebSocket } from "ws";
import type { RpcMethod } from "../../../src/chain/rpc/request/dispatch.ts";
import type { Notification } from "../../../src/chain/rpc/transport/subscriptions.ts";
import { startRpcServer, type RpcServer } from "../../../src/chain/rpc/transport/server.ts";

const CONNECTIONS = 400;
/** All but a tenth. */
const OF_A_MACHINE = 360;

describe("a server all of whose connections one machine takes and leaves silent", () => {
  let server: RpcServer | undefined;
  const clients: WebSocket[] = [];
  const sockets: Socket[] = [];
  let tell: (notification: Notification) => void = () => undefined;
  let release: () => void = () => undefined;
  let onHeld: () => void = () => undefined;

  afterEach(async () => {
    release();
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const client of clients.splice(0)) client.terminate();
    await server?.close();
  });

  const start = async (): Promise<number> => {
    const methods = new Map<string, RpcMethod>([
      ["small", async () => "here"],
      [
        "held",
        () => {
          onHeld();
          return new Promise((resolve) => (release = () => resolve("late")));
        },
      ],
    ]);
    const engine = {
      request: async (method: string) => (method === "eth_subscribe" ? "0x1" : true),
      onNotification(listener: typeof tell) {
        tell = listener;
        return () => undefined;
      },
    };
    const options = { host: "127.0.0.1", port: 0, limits: { connections: CONNECTIONS } };
    server = await startRpcServer(options, { engine, methods });
    return server.port;
  };
  const openSocket = async (port: number, localAddress = "127.0.0.1"): Promise<WebSocket> => {
    const client = new WebSocket(`ws://127.0.0.1:${port}`, { localAddress });
    client.on("error", () => undefined);
    clients.push(client);
    await once(client, "open");
    return client;
  };
  const flood = (port: number, count: number): Promise<readonly WebSocket[]> =>
    Promise.all(Array.from({ length: count }, () => openSocket(port)));
  const answerOver = async (client: WebSocket, method: string, params: readonly unknown[] = []): Promise<unknown> => {
    const answered = once(client, "message") as Promise<[Buffer]>;
    client.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
    return (JSON.parse((await answered)[0].toString()) as { readonly result?: unknown }).result;
  };
  const isOpen = ({ readyState, OPEN }: WebSocket): boolean => readyState === OPEN;

  it("takes further clients of that machine, over WebSocket and HTTP, and ends those that have been silent longest", async () => {
    const port = await start();
    const silent = await flood(port, OF_A_MACHINE);
    const ends = Promise.race(silent.map((client, place) => once(client, "close").then(() => place)));
    assert.equal(await answerOver(await openSocket(port), "small"), "here");
    assert.ok((await ends) < OF_A_MACHINE);
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "small", params: [] });
    const response = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body, headers: { connection: "close" } });
    assert.equal(((await response.json()) as { readonly result?: unknown }).result, "here");
    await flood(port, 50);
    assert.ok(silent.filter(isOpen).length <= OF_A_MACHINE - 50);
  });

  it("keeps clients of that machine that ask, wait for an answer, ping or receive what they subscribed to", async () => {
    const port = await start();
    const [asks, waits, pings, receives, silent] = await Promise.all(Array.from({ length: 5 }, () => openSocket(port)));
    assert.ok(asks && waits && pings && receives && silent);
    const held = new Promise<void>((resolve) => (onHeld = resolve));
    const late = answerOver(waits, "held");
    await held;
    assert.equal(await answerOver(receives, "eth_subscribe", ["newHeads"]), "0x1");
    const end = once(silent, "close");
    for (let round = 0; round < 3; round++) {
      await flood(port, OF_A_MACHINE / 2 - 10);
      assert.equal(await answerOver(asks, "small"), "here");
      const pong = once(pings, "pong");
      pings.ping();
      await pong;
      const told = once(receives, "message");
      tell({ subscription: "0x1", result: round });
      await told;
    }
    await end;
    release();
    assert.equal(await late, "late");
    for (const client of [asks, waits, pings, receives]) assert.ok(isOpen(client));
  });

  it("ends HTTP connections that are kept open for later requests in the same order", async () => {
    const port = await start();
    const post = (body: string): string => `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const request = post(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "small", params: [] }));
    const keepAlive = async (): Promise<Socket> => {
      const socket = connect({ port, host: "127.0.0.1" });
      sockets.push(socket);
      await once(socket, "connect");
      socket.write(request);
      await once(socket, "data");
      return socket;
    };
    const [first, second] = [await keepAlive(), await keepAlive()];
    await flood(port, OF_A_MACHINE - 2);
    first.write(request);
    await once(first, "data");
    const end = once(second.resume(), "close");
    await openSocket(port);
    await end;
    assert.equal(first.destroyed, false);
  });

  it(
    "attack: takes clients at other loopback addresses for that machine, so one process does not take the connections of others",
    { skip: process.platform === "linux" ? false : "this machine has one address" },
    async () => {
      const port = await start();
      const silent = await flood(port, OF_A_MACHINE);
      const more = CONNECTIONS - OF_A_MACHINE;
      const others = await Promise.all(Array.from({ length: more }, (_, i) => openSocket(port, `127.0.${i}.2`)));
      for (const other of others) assert.equal(await answerOver(other, "small"), "here");
      assert.ok(silent.filter(isOpen).length <= OF_A_MACHINE - more);
    },
  );
});
