import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { WebSocket } from "ws";
import type { Notification } from "../../../../src/chain/rpc/transport/subscriptions.ts";
import { readerGate } from "../../../../src/chain/rpc/access/reader-gate.ts";
import { Sessions } from "../../../../src/chain/rpc/access/sessions.ts";
import { startRpcServer } from "../../../../src/chain/rpc/transport/server.ts";
import type { Hex } from "../../../../src/ground/protocol/hex.ts";

const READER: Hex = `0x${"aa".repeat(20)}`;
const CHAIN = 271n;
const LIFETIME_MS = 43_200_000;

test("attack: a WebSocket that stays open beyond its session receives nothing more, and is closed with 4401", async () => {
  const clock = { ms: 0 };
  const sessions = new Sessions({ nowMs: () => clock.ms });
  let tell: (notification: Notification) => void = () => undefined;
  const engine = {
    request: () => Promise.resolve("0x1"),
    onNotification(listener: typeof tell) {
      tell = listener;
      return () => undefined;
    },
  };
  const balance = (): Promise<string> => Promise.resolve("0x5");
  const server = await startRpcServer(
    { host: "127.0.0.1", port: 0 },
    {
      engine,
      methods: new Map([["eth_getBalance", balance]]),
      gate: readerGate({ chainId: CHAIN, readers: () => [READER] }),
      sessions,
    },
  );
  const headers = { authorization: `Bearer ${sessions.open(CHAIN, READER).token}` };
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}`, { headers });
  await once(socket, "open");
  const next = async (): Promise<Record<string, unknown>> => {
    const [message] = (await once(socket, "message")) as [Buffer];
    return JSON.parse(String(message)) as Record<string, unknown>;
  };
  const ask = (method: string, params: readonly unknown[]): Promise<Record<string, unknown>> => {
    const answer = next();
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
    return answer;
  };
  try {
    assert.equal((await ask("eth_subscribe", ["newHeads"]))["result"], "0x1");
    const told = next();
    tell({ subscription: "0x1", result: "a block" });
    assert.deepEqual((await told)["params"], { subscription: "0x1", result: "a block" });
    clock.ms = LIFETIME_MS;
    const { error } = (await ask("eth_getBalance", [])) as { readonly error?: { readonly data: unknown } };
    assert.deepEqual(error?.data, { code: "SessionUnknown" });
    const messages: unknown[] = [];
    socket.on("message", (message) => messages.push(message));
    const closed = once(socket, "close") as Promise<[number]>;
    tell({ subscription: "0x1", result: "a later block" });
    assert.equal((await closed)[0], 4_401);
    assert.deepEqual(messages, []);
  } finally {
    socket.terminate();
    await server.close();
  }
});
