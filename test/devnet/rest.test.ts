import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { Interface, type JsonRpcProvider } from "ethers";
import { MAX_WAITS } from "../../src/chain/rest/transactions.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content: { readonly "application/json": { readonly schema: { readonly $ref: string } } } }>
  >;
}

interface Description extends Record<string, unknown> {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly body: Record<string, unknown>;
}

const [A, B] = [271n, 272n];
const UNKNOWN = `0x${"5e".repeat(32)}`;

describe("E1: REST in addition to JSON-RPC", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let url: string;
  let description: Description;
  const validators = new Ajv2020({ strict: true, allErrors: true });
  formats.default(validators);

  before(async () => {
    const nodes = { chainId: B, name: "beta", sequencing: { by: "bft", nodes: 4 } } as const;
    devnet = await startFlowDevnet([{ chainId: A, name: "alpha" }, nodes], { proofs: "none" });
    client = clientOf(devnet.chains[0]!);
    url = devnet.chains[0]!.url;
    await devnet.settle(A);
    description = (await (await fetch(`${url}/openapi.json`)).json()) as Description;
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** Asks, and holds every answer to the description. */
  async function ask(template: string, path: string, init: RequestInit = {}, server = url): Promise<Answer> {
    const response = await fetch(`${server}${path}`, init);
    const body = (await response.json()) as Record<string, unknown>;
    const method = (init.method ?? "GET").toLowerCase();
    const reference = description.paths[template]?.[method]?.responses[response.status]?.content["application/json"].schema.$ref;
    const schema = description.components.schemas[reference?.replace("#/components/schemas/", "") ?? ""];
    assert.ok(schema !== undefined, `${template} describes no status ${response.status}`);
    assert.ok(validators.validate(schema, body), `${path}: ${JSON.stringify(validators.errors)} in ${JSON.stringify(body)}`);
    return { status: response.status, location: response.headers.get("location"), body };
  }
  const send = (body: string, query = ""): Promise<Answer> =>
    ask("/transactions", `/transactions${query}`, { method: "POST", body, headers: { "content-type": "application/json" } });
  async function signed(value: bigint, nonce?: number): Promise<string> {
    const wallet = devnet.accounts.wallet(ALICE).connect(client);
    const to = devnet.accounts.wallet(BOB).address;
    const raw = await wallet.signTransaction(
      await wallet.populateTransaction({ to, value, ...(nonce === undefined ? {} : { nonce }) }),
    );
    return JSON.stringify({ raw });
  }
  const codeOf = ({ status, body }: Answer): readonly [number, unknown] => [
    status,
    (body["error"] as { readonly code: unknown } | undefined)?.code,
  ];

  test("describes itself in OpenAPI 3.1, as an independent validator reads it", async () => {
    const validator = new Validator();
    assert.deepEqual(await validator.validate(structuredClone(description)), { valid: true });
    assert.equal(validator.version, "3.1");
    assert.deepEqual(Object.keys(description.paths).sort(), [
      "/accounts/{address}",
      "/batches/{batch}",
      "/blocks/{block}",
      "/nodes",
      "/transactions",
      "/transactions/{hash}",
      "/views",
      "/views/{sender}/{data}",
    ]);
  });

  test("a transaction is sent, and followed until L1 has executed its batch", async () => {
    const sent = await send(await signed(3n * ETHER), "?wait=included");
    const { hash } = sent.body as { readonly hash: string };
    assert.deepEqual([sent.status, sent.location, sent.body["stage"]], [201, `/transactions/${hash}`, "included"]);
    const receipt = await client.getTransactionReceipt(hash);
    assert.ok(receipt !== null);
    const path = `/transactions/${hash}`;
    const included = await ask("/transactions/{hash}", `${path}?wait=executed&seconds=0`);
    assert.equal(included.status, 202);
    assert.deepEqual(
      [included.body["stage"], included.body["block"], included.body["valueWei"]],
      ["included", receipt.blockNumber, String(3n * ETHER)],
    );
    assert.equal((included.body["receipt"] as { readonly gasUsed: number }).gasUsed, Number(receipt.gasUsed));

    const waiting = ask("/transactions/{hash}", `${path}?wait=executed`);
    const [settled] = await devnet.settle(A);
    const executed = await waiting;
    assert.deepEqual([executed.status, executed.body["stage"]], [200, "executed"]);
    const batch = await ask("/batches/{batch}", `/batches/${String(executed.body["batch"])}`);
    assert.equal(batch.body["stage"], "executed");
    assert.equal(batch.body["number"], Number(settled?.batchNumber));
    const { transactionHash } = batch.body["executed"] as { readonly transactionHash: string };
    const onL1 = await devnet.l1.provider.getTransactionReceipt(transactionHash);
    assert.equal(onL1?.to?.toLowerCase(), devnet.chains[0]!.pipeline.created.hyperchain);
    assert.deepEqual(executed.body["l1"], {
      committed: (batch.body["committed"] as { readonly transactionHash: string }).transactionHash,
      proven: (batch.body["proven"] as { readonly transactionHash: string }).transactionHash,
      executed: transactionHash,
    });
    const block = await ask("/blocks/{block}", `/blocks/${receipt.blockNumber}`);
    assert.deepEqual(
      [block.body["hash"], block.body["batch"], block.body["stage"], block.body["transactions"]],
      [receipt.blockHash, batch.body["number"], "executed", [hash]],
    );
    assert.deepEqual((await ask("/blocks/{block}", `/blocks/${receipt.blockHash}`)).body, block.body);
    assert.equal((await ask("/batches/{batch}", "/batches/latest")).body["number"], batch.body["number"]);
  });

  test("an account is read at a block, one that was never used as empty", async () => {
    const address = devnet.accounts.wallet(BOB).address.toLowerCase();
    const before = await client.getBlockNumber();
    const balance = await client.getBalance(address);
    await send(await signed(7n), "?wait=included");
    const earlier = await ask("/accounts/{address}", `/accounts/${address}?block=${before}`);
    assert.deepEqual(earlier.body, { address, block: before, balanceWei: String(balance), nonce: 0, codeBytes: 0 });
    assert.equal((await ask("/accounts/{address}", `/accounts/${address}`)).body["balanceWei"], String(balance + 7n));
    const predeploy = `0x${"00".repeat(17)}010008`;
    assert.ok(((await ask("/accounts/{address}", `/accounts/${predeploy}`)).body["codeBytes"] as number) > 100);
    const unused = `0x${"7e".repeat(20)}`;
    assert.equal((await ask("/accounts/{address}", `/accounts/${unused}`)).body["balanceWei"], "0");
  });

  test("nodes are shown with leader, view, faults and evidence, and a chain with one sequencer has none", async () => {
    const beta = devnet.chains[1]!;
    const request = (method: string, ...params: readonly unknown[]): Promise<unknown> =>
      beta.provider.request({ method, params: [...params] });
    const nodes = async (): Promise<Record<string, unknown>> => (await ask("/nodes", "/nodes", {}, beta.url)).body;
    const setFault = (fault: object): Promise<unknown> => request("hyperchain_setFault", { chainId: Number(B), ...fault });
    assert.deepEqual(await nodes(), await request("hyperchain_nodes"));
    const { leader, view, quorum } = await nodes();
    assert.deepEqual([leader, quorum], [Number(view) % 4, 3]);
    await setFault({ type: "node", node: 1, condition: "crashed" });
    await setFault({ type: "withhold", node: 0, from: [2, 3] });
    await setFault({ type: "lag", node: 2, ms: 5 });
    await setFault({
      type: "partition",
      groups: [
        [0, 1],
        [2, 3],
      ],
    });
    const { groups, members } = await nodes();
    assert.deepEqual(groups, [
      [0, 1],
      [2, 3],
    ]);
    const [first, second, third] = members as readonly Record<string, unknown>[];
    assert.deepEqual([first?.["withholdsFrom"], second?.["condition"], second?.["view"]], [[2, 3], "crashed", undefined]);
    assert.equal(third?.["lagMs"], 5);
    await setFault({ type: "clear" });
    assert.deepEqual(codeOf(await ask("/nodes", "/nodes")), [404, "NotFound"]);
    assert.equal(await client.send("hyperchain_nodes", []), null);
  });

  test("what is not there, malformed or refused has a status and a code that name it", async () => {
    assert.deepEqual(codeOf(await ask("/transactions/{hash}", `/transactions/${UNKNOWN}`)), [404, "NotFound"]);
    assert.deepEqual(codeOf(await ask("/blocks/{block}", "/blocks/999999999")), [404, "NotFound"]);
    assert.deepEqual(codeOf(await ask("/batches/{batch}", "/batches/999999999")), [404, "NotFound"]);
    for (const path of ["0x12", "-1", "%00", "1e3", "pending"])
      assert.deepEqual(codeOf(await ask("/blocks/{block}", `/blocks/${path}`)), [400, "Invalid"], path);
    for (const path of ["first", "0x1", "99999999999999999999"])
      assert.deepEqual(codeOf(await ask("/batches/{batch}", `/batches/${path}`)), [400, "Invalid"], path);
    assert.deepEqual(codeOf(await ask("/accounts/{address}", "/accounts/0x12")), [400, "Invalid"]);
    assert.deepEqual(codeOf(await ask("/accounts/{address}", `/accounts/0x${"11".repeat(20)}?block=a&block=b`)), [
      400,
      "Invalid",
    ]);
    assert.deepEqual(codeOf(await ask("/transactions/{hash}", "/transactions/0x12")), [400, "Invalid"]);
    for (const body of ["", "{", "[]", "7", '{"raw":5}', '{"raw":"0x"}', '{"raw":"0x0102"}', '{"raw":"0xzz"}'])
      assert.deepEqual((await send(body)).status, 400, body);
    assert.deepEqual(codeOf(await send(await signed(1n, 0))), [422, "NonceTooLow"]);
    const nonce = await client.getTransactionCount(devnet.accounts.wallet(ALICE).address);
    for (const query of ["?wait=soon", "?wait=included&seconds=-1", "?wait=included&wait=executed"])
      assert.deepEqual(codeOf(await send(await signed(1n), query)), [400, "Invalid"], query);
    assert.equal(await client.getTransactionCount(devnet.accounts.wallet(ALICE).address), nonce);
  });

  test("C5, ERC-3668: an unknown lookup of CrossChainViews is refused by name, in its clients' form also", async () => {
    const views = PREDEPLOYS.CrossChainViews;
    const gateway = new Interface(["function viewSlot(uint256,address,uint256,uint64)"]);
    const call = gateway.encodeFunctionData("viewSlot", [A, views, 0n, 0n]);
    // This ecosystem has no other chain, so this one has no root of another.
    const asked: readonly (readonly [sender: string, data: string, status: number, code: string])[] = [
      [views, call, 422, "NotImported"],
      [views, gateway.encodeFunctionData("viewSlot", [2n ** 255n, views, 0n, 0n]), 400, "UnknownChain"],
      [UNKNOWN.slice(0, 42), call, 400, "NotALookup"],
      [views, `0x12345678${call.slice(10)}`, 400, "NotALookup"],
      [views, call.slice(0, -2), 400, "NotALookup"],
      [views, `${call}00`, 400, "NotALookup"],
      [views, `${call}${"00".repeat(2_000)}`, 400, "NotALookup"],
      // A time, and an account, of more bits than their types have.
      [views, `${call.slice(0, -64)}${"1".padEnd(64, "0")}`, 400, "NotALookup"],
      [views, `${call.slice(0, 74)}1${call.slice(75)}`, 400, "NotALookup"],
      [views, "0xzz", 400, "Invalid"],
      ["views", call, 400, "Invalid"],
    ];
    for (const [sender, data, status, code] of asked) {
      const answer = await ask("/views/{sender}/{data}", `/views/${sender}/${data}`);
      assert.deepEqual(codeOf(answer), [status, code], data);
      assert.equal(answer.body["message"], (answer.body["error"] as { readonly message: string }).message);
      const posted = await ask("/views", "/views", { method: "POST", body: JSON.stringify({ sender, data }) });
      assert.deepEqual(codeOf(posted), [status, code], data);
    }
    for (const body of ["", "[]", "7", "null", "{}", `{"sender":"${views}"}`, `{"sender":"${views}","data":["${call}"]}`])
      assert.deepEqual(codeOf(await ask("/views", "/views", { method: "POST", body })), [400, "Invalid"], body);
  });

  test("a page of another origin is refused before anything is done, and its own get their headers", async () => {
    const nonce = await client.getTransactionCount(devnet.accounts.wallet(ALICE).address);
    const init = { method: "POST", body: await signed(1n), headers: { origin: "https://elsewhere.example" } };
    assert.equal((await fetch(`${url}/transactions`, init)).status, 403);
    assert.equal(await client.getTransactionCount(devnet.accounts.wallet(ALICE).address), nonce);
    const own = await fetch(`${url}/blocks/latest`, { headers: { origin: "http://localhost:5173" } });
    assert.equal(own.headers.get("access-control-allow-origin"), "http://localhost:5173");
    await own.body?.cancel();
  });

  test("a bounded number of requests wait at a time, and the others get the current data immediately", async () => {
    const sent = await send(await signed(1n), "?wait=included");
    const path = `/transactions/${String(sent.body["hash"])}`;
    const agents = Array.from({ length: MAX_WAITS + 1 }, () => fetch(`${url}${path}?wait=executed&seconds=60`));
    // Only what is not waiting is answered: until the batch is settled, that is one of them.
    const first = await Promise.race(agents);
    assert.equal(first.status, 202);
    await devnet.settle(A);
    const statuses = (await Promise.all(agents)).map(({ status }) => status);
    assert.deepEqual([statuses.filter((status) => status === 200).length, statuses.length], [MAX_WAITS, MAX_WAITS + 1]);
    for (const response of await Promise.all(agents)) await response.body?.cancel();
  });

  test("a client that goes while it waits is forgotten, and JSON-RPC is answered on every other path", async () => {
    const sent = await send(await signed(1n), "?wait=included");
    const leaving = new AbortController();
    const waiting = fetch(`${url}/transactions/${String(sent.body["hash"])}?wait=executed`, { signal: leaving.signal });
    leaving.abort();
    await assert.rejects(waiting, { name: "AbortError" });
    const response = await fetch(`${url}/any/path`, {
      method: "POST",
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
    });
    assert.deepEqual(await response.json(), { jsonrpc: "2.0", id: 1, result: "0x10f" });
    const elsewhere = await fetch(`${url}/elsewhere`);
    assert.equal(elsewhere.status, 405);
    assert.match(await elsewhere.text(), /GET \/openapi\.json/);
  });
});
