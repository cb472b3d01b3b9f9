import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, describe, it } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { relayFeed } from "../../src/tool/page-server/feed-relay.ts";
import { limitConnections } from "../../src/ground/runtime/open-connections.ts";

/** Nine tenths of 100. */
const FOLLOWERS = 90;
const CLOSING = 50;

describe("the feed's relay", () => {
  let end: () => void = () => undefined;
  afterEach(() => end());

  /** A member, the page's server, and a clock whose timers fire by `fire`. */
  const start = async () => {
    const member = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(member, "listening");
    const { port: memberPort } = member.address() as AddressInfo;
    const server = createServer();
    const timers = new Set<() => void>();
    const after = (_ms: number, callback: () => void): (() => void) => {
      timers.add(callback);
      return () => timers.delete(callback);
    };
    const relay = relayFeed(server, {
      url: () => `http://127.0.0.1:${memberPort}`,
      refuses: () => false,
      connections: limitConnections(server, 1_000),
      clock: { after },
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const sockets: Socket[] = [];
    end = () => {
      for (const socket of sockets) socket.destroy();
      relay.close();
      server.close();
      for (const client of member.clients) client.terminate();
      member.close();
    };
    /** Opens the feed as a stranger's client does that never answers a frame. */
    const openSilent = async (): Promise<Socket> => {
      const socket = connect(port, "127.0.0.1");
      sockets.push(socket);
      socket.on("error", () => undefined);
      const head = ["GET /feed HTTP/1.1", "Host: x", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"];
      socket.write(`${head.join("\r\n")}\r\nSec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}\r\n\r\n`);
      await once(socket, "data");
      socket.resume();
      return socket;
    };
    const fire = (): void => {
      for (const timer of [...timers]) timer();
    };
    return { port, member, timers, fire, openSilent };
  };
  /** Resolves after the condition holds; fails with the two values if it does not within a few seconds. */
  const comesTo = async (actual: () => number, expected: number): Promise<void> => {
    for (let i = 0; i < 500 && actual() !== expected; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(actual(), expected);
  };

  it("attack: clients that never close are few, lose the member immediately and their sockets after a time", async () => {
    const { member, timers, fire, openSilent } = await start();
    const opened = FOLLOWERS + CLOSING + 60;
    const sockets: Socket[] = [];
    for (let i = 0; i < opened; i++) sockets.push(await openSilent());
    const open = (): number => sockets.filter(({ destroyed }) => !destroyed).length;
    await comesTo(open, FOLLOWERS + CLOSING);
    await comesTo(() => member.clients.size, FOLLOWERS);
    assert.equal(timers.size, CLOSING);
    fire();
    await comesTo(open, FOLLOWERS);
    assert.equal(timers.size, 0);
  });

  it("forgets clients that close, and those that leave unasked", async () => {
    const { port, member, timers } = await start();
    const client = new WebSocket(`ws://127.0.0.1:${port}/feed`);
    const [followed] = (await once(member, "connection")) as [WebSocket];
    const closed = once(client, "close");
    followed.close();
    assert.equal((await closed)[0], 1_013);
    await comesTo(() => timers.size, 0);
    const other = new WebSocket(`ws://127.0.0.1:${port}/feed`);
    await once(member, "connection");
    other.terminate();
    await comesTo(() => member.clients.size, 0);
    assert.equal(timers.size, 0);
  });
});
