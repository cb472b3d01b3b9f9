import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { Contract, ContractFactory, getBytes, Interface, keccak256, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { WebSocket } from "ws";
import type { Browser, Page } from "playwright-core";
import { createStateTransitionSystem } from "../../src/proofs/circuits/state-transition/state-transition-system.ts";
import type { FeedEntry } from "../../src/chain/rpc/transport/feed.ts";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import type { BatchProofInfo, ChangesProofInfo } from "../../src/ecosystem/devnet/view/batches/proof-on-l1.ts";
import { projectNames } from "../../src/tool/plugin/project-names.ts";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import { ALICE, clientOf, ETHER, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { verify } from "../../src/proofs/stark/proofs/verify.ts";
import { PHASES, phaseWords } from "../../page/proof-phases.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { violations } from "./support/violations.ts";

const BOB = "0x00000000000000000000000000000000000b0b00";

/** Deploys a contract that reverts whatever it is asked: PUSH1 0, PUSH1 0, REVERT. */
const REVERTS = "0x6460006000fd6000526005601bf3";

describe("I3: the page in a real browser, with an ecosystem with real proofs", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let page: PageServer;
  let tab: Page;
  let client: JsonRpcProvider;
  let reverting: Hex;
  /** Transactions with a contract of the project: one moves 7 of its tokens, one would move more than there are. */
  let moved: string;
  let refused: string;
  let money: string;
  /** Complaints of the browser: scripts that the policy refuses, and errors. */
  const complaints: string[] = [];
  const open = async (route: string): Promise<void> => void (await tab.goto(`${page.url}/#/${route}`));
  const reads = (text: string | RegExp): Promise<void> => tab.getByText(text).first().waitFor();

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, name: "alpha" },
        { chainId: 272n, name: "beta" },
      ],
      { relayer: true, fundedAccounts: [ALICE, RELAYER] },
      { names: projectNames(hre.artifacts) },
    );
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
    client = clientOf(devnet.chains[0]!);
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    const info = devnet.info();
    await send(info, { chain: 271n, to: { chain: 272n, account: BOB }, amount: 2n * ETHER }, alice);
    const onBeta = clientOf(devnet.chains[1]!);
    const deployed = await devnet.accounts.wallet(ALICE).connect(onBeta).sendTransaction({ data: REVERTS });
    reverting = (await deployed.wait())!.contractAddress!.toLowerCase() as Hex;
    onBeta.destroy();
    const { abi, bytecode } = await hre.artifacts.readArtifact("DevelopmentToken");
    const token = await new ContractFactory(abi, bytecode, alice).deploy("Money", "MNY", alice.address, 1_000n);
    money = (await token.waitForDeployment()).target as string;
    const transfer = async (amount: bigint): Promise<string> => {
      const data = new Interface(abi).encodeFunctionData("transfer", [BOB, amount]);
      const { hash } = await alice.sendTransaction({ to: money, data, gasLimit: 200_000n });
      await client.waitForTransaction(hash);
      return hash;
    };
    moved = await transfer(7n);
    refused = await transfer(5_000n);
    await call(info, { chain: 271n, to: { chain: 272n, account: reverting }, data: "0x12345678", value: 0n, reward: 0n }, alice);
    await devnet.settle();
    await devnet.relay();
    tab = await browser.newPage();
    // A loaded machine is slow; what is awaited comes.
    tab.setDefaultTimeout(MAX_WAIT_MS);
    tab.on("pageerror", ({ message }) => complaints.push(message));
    tab.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
  });
  after(async () => {
    client?.destroy();
    await browser?.close();
    await page?.close();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("the first page says what runs, what is proven and where each message is", { skip }, async () => {
    await open("proven");
    await reads(/The new state root is the old one/);
    await open("batches");
    const row = tab.getByRole("row", { name: /alpha 271/ });
    const { batches, blockNumber } = (await devnet.status()).chains[0]!;
    const cells = await row.getByRole("cell").allTextContents();
    // How many transactions a second there were depends on when this looks.
    assert.match(cells[4]!, /^\d+(\.\d+)?$/);
    assert.deepEqual(cells.toSpliced(4, 1).slice(0, 9), ["alpha", "271", "rollup", String(blockNumber), "0", "1", "1", "1", "1"]);
    assert.match(cells[10]!, /^runs/);
    assert.deepEqual(batches, { sealed: 1, committed: 1, proven: 1, executed: 1 });
    await open("messages");
    await tab.getByRole("row", { name: /transfer, .* alpha beta arrived/ }).waitFor();
    const failed = tab.getByRole("row", {
      name: /bundle alpha beta the call arrived on beta and reverted there without a reason/,
    });
    assert.equal(await failed.locator(".bad").count(), 1);
    await reads(/1 delivered, 0 in flight, 0 stuck, 1 arrived and failed/);
    assert.deepEqual(await violations(tab), []);
    await open("");
    await tab.locator("a.message.bad").waitFor({ state: "attached" });
    assert.deepEqual(await violations(tab), []);
  });

  test(
    "a transaction whose message's call failed elsewhere is among the failed ones of the feed, and exported so",
    { skip },
    async () => {
      await open("?failed=1");
      const rows = tab.getByRole("list", { name: "transactions, the newest first" }).locator("> li");
      const sender = rows.filter({ hasText: "sendBundle" });
      await sender.locator(".journey .bad", { hasText: "the call arrived on beta and reverted there" }).waitFor();
      assert.deepEqual(await sender.locator(".journey .dots i").evaluateAll((dots) => dots.map(({ className }) => className)), [
        "done",
        "done",
        "done",
        "done",
        "done",
        "failed",
        "",
      ]);
      // The other one is the failed transaction.
      assert.equal(await rows.count(), 2);
      const download = tab.waitForEvent("download");
      await tab.getByText("Export", { exact: true }).click();
      await tab.getByRole("button", { name: "JSON", exact: true }).click();
      const exported = JSON.parse(readFileSync(await (await download).path(), "utf8")) as readonly Readonly<
        Record<string, unknown>
      >[];
      const failed = { failed: true, to: "beta", whereItIs: "the call arrived on beta and reverted there without a reason" };
      const [{ messageHash } = assert.fail("no bundle")] = (await devnet.messages()).filter(({ type }) => type === "bundle");
      assert.deepEqual(
        exported.map(({ succeeded, messages }) => [succeeded, messages]),
        [
          [true, [{ messageHash, type: "bundle", ...failed }]],
          [false, []],
        ],
      );
      await open("");
    },
  );

  test(
    "it shows the number of contracts that a contract created, because its nonce does not count transactions",
    { skip },
    async () => {
      await open(`alpha/address/${money}`);
      await tab.getByRole("row", { name: /^alpha 0 ETH none; created 0 contracts [\d,]+ bytes: a contract$/ }).waitFor();
      await open("");
    },
  );

  test("it follows the chain without being loaded again", { skip }, async () => {
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    const before = (await devnet.status()).chains[0]!.blockNumber;
    await open("batches");
    await tab.getByRole("row", { name: new RegExp(`alpha 271 rollup ${before} `) }).waitFor();
    await (await alice.sendTransaction({ to: BOB, value: 1n })).wait();
    await tab.getByRole("row", { name: new RegExp(`alpha 271 rollup ${before + 1} `) }).waitFor();
  });

  test("a pending proof is shown phase by phase, by the feed, until L1 has accepted it", { skip }, async () => {
    const batch = (await devnet.status()).chains[0]!.batches.sealed;
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    await open("batches");
    await tab.getByRole("row", { name: /^alpha 271 / }).waitFor();
    await tab.evaluate(`{
      window.phases = [];
      new MutationObserver(() => {
        for (const row of document.querySelectorAll("tbody tr")) {
          const [chain, name, phase] = [...row.cells].map((cell) => cell.textContent);
          if (chain === "alpha" && name === "batch ${batch}" && phases.at(-1) !== phase) phases.push(phase);
        }
      }).observe(document.querySelector("main"), { subtree: true, childList: true, characterData: true });
    }`);
    const { told, end } = await followFeed(devnet.chains[0]!.url);
    await (await alice.sendTransaction({ to: BOB, value: 1n })).wait();
    await devnet.settle();
    await tab.getByRole("row", { name: new RegExp(`^alpha 271 rollup .* ${batch + 1} runs$`) }).waitFor();
    await tab.getByRole("heading", { name: "Proofs in progress" }).waitFor({ state: "detached" });
    const phases = told.filter(({ type, chainId, number }) => type === "proof" && chainId === 271 && number === batch);
    end();
    const order = ["queued", "trace", "commit", "quotient", "openings", "deep", "fri", "grind", "queries", "made", "posting"];
    assert.deepEqual(
      phases.map(({ phase }) => phase).filter((phase) => phase !== "lookup"),
      order,
    );
    const shown = await tab.evaluate<string[]>("phases");
    const words = PHASES.map((phase) => phaseWords(phase, 271));
    assert.ok(shown.length > 2, `the page showed only ${shown.join(", ")}`);
    assert.deepEqual(
      shown,
      words.filter((each) => shown.includes(each)),
      "in the phases' order",
    );
    const { proving } = (await devnet.status()).chains[0]!;
    assert.equal(proving, undefined);
  });

  test(
    "a batch's proof is read from L1 and verified in the browser, and one with a turned bit is refused",
    { skip },
    async () => {
      await open("alpha/batch/0");
      await tab.getByRole("button", { name: "Verify the proof here" }).click();
      await reads("Verified: L1's record and the proof belong together.");
      assert.equal(await tab.locator(".checks .mark.good").count(), 5);
      await tab.getByRole("button", { name: "one bit" }).click();
      await reads("Not verified.");
      assert.deepEqual(await tab.locator(".checks li", { has: tab.locator(".mark.bad") }).allTextContents(), [
        "false the proof of the published changes holds for this record, checked in this browser: MerkleMismatch: the proof is false",
      ]);
      assert.deepEqual(await violations(tab), []);
    },
  );

  test(
    "attack: a chain that shows another record than L1's, another batch's proof, or no proof is detected",
    { skip },
    async () => {
      const alpha = devnet.chains[0]!;
      const shown = (await client.send("hyperchain_proof", [271, 0])) as ChangesProofInfo;
      const lies: readonly [BatchProofInfo | null, RegExp][] = [
        [
          { ...shown, storedBatch: `${shown.storedBatch.slice(0, -1)}f` as Hex },
          /^false the contract on L1 keeps the hash of this record: /,
        ],
        [
          { ...shown, proof: `${shown.proof.slice(0, -2)}` as Hex },
          /^false the proof of the published changes holds .*: the proof is false$/,
        ],
        [null, /^false the chain shows the proof and its record/],
      ];
      for (const [lie, reason] of lies) {
        await tab.route(`**/rpc/${alpha.chainId}`, (route) =>
          route.request().postData()?.includes("hyperchain_proof") === true
            ? route.fulfill({ json: { jsonrpc: "2.0", id: 1, result: lie } })
            : route.fallback(),
        );
        await open("alpha/batch/1");
        await open("alpha/batch/0");
        await tab.getByRole("button", { name: "Verify the proof here" }).click();
        await reads("Not verified.");
        const refused = await tab.locator(".checks li", { has: tab.locator(".mark.bad") }).allTextContents();
        assert.equal(refused.length, 1);
        assert.match(refused[0]!, reason);
        await tab.unroute(`**/rpc/${alpha.chainId}`);
      }
    },
  );

  test("hyperchain_proof shows what L1 was shown, and what L1 keeps the hash of", { skip }, async () => {
    const { hyperchain } = devnet.info().chains[0]!;
    const { abi } = await hre.artifacts.readArtifact("IHyperchain");
    const { checked, ...shown } = (await client.send("hyperchain_proof", ["alpha", 0])) as ChangesProofInfo;
    const transaction = (await devnet.l1.provider.getTransaction(checked.transactionHash))!;
    const [record, proof] = new Interface(abi).decodeFunctionData("proveBatch", transaction.data);
    assert.deepEqual([checked.contract, checked.contract], [hyperchain, transaction.to!.toLowerCase()]);
    assert.equal(checked.timestamp, (await devnet.l1.provider.getBlock(transaction.blockNumber!))!.timestamp);
    assert.equal(shown.proof, proof);
    assert.equal(shown.statement.slice(0, 66), record.commitment);
    assert.equal(shown.statement.slice(-64), record.outputsHash.slice(2));
    const onL1 = new Contract(hyperchain, abi, devnet.l1.provider);
    assert.equal(keccak256(shown.storedBatch), await onL1.getFunction("storedBatchHash")(0));
    assert.deepEqual(verify(createStateTransitionSystem(), getBytes(shown.statement), getBytes(shown.proof)), { ok: true });
    assert.deepEqual([shown.kind, shown.isProven], ["changes", true]);
    assert.equal(await client.send("hyperchain_proof", ["alpha", 99]), null);
  });

  test("a message shows its steps with their transactions, and why its call reverted", { skip }, async () => {
    const messages = await devnet.messages();
    const transfer = messages.find(({ type }) => type === "transfer")!;
    await open(`message/271/${transfer.messageHash}`);
    await tab.locator(".steps .done").nth(5).waitFor();
    assert.equal(await tab.locator(".steps .done").count(), transfer.steps.length);
    assert.deepEqual(
      await tab.locator(".steps .done a").evaluateAll((links) => links.map((link) => link.getAttribute("title"))),
      transfer.steps.map(({ transactionHash }) => transactionHash),
    );
    const bundle = messages.find(({ type }) => type === "bundle")!;
    await open(`message/271/${bundle.messageHash}`);
    await tab
      .getByRole("alert")
      .getByText(/On beta 0x12345678 of .* reverted/)
      .waitFor();
    assert.equal(await tab.getByRole("alert").locator("a").getAttribute("title"), reverting);
    await tab.locator(".calls code", { hasText: /^sendBundle\(/ }).waitFor();
    assert.deepEqual(await violations(tab), []);
  });

  test(
    "the input, the events and the reverts of a transaction are shown with the names of the project's contracts",
    { skip },
    async () => {
      await open(`alpha/tx/${moved}`);
      // Listed accounts stand by their numbers, other addresses short, and whole where they lead.
      const to = /^transfer\(0x000000…0b0b00, 7\)$/i;
      await tab.locator("dd code", { hasText: to }).waitFor();
      const alice = devnet.accounts.wallet(ALICE).address;
      const words = `^Transfer\\(account ${ALICE}, 0x000000…0b0b00, 7\\)`;
      const event = tab.getByRole("cell", { name: new RegExp(words, "i") });
      await event.getByText("by name").click();
      assert.deepEqual(
        (await event.getByRole("listitem").allInnerTexts()).map((text) => text.split(/\s+/).slice(0, 1)),
        [["from"], ["to"], ["amount"]],
      );
      await tab.locator(".calls code", { hasText: to }).waitFor();
      await open(`alpha/tx/${refused}`);
      const reason = new RegExp(`^It reverted with BalanceTooSmall\\(${alice}, 993, 5000\\)\\.$`, "i");
      await tab.getByRole("alert").getByText(reason).waitFor();
      assert.deepEqual(await violations(tab), []);
      await open(`alpha/address/${money}`);
      await reads(": DevelopmentToken on alpha");
    },
  );

  test("a message's steps say when each was done, by the blocks of both chains", { skip }, async () => {
    const transfer = (await devnet.messages()).find(({ type }) => type === "transfer")!;
    const told = (await client.send("hyperchain_message", [transfer.messageHash])) as typeof transfer;
    await open(`message/271/${transfer.messageHash}`);
    await tab
      .locator(".steps time")
      .nth(transfer.steps.length - 1)
      .waitFor();
    assert.deepEqual(
      await tab
        .locator(".steps time")
        .evaluateAll((times) => times.map((each) => Date.parse(each.getAttribute("datetime") ?? "") / 1000)),
      told.steps.map(({ timestamp }) => timestamp),
    );
  });

  test("an address shows its assets and its history on all chains, page by page", { skip }, async () => {
    const alice = devnet.accounts.wallet(ALICE).address.toLowerCase();
    await open(`beta/address/${alice}`);
    const table = tab.getByRole("table", { name: /touched the address/ });
    await table.getByRole("link", { name: new RegExp(`^${moved.slice(0, 8)}`) }).waitFor();
    await table.getByRole("cell", { name: "beta", exact: true }).first().waitFor();
    await tab
      .getByRole("table", { name: /Coins and tokens/ })
      .getByRole("row", { name: /^alpha ETH/ })
      .waitFor();
    assert.deepEqual(await violations(tab), []);
  });

  test("search leads to a transaction, a message and an address, and says what it cannot find", { skip }, async () => {
    const [message] = await devnet.messages();
    const { transactionHash } = message!.steps[0]!;
    const search = async (text: string): Promise<void> => {
      await tab.getByRole("searchbox").fill(text);
      await tab.keyboard.press("Enter");
    };
    await search(transactionHash);
    await tab.getByRole("heading", { name: "Transaction on alpha" }).waitFor();
    await reads("succeeded");
    await reads("its batch is executed on L1");
    await search(message!.messageHash);
    await tab.getByRole("heading", { name: "Message" }).waitFor();
    await search(BOB);
    await tab.getByRole("row", { name: "beta 2 ETH" }).waitFor();
    await search(`0x${"77".repeat(32)}`);
    await reads(/No chain knows/);
    assert.deepEqual(await violations(tab), []);
  });

  test(
    "blocks, transactions, addresses and accounts can be read by a screen reader, in the dark and on a narrow screen",
    { skip },
    async () => {
      await tab.emulateMedia({ colorScheme: "dark" });
      await tab.setViewportSize({ width: 360, height: 640 });
      const [message] = await devnet.messages();
      for (const [route, heading] of [
        ["alpha", /^alpha$/],
        ["alpha/block/1", /^Block 1 of alpha$/],
        [`alpha/tx/${message!.steps[0]!.transactionHash}`, /^Transaction on alpha /],
        [`l1/tx/${message!.steps[1]!.transactionHash}`, /^Transaction on l1 /],
        [`alpha/address/${BOB}`, /^Address on alpha/],
        ["accounts", /^Development accounts$/],
      ] as const) {
        await open(route);
        await tab.getByRole("heading", { name: heading, level: 1 }).waitFor();
        await tab.locator('main:not(:has-text("asking…"))').waitFor();
        assert.deepEqual(await violations(tab), [], route);
        const tooWide = await tab.evaluate("document.documentElement.scrollWidth > innerWidth");
        assert.equal(tooWide, false, `${route} is wider than the screen`);
      }
    },
  );

  test(
    "a socket that drops resumes behind the last thing that it told: nothing that happened meanwhile is missed",
    { skip },
    async () => {
      const other = await browser!.newPage();
      other.setDefaultTimeout(MAX_WAIT_MS);
      const asked: string[] = [];
      const told: { readonly position: string; readonly type: string; readonly chainId?: number; readonly number?: number }[] =
        [];
      let drop: () => Promise<void> = () => assert.fail("no socket was opened");
      await other.routeWebSocket(/\/feed/, (reader) => {
        asked.push(new URL(reader.url()).search);
        const server = reader.connectToServer();
        server.onMessage((message) => {
          told.push(JSON.parse(String(message)) as (typeof told)[number]);
          reader.send(message);
        });
        drop = () => reader.close();
      });
      const pay = async (): Promise<number> => {
        const alice = devnet.accounts.wallet(ALICE).connect(client);
        return (await (await alice.sendTransaction({ to: BOB, value: 1n })).wait())!.blockNumber;
      };
      const shows = (block: number): Promise<void> =>
        other.getByRole("row", { name: new RegExp(`^alpha 271 rollup ${block} `) }).waitFor();
      await other.goto(`${page.url}/#/batches`);
      await other.getByRole("heading", { name: "Batches" }).waitFor();
      const first = await pay();
      await shows(first);
      const last = told.at(-1)!.position;
      await drop();
      const missed = await pay();
      const next = await pay();
      await shows(next);
      while (!told.some(({ type, chainId, number }) => type === "block" && chainId === 271 && number === next))
        await other.waitForTimeout(50);
      assert.deepEqual(asked, ["", `?since=${encodeURIComponent(last)}`]);
      assert.deepEqual(
        told
          .flatMap(({ type, chainId, number }) => (type === "block" && chainId === 271 ? [number!] : []))
          .filter((number) => number >= first),
        [first, missed, next],
      );
      // This Chromium is one process: closing the tab would end it.
      await other.goto("about:blank");
    },
  );

  test("the browser had nothing to complain about: the strict policy lets through all that the page needs", { skip }, () => {
    assert.deepEqual(complaints, []);
  });

  test("it reports that the ecosystem does not answer, and continues after an answer", { skip }, async () => {
    await open("");
    await tab.getByRole("heading", { name: "Activity" }).waitFor();
    await tab.route("**/rpc/**", (route) => route.abort());
    await tab
      .getByRole("alert")
      .getByText(/does not answer; what is shown is from before/)
      .waitFor();
    await tab.unroute("**/rpc/**");
    await tab.getByRole("alert").waitFor({ state: "detached" });
  });
});

/** All that the ecosystem tells from now on. */
async function followFeed(url: string): Promise<{ readonly told: readonly FeedEntry[]; end(): void }> {
  const told: FeedEntry[] = [];
  const socket = new WebSocket(url.replace("http", "ws"));
  await once(socket, "open");
  const begun = new Promise<void>((resolve) => {
    socket.on("message", (data: Buffer) => {
      const { params } = JSON.parse(data.toString("utf8")) as { readonly params?: { readonly result: FeedEntry } };
      if (params === undefined) return;
      if (params.result.type === "here") resolve();
      told.push(params.result);
    });
  });
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["hyperchain"] }));
  await begun;
  return { told, end: () => socket.close() };
}
