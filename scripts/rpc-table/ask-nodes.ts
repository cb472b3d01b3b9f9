// Asks Hardhat's node and anvil which methods they have: node scripts/rpc-table/ask-nodes.ts <path of anvil>. Writes
// fixtures/rpc-methods.json.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { askHardhat, methodsOf, probe } from "./ask-hardhat.ts";
import type { NodeError, Send } from "./probed-node.ts";
import type { NodeAnswer } from "./table.ts";

async function askAnvil(path: string): Promise<NodeAnswer> {
  const anvil = spawn(path, ["--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  const url = await new Promise<string>((resolve) => {
    anvil.stdout.on("data", (text: Buffer) => {
      output += text.toString();
      const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    });
  });
  const send: Send = async (method, ...params) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    const answer = (await response.json()) as { readonly result?: unknown; readonly error?: NodeError };
    // A NodeError, as Hardhat's provider throws one.
    if (answer.error !== undefined) throw answer.error;
    return answer.result;
  };
  const methods = await methodsOf(await probe(send));
  const version = String(await send("web3_clientVersion"));
  anvil.kill();
  await once(anvil, "exit");
  return { version, methods };
}

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("name anvil's program: node scripts/rpc-table/ask-nodes.ts <path>");
const answers = { hardhat: await askHardhat(), anvil: await askAnvil(path) };
writeFileSync(new URL("../../fixtures/rpc-methods.json", import.meta.url), `${JSON.stringify(answers, null, 2)}\n`);
