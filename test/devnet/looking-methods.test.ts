import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, Interface, type JsonRpcProvider, type TransactionReceipt, type Wallet } from "ethers";
import hre from "hardhat";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import type { AccountHistory } from "../../src/ecosystem/devnet/view/feed/account-history.ts";
import type { BatchSummary } from "../../src/ecosystem/devnet/view/batches/batch-info.ts";
import type { BatchInfo } from "../../src/ecosystem/devnet/view/batches/batch-on-l1.ts";
import type { Description } from "../../src/ecosystem/devnet/view/books/describe.ts";
import type { MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { BatchProofInfo } from "../../src/ecosystem/devnet/view/batches/proof-on-l1.ts";
import type { Found } from "../../src/ecosystem/devnet/view/looking/search.ts";
import { projectNames } from "../../src/tool/plugin/project-names.ts";
import { ALICE, clientOf, ETHER, refusalOf, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const [A, B] = [271n, 272n];
const BOB = "0x00000000000000000000000000000000000b0b00";
const SUPPLY = 1_000n;

describe("I3: what a page asks of the whole ecosystem", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let alice: Wallet;
  let created: TransactionReceipt;
  let moved: TransactionReceipt;
  let token: Interface;
  const ask = async <T>(method: string, ...params: unknown[]): Promise<T> => (await client.send(method, params)) as T;
  const refusal = (method: string, ...params: unknown[]) => refusalOf(client, method, params);

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha" },
        { chainId: B, name: "beta" },
      ],
      { proofs: "none", relayer: true, fundedAccounts: [ALICE, RELAYER] },
      { names: projectNames(hre.artifacts) },
    );
    client = clientOf(devnet.chains[0]!);
    alice = devnet.accounts.wallet(ALICE).connect(client) as unknown as Wallet;
    const { abi, bytecode } = await hre.artifacts.readArtifact("DevelopmentToken");
    token = new Interface(abi);
    const contract = await new ContractFactory(abi, bytecode, alice).deploy("Money", "MNY", alice.address, SUPPLY);
    created = (await contract.deploymentTransaction()!.wait())!;
    const data = token.encodeFunctionData("transfer", [BOB, 7n]);
    moved = (await (await alice.sendTransaction({ to: created.contractAddress!, data })).wait())!;
    await send(devnet.info(), { chain: A, to: { chain: B, account: BOB }, amount: 2n * ETHER }, alice);
    await devnet.settle();
    await devnet.relay();
  });
  after(async () => {
    client?.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("calls, events, reverts and contracts are described by the project's artifacts, and by the protocol's", async () => {
    const transfer = token.encodeFunctionData("transfer", [BOB, 7n]);
    const [log] = moved.logs;
    const tooSmall = token.encodeErrorResult("BalanceTooSmall", [BOB, 7n, 8n]);
    const finalize = new Interface(["function finalizeDeposit(uint256 chainId)"]).encodeFunctionData("finalizeDeposit", [1n]);
    const described = await ask<Description[]>("hyperchain_describe", [
      { input: transfer },
      { topics: log!.topics, data: log!.data },
      { output: tooSmall },
      { chain: "alpha", address: created.contractAddress },
      { chain: 272, address: created.contractAddress },
      { input: finalize },
      { input: `${transfer.slice(0, 10)}${"00".repeat(20_000)}` },
    ]);
    const [, , , { contract } = {}] = described;
    const from = alice.address.toLowerCase();
    assert.equal(described[0]?.call?.toLowerCase(), `transfer(${BOB}, 7)`);
    assert.equal(described[1]?.event?.toLowerCase(), `transfer(${from}, ${BOB}, 7)`);
    assert.equal(described[2]?.reason?.toLowerCase(), `with balancetoosmall(${BOB}, 7, 8)`);
    assert.equal(contract?.name, "DevelopmentToken");
    assert.deepEqual(new Interface(contract.abi as string[]).fragments.length, token.fragments.length);
    assert.deepEqual(described.slice(4), [{}, {}, { call: "transfer(…)" }]);
    const [protocol] = await ask<Description[]>("hyperchain_describe", [
      {
        input: new Interface(["function onInteropResult(bytes32,bool,bytes)"]).encodeFunctionData("onInteropResult", [
          `0x${"11".repeat(32)}`,
          true,
          "0x",
        ]),
      },
    ]);
    assert.equal(protocol?.call, `onInteropResult(0x${"11".repeat(32)}, true, 0x)`);
  });

  test("the steps of a message have the times of the members on which they were done", async () => {
    const [sent] = await devnet.messages();
    const message = await ask<MessageInfo>("hyperchain_message", sent!.messageHash);
    assert.ok(message.steps.length >= 6);
    for (const { step, chainId, transactionHash, timestamp, account } of message.steps) {
      const chain = devnet.chains.find((each) => Number(each.chainId) === chainId);
      const provider =
        chain === undefined
          ? devnet.l1
          : { request: (method: string, params: unknown[]) => chain.provider.request({ method, params }) };
      const receipt = (await provider.request("eth_getTransactionReceipt", [transactionHash])) as {
        blockHash: string;
        from: string;
      };
      const block = (await provider.request("eth_getBlockByHash", [receipt.blockHash, false])) as { timestamp: string };
      assert.equal(timestamp, Number(block.timestamp));
      assert.equal(account, step === "delivered" ? receipt.from : undefined);
    }
  });

  test("batches come newest first and in pages, with their stage and L1's transactions", async () => {
    const all = await ask<BatchSummary[]>("hyperchain_batches", "beta");
    const { batches } = (await devnet.status()).chains[1]!;
    assert.deepEqual(
      all.map(({ number }) => number),
      Array.from({ length: batches.sealed }, (_, i) => batches.sealed - 1 - i),
    );
    assert.deepEqual(await ask("hyperchain_batches", "beta", all[0]!.number, 1), all.slice(1, 2));
    const first = await ask<BatchInfo>("hyperchain_batch", "alpha", 0);
    assert.deepEqual([first.stage, first.firstBlock, first.transactions], ["executed", 1, 3]);
    for (const [stage, event] of [
      ["commit", "BlockCommit"],
      ["prove", "BatchProven"],
      ["execute", "BlockExecution"],
    ] as const) {
      const { hyperchain } = devnet.info().chains[0]!;
      const { abi } = await hre.artifacts.readArtifact("IHyperchain");
      const receipt = await devnet.l1.provider.getTransactionReceipt(first.l1[stage]!.transactionHash);
      const topic = new Interface(abi).getEvent(event)!.topicHash;
      assert.ok(
        receipt!.logs.some((log) => log.address.toLowerCase() === hyperchain && log.topics[0] === topic),
        event,
      );
      assert.equal(first.l1[stage]!.timestamp, (await devnet.l1.provider.getBlock(receipt!.blockNumber))!.timestamp);
    }
    assert.equal(await ask("hyperchain_batch", "alpha", 99), null);
    for (const stage of ["commit", "prove", "execute"] as const) {
      const receipt = await devnet.l1.provider.getTransactionReceipt(first.l1[stage]!.transactionHash);
      assert.equal(first.l1Gas[stage], Number(receipt!.gasUsed));
    }
    const proof = await ask<BatchProofInfo>("hyperchain_proof", "alpha", 0);
    assert.deepEqual([proof.isProven, proof.protocolVersion], [false, first.protocolVersion]);
    assert.equal(proof.checked.transactionHash, first.l1.prove!.transactionHash);
    assert.equal(await ask("hyperchain_proof", "alpha", 99), null);
  });

  test("an account's history goes over all chains, newest first, in pages that leave nothing out and repeat nothing", async () => {
    const whole = await ask<AccountHistory>("hyperchain_history", alice.address);
    assert.equal(whole.next, undefined);
    const hashes = whole.transactions.map(({ transactionHash }) => transactionHash);
    assert.ok(hashes.includes(created.hash as `0x${string}`) && hashes.includes(moved.hash as `0x${string}`));
    assert.deepEqual(new Set(whole.transactions.map(({ chainId }) => chainId)), new Set([271, 272]));
    const times = whole.transactions.map(({ timestamp }) => timestamp);
    assert.deepEqual(
      times,
      [...times].sort((a, b) => b - a),
    );
    const paged: string[] = [];
    let before: AccountHistory["next"];
    do {
      const page = await ask<AccountHistory>("hyperchain_history", alice.address, before ?? null, 1);
      // The last page can be empty: whether anything is left shows only by looking.
      assert.ok(page.transactions.length > 0 || page.next === undefined);
      paged.push(...page.transactions.map(({ transactionHash }) => transactionHash));
      before = page.next;
    } while (before !== undefined);
    assert.deepEqual([...paged].sort(), [...hashes].sort());
  });

  test("a search finds chains, addresses, blocks, batches, transactions and messages of all members", async () => {
    const [message] = await devnet.messages();
    const { messageHash, steps } = message!;
    const settled = steps.find(({ step }) => step === "settled")!.transactionHash;
    assert.deepEqual(await ask<Found[]>("hyperchain_search", "beta"), [{ type: "chain", chainId: 272 }]);
    assert.deepEqual(await ask("hyperchain_search", BOB), [{ type: "address", address: BOB }]);
    assert.deepEqual(await ask("hyperchain_search", moved.hash), [
      { type: "transaction", chainId: 271, transactionHash: moved.hash },
    ]);
    assert.deepEqual(await ask("hyperchain_search", moved.blockHash), [
      { type: "block", chainId: 271, number: moved.blockNumber },
    ]);
    assert.deepEqual(await ask("hyperchain_search", messageHash), [{ type: "message", sourceChainId: 271, messageHash }]);
    assert.deepEqual(await ask("hyperchain_search", settled), [
      { type: "transaction", chainId: Number(devnet.l1.chainId), transactionHash: settled },
    ]);
    assert.deepEqual(await ask("hyperchain_search", "1"), [
      { type: "block", chainId: Number(devnet.l1.chainId), number: 1 },
      { type: "block", chainId: 271, number: 1 },
      { type: "block", chainId: 272, number: 1 },
    ]);
    const zero = await ask<Found[]>("hyperchain_search", "0");
    assert.deepEqual(
      zero.filter(({ type }) => type === "batch"),
      [271, 272].map((chainId) => ({ type: "batch", chainId, number: 0 })),
    );
    assert.deepEqual(await ask("hyperchain_search", "272/0"), [
      { type: "block", chainId: 272, number: 0 },
      { type: "batch", chainId: 272, number: 0 },
    ]);
    assert.deepEqual(await ask("hyperchain_search", "beta/batch/0"), [{ type: "batch", chainId: 272, number: 0 }]);
    for (const text of ["no such thing", "gamma/0", "beta/batch/", "/0"])
      assert.deepEqual(await ask("hyperchain_search", text), []);
  });

  test("a wallet shows what an account has on every member", async () => {
    const { members, inFlight } = await ask<{
      members: { name: string; tokens: { symbol: string; amount: string }[] }[];
      inFlight: unknown[];
    }>("hyperchain_wallet", BOB);
    assert.deepEqual(
      members.map(({ name, tokens }) => [name, tokens[0]?.symbol, tokens[0]?.amount]),
      [
        ["l1", "ETH", "0"],
        ["alpha", "ETH", "0"],
        ["beta", "ETH", String(2n * ETHER)],
      ],
    );
    assert.deepEqual(inFlight, []);
  });

  test("attack: nonsense gets a named refusal from each of them, and nothing breaks", async () => {
    const long = `0x${"f".repeat(64)}`;
    const nonsense: readonly unknown[] = [
      ...[null, true, -1, 1.5, 2 ** 53, 1e300, "", "0x", "0xg", "🦄", "__proto__", long, [], [[]], [null], {}, { chain: {} }],
      ...[
        { length: 5 },
        Array.from({ length: 101 }, () => ({ input: "0x" })),
        [{ input: "0x0" }],
        [{ topics: [5] }],
        { "271": -1 },
      ],
      ...[{ __proto__: null, "999": 1 }, [{ chain: { toString: 1 }, address: BOB }], [{ output: `0x${"00".repeat(60_000)}` }]],
    ];
    for (const method of ["batches", "batch", "describe", "history", "proof", "search", "wallet", "message", "prepare", "read"]) {
      const lists = nonsense.flatMap((value) => [
        [value],
        ["alpha", value],
        [BOB, value],
        [BOB, null, value],
        ["alpha", 1, value],
      ]);
      for (const params of lists) {
        const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: `hyperchain_${method}`, params });
        const answer = (await (await fetch(devnet.chains[0]!.url, { method: "POST", body })).json()) as {
          result?: unknown;
          error?: { code: number; message: string };
        };
        assert.ok(
          answer.result !== undefined || [-32602, -32005].includes(answer.error?.code ?? 0),
          `${method} ${body.slice(0, 200)}: ${JSON.stringify(answer).slice(0, 300)}`,
        );
      }
    }
    assert.equal((await refusal("hyperchain_batches", "gamma")).code, -32602);
    assert.equal(
      (
        await refusal(
          "hyperchain_describe",
          Array.from({ length: 101 }, () => ({ input: "0x" })),
        )
      ).code,
      -32602,
    );
    assert.equal(await ask("eth_chainId"), "0x10f");
  });
});
