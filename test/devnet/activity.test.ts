import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { ContractFactory, Interface, type JsonRpcProvider, type TransactionReceipt, type Wallet } from "ethers";
import hre from "hardhat";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { cacheNames } from "../../src/ecosystem/devnet/view/books/kept-names.ts";
import type { ActivityBlock, ActivityTransaction } from "../../src/ecosystem/devnet/view/feed/activity.ts";
import type { BatchInfo } from "../../src/ecosystem/devnet/view/batches/batch-on-l1.ts";
import type { SourceSteps } from "../../src/ecosystem/devnet/view/contracts/source-steps.ts";
import type { StorageChanges } from "../../src/ecosystem/devnet/view/contracts/storage-changes.ts";
import { contractNames } from "../../src/ecosystem/client/sending/revert-reason.ts";
import { projectNames } from "../../src/tool/plugin/project-names.ts";
import { ALICE, clientOf, ETHER, refusalOf, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const [A, B] = [271n, 272n];
const BOB = "0x00000000000000000000000000000000000b0b00";

describe("I11: recent activity of all chains, as text", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let alice: Wallet;
  let created: TransactionReceipt;
  let moved: TransactionReceipt;
  let failed: TransactionReceipt;
  let sent: Hex;
  const began = Date.now();
  const ask = (...params: unknown[]): Promise<ActivityBlock[]> =>
    client.send("hyperchain_activity", params) as Promise<ActivityBlock[]>;
  const all = async (): Promise<readonly (ActivityTransaction & { readonly chainId: number })[]> =>
    (await ask()).flatMap(({ chainId, transactions }) => transactions.map((each) => ({ ...each, chainId })));

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha" },
        { chainId: B, name: "beta", dataAvailability: "validium" },
      ],
      { proofs: "none", relayer: true, fundedAccounts: [ALICE, RELAYER] },
      { names: projectNames(hre.artifacts) },
    );
    client = clientOf(devnet.chains[0]!);
    alice = devnet.accounts.wallet(ALICE).connect(client) as unknown as Wallet;
    const { abi, bytecode } = await hre.artifacts.readArtifact("DevelopmentToken");
    const token = new Interface(abi);
    const contract = await new ContractFactory(abi, bytecode, alice).deploy("Money", "MNY", alice.address, 1_000n);
    created = (await contract.deploymentTransaction()!.wait())!;
    const pay = async (amount: bigint): Promise<TransactionReceipt> => {
      const data = token.encodeFunctionData("transfer", [BOB, amount]);
      const { hash } = await alice.sendTransaction({ to: created.contractAddress!, data, gasLimit: 200_000n });
      return (await client.getTransactionReceipt(hash))!;
    };
    moved = await pay(7n);
    failed = await pay(5_000n);
    sent = (await send(devnet.info(), { chain: A, to: { chain: B, account: BOB }, amount: 2n * ETHER }, alice)).transactionHash;
    await devnet.settle();
    await devnet.relay();
  });
  after(async () => {
    client?.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("a user's transaction is listed with its contract, its call, its events and its result", async () => {
    const transactions = await all();
    const paid = transactions.find(({ hash }) => hash === moved.hash)!;
    const from = alice.address.toLowerCase();
    const words = (text: string | undefined): string | undefined => text?.toLowerCase();
    const { call, events, ...rest } = paid;
    assert.deepEqual(rest, {
      hash: moved.hash,
      from,
      to: created.contractAddress!.toLowerCase(),
      by: "user",
      value: "0",
      selector: "0xa9059cbb",
      contract: "DevelopmentToken",
      succeeded: true,
      gasUsed: Number(moved.gasUsed),
      fee: moved.fee.toString(),
      chainId: 271,
    });
    assert.equal(words(call), `transfer(${BOB}, 7)`);
    assert.deepEqual(
      events.map(({ address, contract, event }) => [address, contract, words(event)]),
      [[created.contractAddress!.toLowerCase(), "DevelopmentToken", `transfer(${from}, ${BOB}, 7)`]],
    );
    const deployed = transactions.find(({ hash }) => hash === created.hash)!;
    assert.deepEqual(
      [deployed.created, deployed.to, deployed.contract],
      [created.contractAddress!.toLowerCase(), undefined, "DevelopmentToken"],
    );
    assert.equal(transactions.find(({ hash }) => hash === failed.hash)?.succeeded, false);
    assert.equal(transactions.find(({ hash }) => hash === sent)?.by, "user");
  });

  test("transactions of chains and their operators are distinct from those of users", async () => {
    const transactions = await all();
    const { operator, hyperchain } = devnet.info().chains[0]!;
    const settling = transactions.filter(({ from, to }) => from === operator && to === hyperchain);
    assert.ok(settling.length >= 2, "commit, and proof or execution, are on L1");
    assert.deepEqual(new Set(settling.map(({ by, chainId }) => `${by} ${chainId}`)), new Set([`chain ${devnet.l1.chainId}`]));
    const events = settling.flatMap((each) => each.events.map(({ event }) => event?.slice(0, event.indexOf("("))));
    assert.ok(events.includes("BlockCommit") && events.includes("BlockExecution"), events.join(", "));
    const users = transactions.filter(({ by }) => by === "user").map(({ hash }) => hash);
    assert.deepEqual(new Set(users), new Set([created.hash, moved.hash, failed.hash, sent]));
  });

  test("blocks say when they were told, by ranges too, and those of the set-up do not", async () => {
    const [block] = await ask([{ chain: "alpha", from: moved.blockNumber }]);
    assert.deepEqual([block?.number, block?.hash, block?.transactions.length], [moved.blockNumber, moved.blockHash, 1]);
    assert.ok(block?.at !== undefined && block.at >= began && block.at <= Date.now());
    const [genesis] = await ask([{ chain: 271, from: 0, to: 0 }]);
    assert.equal(genesis?.at, undefined);
    assert.deepEqual(await ask([{ chain: "alpha", from: 1_000_000 }]), []);
  });

  test("attack: a chain that only its readers may read is left out, and refused by name", async () => {
    assert.ok((await ask()).every(({ chainId }) => chainId !== 272));
    const { data } = await refusalOf(client, "hyperchain_activity", [[{ chain: "beta", from: 0 }]]);
    assert.equal(data?.code, "SessionRequired");
  });

  test("attack: a malformed range, or one of more than 200 blocks, is refused", async () => {
    for (const asked of [
      5,
      "alpha",
      [{ chain: "alpha" }],
      [{ chain: "alpha", from: -1 }],
      [{ chain: "alpha", from: 3, to: 2 }],
      [{ chain: "alpha", from: 0, to: 200 }],
      [null],
    ]) {
      assert.equal((await refusalOf(client, "hyperchain_activity", [asked])).code, -32_602, JSON.stringify(asked));
    }
    assert.equal((await refusalOf(client, "hyperchain_activity", [[{ chain: "gamma", from: 0 }]])).code, -32_602);
  });

  test("a transaction's lines are those of the project's source, from the function that was called into what it calls", async () => {
    const { sources, stops, more } = (await client.send("hyperchain_sourceSteps", ["alpha", moved.hash])) as SourceSteps;
    assert.equal(more, undefined);
    const [source] = sources;
    assert.equal(source?.name, "contracts/development/DevelopmentToken.sol");
    assert.equal(source.lines.join("\n"), readFileSync(source.name, "utf8").replaceAll("\r", ""));
    const passed = stops.map(({ line }) => source.lines[line - 1]?.trim());
    // In this order, by the source; what lies between them is not told.
    let from = 0;
    for (const text of ["_move(msg.sender, to, amount);", "uint256 balance = balanceOf[from];", "balanceOf[to] += amount;"]) {
      const at = passed.indexOf(text, from);
      assert.notEqual(at, -1, `${text} in ${passed.slice(from).join(" | ")}`);
      from = at;
    }
    assert.equal(stops[0]?.function, "DevelopmentToken.transfer");
    assert.ok(stops.every(({ level }) => level >= 0));
    const { code } = await refusalOf(client, "hyperchain_sourceSteps", ["gamma", moved.hash]);
    assert.equal(code, -32_602);
  });

  test("a transaction's changes of storage are listed by variables' names, on a chain and on L1", async () => {
    const changes = (await client.send("hyperchain_storageChanges", ["alpha", moved.hash])) as readonly StorageChanges[];
    const own = changes.find(({ address }) => address === created.contractAddress!.toLowerCase());
    assert.equal(own?.contract, "DevelopmentToken");
    const [from, to] = [alice.address.toLowerCase(), BOB];
    assert.deepEqual(
      own.changes.map(({ variable, type, before, after }) => [variable, type, before, after]).sort(),
      [
        [`balanceOf[${from}]`, "uint256", "1000", "993"],
        [`balanceOf[${to}]`, "uint256", "0", "7"],
      ].sort(),
    );
    const [failure] = (await client.send("hyperchain_storageChanges", ["alpha", failed.hash])) as readonly StorageChanges[];
    assert.equal(failure, undefined, "what fails changes nothing");
    const batch = (await client.send("hyperchain_batch", ["alpha", 0])) as BatchInfo;
    const l1 = (await client.send("hyperchain_storageChanges", [
      "l1",
      batch.l1.commit!.transactionHash,
    ])) as readonly StorageChanges[];
    const hyperchain = devnet.info().chains[0]!.hyperchain.toLowerCase();
    assert.ok(l1.find(({ address }) => address === hyperchain)!.changes.length > 0);
  });
});

test("names are read once, and again where something is unknown that a compiler may have made since", async () => {
  let reads = 0;
  let nowMs = 0;
  let abi: string[] = [];
  const names = cacheNames(
    async () => {
      reads++;
      return contractNames([abi]);
    },
    () => nowMs,
  );
  const selector = new Interface(["function mint()"]).encodeFunctionData("mint") as Hex;
  const look = () => names.find((known) => known.call(selector));
  assert.equal(await look(), undefined);
  abi = ["function mint()"];
  assert.deepEqual([await look(), reads], [undefined, 1]);
  nowMs = 6_000;
  assert.deepEqual([await look(), reads], ["mint()", 2]);
  nowMs = 60_000;
  assert.deepEqual([await look(), reads], ["mint()", 2]);
});
