import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

const SERVER = new URL("../../../src/chain/rpc/transport/server.ts", import.meta.url);
const LONGEST_MS = 20_000;
/** A process with a server in the background, which waits for a line of its input. */
const BODY = `
  const { startRpcServer } = await import(${JSON.stringify(SERVER.href)});
  const engine = { onNotification: () => () => undefined };
  const { port } = await startRpcServer({ host: "127.0.0.1", port: 0, inBackground: true }, { engine, methods: new Map() });
  console.log(port);
  process.stdin.once("data", () => process.stdin.destroy());
`;

test("a process ends while other processes are connected to its server in the background", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", BODY], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const client = connect(Number(line.toString("utf8")), "127.0.0.1");
  client.on("error", () => undefined);
  await once(client, "connect");
  const body = '{"jsonrpc":"2.0","id":1,"method":"none"}';
  client.write(
    `POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await once(client, "data");
  child.stdin.write("end\n");
  const late = pause(LONGEST_MS, "it still runs", { ref: false });
  try {
    assert.deepEqual(await Promise.race([exited, late]), [0, null]);
  } finally {
    child.kill("SIGKILL");
    client.destroy();
  }
});
