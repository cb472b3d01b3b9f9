import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startPastServer, type PastServer } from "../../src/chain/past/past-server.ts";
import { PastBlocks } from "../../src/chain/past/told-blocks.ts";
import { encodeState } from "../../src/chain/witness/state-bytes.ts";
import { L1History } from "../../src/ecosystem/devnet/l1/past/l1-history.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const hashOf = (number: number): Hex => `0x${String(number).padStart(64, "0")}`;
const told = (number: number, receipts: unknown = []): string =>
  JSON.stringify({ block: { hash: hashOf(number), transactions: [] }, receipts });

/** Real block 0, and others that a damaged disk or a stranger's dump may contain. */
const TEXTS = [told(0), "{", "null", told(7), told(4, [{}]), told(5, {})];

let server: PastServer;

before(async () => {
  const names = TEXTS.map((_, number) => ({ hash: hashOf(number), transactions: [] }));
  const history = new L1History();
  history.add({ chainId: 1, blocks: [{ hash: hashOf(0), transactions: [] }], accounts: [], slots: [], waits: false });
  server = await startPastServer(
    { chainId: 1, head: BigInt(TEXTS.length - 1), state: encodeState(history.update()) },
    new PastBlocks(names, (number) => TEXTS[number]),
  );
});
after(() => server.close());

async function ask(method: string, ...params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  return (await fetch(server.url, { method: "POST", body })).json();
}

test("a damaged block fails the requests that need it, by name, and the process and all others continue", async () => {
  const failure = (number: number) => ({
    jsonrpc: "2.0",
    id: 1,
    error: {
      code: -32_603,
      message: `what is kept as block ${number} is not block ${hashOf(number)}; restore a copy of the folder`,
    },
  });
  for (let number = 1; number < TEXTS.length; number++)
    assert.deepEqual(await ask("eth_getBlockByNumber", `0x${number}`, false), failure(number));
  assert.deepEqual(await ask("eth_getLogs", { fromBlock: "0x0", toBlock: "0x5" }), failure(1));
  const result = { hash: hashOf(0), transactions: [] };
  assert.deepEqual(await ask("eth_getBlockByNumber", "0x0", false), { jsonrpc: "2.0", id: 1, result });
});
