import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { it } from "node:test";
import type { FleetService } from "../../src/proofs/proving/fleet-service.ts";
import { startQueueServer } from "../../src/proofs/proving/queue-server.ts";
import { PATHS } from "../../src/proofs/proving/wire.ts";

/** Connections that the server takes. */
const CONNECTIONS = 256;
const TOKEN = "a token of the fleet";

it("a prover fleet's server takes a worker although a process of its machine holds all connections silent", async () => {
  const service: FleetService = {
    answer: () => Promise.resolve({ status: 200, type: "application/json", body: Buffer.from('"answered"') }),
  };
  const server = await startQueueServer({ host: "127.0.0.1", port: 0, token: TOKEN }, service);
  const port = Number(new URL(server.url).port);
  const silent: Socket[] = [];
  try {
    for (let i = 0; i < CONNECTIONS; i++) {
      const socket = connect({ port, host: "127.0.0.1" });
      socket.on("error", () => undefined);
      silent.push(socket);
      await once(socket, "connect");
    }
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", connection: "close" };
    const answer = await fetch(server.url + PATHS.take, { method: "POST", headers, body: "{}" });
    assert.equal(await answer.json(), "answered");
  } finally {
    for (const socket of silent) socket.destroy();
    await server.close();
  }
});
