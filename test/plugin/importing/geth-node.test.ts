import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { readSource } from "../../../src/tool/plugin/importing/read-source.ts";

const CHAIN = { name: "beta", chainId: 272 };
const [FIRST, SECOND] = [`0x${"0A".repeat(20)}`, `0x${"0b".repeat(20)}`] as const;
/** Hash of the account after a page's last one, 32 bytes in the encoding of geth's JSON: base64. */
const NEXT = Buffer.alloc(32, 0xab);

type Answers = Readonly<Record<string, (params: readonly unknown[]) => unknown>>;

/** A node that answers so; what it is asked, in order. */
async function serve(t: TestContext, answers: Answers): Promise<readonly [url: string, asked: unknown[][]]> {
  const asked: unknown[][] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { id, method, params = [] } = JSON.parse(body) as { id: number; method: string; params?: unknown[] };
      asked.push([method, ...params]);
      const answer = answers[method];
      const error = { code: -32_601, message: `the method ${method} does not exist/is not available` };
      response.end(JSON.stringify({ jsonrpc: "2.0", id, ...(answer === undefined ? { error } : { result: answer(params) }) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return [`http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked];
}

/** Answers in the format of geth's `eth/api_debug.go` and `core/state/dump.go`. */
const geth = (pages: Readonly<Record<string, unknown>>): Answers => ({
  web3_clientVersion: () => "Geth/v1.15.11-stable/linux-amd64/go1.24.2",
  eth_chainId: () => "0x539",
  eth_blockNumber: () => "0x10",
  debug_accountRange: ([, start]) => pages[start as string],
});

test("a running geth's accounts come page by page, of one block, with codes and storage", async (t) => {
  const [root, codeHash] = ["0x01", "0x02"];
  const first = { balance: "1000000000000000000", nonce: 7, root, codeHash, address: FIRST, key: "0x03" };
  const storage = { [`0x${"00".repeat(31)}05`]: "2a" };
  const second = { balance: "0", nonce: 1, root, codeHash, code: "0x6001", storage, address: SECOND, key: "0x04" };
  const [url, asked] = await serve(
    t,
    geth({
      "0x": { root: "aa", accounts: { [FIRST]: first }, next: NEXT.toString("base64") },
      [`0x${NEXT.toString("hex")}`]: { root: "aa", accounts: { [SECOND]: second } },
    }),
  );
  const { accounts, warnings } = await readSource(url, CHAIN);
  assert.deepEqual(accounts, [
    { address: FIRST.toLowerCase(), balanceWei: 10n ** 18n, nonce: 7n, code: "0x", storage: [] },
    { address: SECOND, balanceWei: 0n, nonce: 1n, code: "0x6001", storage: [[5n, 42n]] },
  ]);
  assert.match(warnings.join(), /it is of chain 1337, and beta is 272/);
  const ranges = asked.filter(([method]) => method === "debug_accountRange");
  assert.deepEqual(
    ranges.map(([, block, start, ...rest]) => [block, start, ...rest]),
    [
      ["0x10", "0x", 256, false, false, true],
      ["0x10", `0x${NEXT.toString("hex")}`, 256, false, false, true],
    ],
  );
});

test("refuses by name a geth that lacks the address of an account, returns no accounts, or returns unlimited ones", async (t) => {
  const [nameless] = await serve(t, geth({ "0x": { accounts: { "pre(0x01)": { balance: "1", nonce: 0 } } } }));
  await assert.rejects(readSource(nameless, CHAIN), /"pre\(0x01\)" is not an address; geth dump knows addresses only/);
  const { debug_accountRange: _, ...closed } = geth({});
  const [silent] = await serve(t, closed);
  await assert.rejects(readSource(silent, CHAIN), /does not tell its accounts .*; start geth with --http\.api eth,web3,debug/);
  const page = { accounts: {}, next: NEXT.toString("base64") };
  const [endless] = await serve(t, geth({ "0x": page, [`0x${NEXT.toString("hex")}`]: page }));
  await assert.rejects(readSource(endless, CHAIN), /tells the accounts behind 0x(ab){32} from 0x(ab){32} on again/);
});
