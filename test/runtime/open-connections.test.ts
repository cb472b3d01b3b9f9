import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { describe, it } from "node:test";
import { limitConnections, OpenConnections } from "../../src/ground/runtime/open-connections.ts";

/** Connections by name, with what became of them. */
function connectionsOf(limit: number) {
  const ended: string[] = [];
  const connections = new OpenConnections<{ readonly name: string }>(limit);
  const open = (machine: string, name: string): { readonly name: string } => {
    const connection = { name };
    connections.add(connection, machine, () => ended.push(name));
    return connection;
  };
  return { connections, ended, open };
}

describe("connections of a server that has a limit of them", () => {
  it("end with the one that has been idle longest where a machine has all but a tenth", () => {
    const { ended, open } = connectionsOf(10);
    for (let i = 0; i < 9; i++) open("a", `a${i}`);
    assert.deepEqual(ended, []);
    open("a", "a9");
    open("a", "a10");
    assert.deepEqual(ended, ["a0", "a1"]);
  });

  it("leave the reserved tenth to machines that have none", () => {
    const { ended, open } = connectionsOf(20);
    for (let i = 0; i < 40; i++) open("a", `a${i}`);
    assert.equal(ended.length, 22);
    open("b", "b0");
    open("c", "c0");
    assert.equal(ended.length, 22);
    // The server is full, and the first machine has those that have been idle longest.
    open("d", "d0");
    assert.deepEqual(ended.slice(22), ["a22"]);
  });

  it("are idle from their last use onwards", () => {
    const { connections, ended, open } = connectionsOf(4);
    const [first, second] = [open("a", "first"), open("a", "second")];
    open("a", "third");
    open("a", "fourth");
    connections.touch(first);
    connections.begin(second)();
    open("a", "fifth");
    assert.deepEqual(ended, ["third"]);
    open("a", "sixth");
    open("a", "seventh");
    assert.deepEqual(ended, ["third", "fourth", "first"]);
  });

  it("are not idle while a request is being answered, and the new one ends if all are busy", () => {
    const { connections, ended, open } = connectionsOf(3);
    const [first, second] = [open("a", "first"), open("a", "second")];
    const end = connections.begin(first);
    open("a", "third");
    open("a", "fourth");
    assert.deepEqual(ended, ["second"]);
    connections.begin(second);
    connections.touch(second);
    end();
    open("a", "fifth");
    assert.deepEqual(ended, ["second", "third"]);

    const busy = connectionsOf(2);
    for (const name of ["first", "second"]) busy.connections.begin(busy.open("a", name));
    busy.open("a", "third");
    busy.open("b", "fourth");
    assert.deepEqual(busy.ended, ["third", "fourth"]);
  });

  it("end with the one whose requests have been pending longest, after 30 seconds, if all are busy", () => {
    const [ended, clock]: [string[], { now: number }] = [[], { now: 1_000 }];
    const connections = new OpenConnections<{ readonly name: string }>(4, () => clock.now);
    const open = (machine: string, name: string): (() => void) => {
      const connection = { name };
      connections.add(connection, machine, () => ended.push(name));
      const end = connections.begin(connection);
      return () => {
        end();
        connections.begin(connection);
      };
    };
    const again = open("a", "a0");
    for (const name of ["a1", "a2"]) open("b", name);
    open("a", "a3");
    clock.now += 30_000;
    again();
    open("b", "late");
    assert.deepEqual(ended, ["late"]);
    clock.now += 1;
    open("b", "b3");
    open("b", "b4");
    // The first one got an answer in between.
    assert.deepEqual(ended, ["late", "a1", "a2"]);
  });

  it("make no room for those that ended before", () => {
    const { connections, ended, open } = connectionsOf(2);
    const first = open("a", "first");
    open("a", "second");
    connections.remove(first);
    connections.remove(first);
    open("a", "third");
    assert.deepEqual(ended, []);
    open("b", "other");
    assert.deepEqual(ended, ["second"]);
  });

  it("end with the one that has been idle longest of all machines, whichever has most", () => {
    const { connections, ended, open } = connectionsOf(10);
    const first = open("b", "b0");
    for (let i = 0; i < 8; i++) open("a", `a${i}`);
    open("c", "c0");
    connections.touch(first);
    open("d", "d0");
    open("e", "e0");
    assert.deepEqual(ended, ["a0", "a1"]);
    for (let i = 2; i < 8; i++) open(`f${i}`, `f${i}`);
    open("g", "g0");
    assert.deepEqual(ended.slice(8), ["c0"]);
  });

  it("attack: many machines hold one silent connection each: no client ends that waits for an answer", () => {
    const { connections, ended, open } = connectionsOf(100);
    for (let i = 0; i < 100; i++) open(`idle ${i}`, `idle ${i}`);
    for (let i = 0; i < 50; i++) connections.begin(open(`client ${i}`, `client ${i}`));
    assert.deepEqual(
      ended,
      Array.from({ length: 50 }, (_, i) => `idle ${i}`),
    );
  });

  it("take a single one too, and end the one before", () => {
    const { ended, open } = connectionsOf(1);
    open("a", "first");
    open("a", "second");
    assert.deepEqual(ended, ["first"]);
  });
});

describe("connections of an HTTP server with a limit", () => {
  /** Opens a connection and sends this; `from` is the local address. */
  const send = async (port: number, text: string, from = "127.0.0.1"): Promise<Socket> => {
    // Other systems have one address unless more are set up.
    const localAddress = process.platform === "linux" ? from : "127.0.0.1";
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    socket.on("error", () => undefined);
    await once(socket, "connect");
    if (text !== "") socket.write(text);
    return socket;
  };
  const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

  it("attack: one process binds many local addresses, sends parts of requests and reads no answer: clients get theirs", async () => {
    const waiting: ServerResponse[] = [];
    const large = Buffer.alloc(2 ** 24);
    const server = createServer((request, response) => {
      if (request.url === "/large") response.end(large);
      else if (request.method === "GET") waiting.push(response);
    });
    limitConnections(server, 20);
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const sockets: Socket[] = [];
    try {
      const parts = ["", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx", get.replace("/", "/large")];
      const arrival = (text: string): Promise<unknown> => (text === "" ? Promise.resolve() : once(server, "request"));
      const sendAndArrive = async (text: string, from?: string): Promise<Socket> => {
        const arrived = arrival(text);
        const socket = await send(port, text, from);
        sockets.push(socket);
        await arrived;
        return socket;
      };
      for (let i = 0; i < 20; i++) (await sendAndArrive(parts[i % parts.length] ?? "", `127.0.${i}.${1 + i}`)).pause();
      const clients: Socket[] = [];
      for (let i = 0; i < 10; i++) clients.push(await sendAndArrive(get));
      const answered = clients.map((client) => once(client, "data"));
      for (const response of waiting) response.end("here");
      for (const [data] of (await Promise.all(answered)) as [Buffer][]) assert.match(data.toString(), /here$/);
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });
});
