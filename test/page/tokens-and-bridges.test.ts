import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, ContractFactory, id, Interface, type JsonRpcProvider, type Wallet } from "ethers";
import hre from "hardhat";
import type { Browser, Page } from "playwright-core";
import type { EcosystemInfo } from "../../page/answers.ts";
import { beginsMessage, MESSAGE_SENT_TOPIC, REQUEST_QUEUED_TOPIC } from "../../page/wallet/begins-message.ts";
import { addTransfers, mostFirst, TOKEN_SELECTORS } from "../../page/token-answers.ts";
import { TRANSFER_TOPIC } from "../../src/ground/protocol/erc20-transfer.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import { projectNames } from "../../src/tool/plugin/project-names.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { SUPERCHAIN } from "../../src/ground/protocol/superchain.ts";
import { ALICE, clientOf, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { violations } from "./support/violations.ts";

const BOB = "0x00000000000000000000000000000000000b0b00";

describe("I12: tokens and other bridges' messages on the page", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let devnet: FlowDevnet;
  let page: PageServer;
  let tab: Page;
  let onAlpha: JsonRpcProvider;
  let token: Contract;
  let address: string;

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, name: "alpha" },
        { chainId: 272n, name: "beta" },
      ],
      { proofs: "none", relayer: true, fundedAccounts: [ALICE, RELAYER], bridges: { superchain: {} } },
      { names: projectNames(hre.artifacts) },
    );
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
    onAlpha = clientOf(devnet.chains[0]!);
    const alice = devnet.accounts.wallet(ALICE).connect(onAlpha) as unknown as Wallet;
    const { abi, bytecode } = await hre.artifacts.readArtifact("DevelopmentToken");
    token = (await new ContractFactory(abi, bytecode, alice).deploy(
      "Money",
      "MNY",
      alice.address,
      1_000n,
    )) as unknown as Contract;
    address = ((await token.waitForDeployment()).target as string).toLowerCase();
    await (await token.getFunction("transfer")(BOB, 7n)).wait();
    await (await token.getFunction("approve")(PREDEPLOYS.L2NativeTokenVault, 300n)).wait();
    const to = { chain: 272n, account: BOB } as const;
    await send(devnet.info(), { chain: 271n, to, token: address as Hex, amount: 300n }, alice);
    await devnet.settle();
    await devnet.relay();
    tab = await browser.newPage();
    // A loaded machine is slow; what is awaited comes.
    tab.setDefaultTimeout(MAX_WAIT_MS);
  });
  after(async () => {
    onAlpha?.destroy();
    await browser?.close();
    await page?.close();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test(
    "a token's page has supply and holders on all chains, the escrow among them, and from each of them",
    { skip },
    async () => {
      await tab.goto(`${page.url}/#/alpha/address/${address}`);
      const holders = tab.getByRole("table", { name: /^Holders of the token/ }).locator("tbody tr");
      await holders.nth(3).waitFor();
      const rows = (await holders.allInnerTexts()).map((text) => text.split(/\t/));
      const shortOf = (hex: string): string => `${hex.slice(0, 8)}…${hex.slice(-6)}`;
      // 1,000 were created, 7 went to Bob, 300 back those on beta.
      assert.deepEqual(rows, [
        ["alpha", `account ${ALICE}`, "0.000000000000000693", "69.3 %"],
        ["alpha", "L2NativeTokenVault", "0.0000000000000003", "30 %"],
        ["alpha", shortOf(BOB), "0.000000000000000007", "0.7 %"],
        ["beta", shortOf(BOB), "0.0000000000000003", "100 %"],
      ]);
      assert.deepEqual(await violations(tab), []);
      const supplies = tab.getByRole("table", { name: /^Supply of the token/ }).locator("tbody tr");
      assert.deepEqual(
        (await supplies.allInnerTexts()).map((text) => text.split(/\t/).filter((_, place) => place !== 1)),
        [
          ["alpha", "0.000000000000001", "3"],
          ["beta", "0.0000000000000003", "1"],
        ],
      );
      // The token of beta has a link to its origin.
      await supplies.nth(1).getByRole("link").click();
      await tab.getByText("created on alpha").waitFor();
      await tab
        .getByRole("table", { name: /^Supply of the token/ })
        .locator("tbody tr")
        .nth(1)
        .waitFor();
    },
  );

  test(
    "a contract that answers all questions alike, as one that counts its calls may, is shown as no token",
    { skip },
    async () => {
      const alice = devnet.accounts.wallet(ALICE).connect(onAlpha) as unknown as Wallet;
      // PUSH8 code, PUSH0, MSTORE, PUSH1 8, PUSH1 24, RETURN; the code answers 2: PUSH1 2, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN.
      const sent = await alice.sendTransaction({ data: "0x6760025f5260205ff35f5260086018f3" });
      const { contractAddress } = (await sent.wait())!;
      await tab.goto(`${page.url}/#/alpha/address/${contractAddress!.toLowerCase()}`);
      await tab.getByText("8 bytes: a contract").waitFor();
      await tab.getByRole("heading", { name: "History on all chains" }).waitFor();
      await tab.waitForLoadState("networkidle");
      assert.equal(await tab.getByRole("heading", { name: "Token" }).count(), 0);
    },
  );

  test(
    "a row of a message that carries a token has the amount and the token's link to the page of its origin",
    { skip },
    async () => {
      await tab.goto(`${page.url}/#/messages`);
      const row = tab.getByRole("row", { name: /transfer, 0\.0000000000000003 MNY alpha beta / });
      await row.getByRole("link").first().click();
      const carried = tab.locator("dd", { hasText: /^0\.0000000000000003 MNY, / });
      await carried.getByText(/ of alpha$/).waitFor();
      assert.equal(await carried.getByRole("link").getAttribute("title"), address);
      assert.deepEqual(await violations(tab), []);
    },
  );

  test("a contract's page has its events, as they happen", { skip }, async () => {
    await tab.goto(`${page.url}/#/alpha/address/${address}`);
    const events = tab.getByRole("table", { name: /events that the contract logged/ }).locator("tbody tr");
    await events.first().waitFor();
    const before = await events.count();
    await (await token.getFunction("transfer")(BOB, 9n)).wait();
    await events.filter({ hasText: /Transfer\(.*, 9\)/ }).waitFor();
    assert.equal(await events.count(), before + 1);
    assert.deepEqual(await violations(tab), []);
  });

  test("shows a bridge's message with each of its steps, the missing one by name, and its attestation", { skip }, async () => {
    const messenger = new Contract(
      SUPERCHAIN.L2ToL2CrossDomainMessenger,
      ["function sendMessage(uint256, address, bytes) returns (bytes32)"],
      devnet.accounts.wallet(ALICE).connect(onAlpha),
    );
    const { hash } = await (await messenger.getFunction("sendMessage")(272n, BOB, "0x")).wait();
    await tab.goto(`${page.url}/#/messages`);
    const message = tab.locator(".bridged li", { hasText: "Superchain alpha to beta" }).first();
    await message.getByText("waits until the inbox takes its proof on beta").waitFor();
    await message.locator("summary").click();
    const steps = message.locator(".steps").getByRole("listitem");
    assert.deepEqual(
      (await steps.allInnerTexts()).map((text) => text.replace(/, 0x.*$/, "")),
      [
        "● sent on alpha",
        "○ the inbox takes its proof on beta – not yet",
        "○ the messenger has had its target called on beta – not yet",
      ],
    );
    assert.equal(await steps.first().getByRole("link").getAttribute("title"), hash);
    assert.deepEqual(await violations(tab), []);
    for (let round = 0; round < 2; round++) {
      await devnet.settle();
      await devnet.relay();
    }
    await message.locator("summary").getByText("the messenger has had its target called on beta").waitFor();
    assert.equal(await message.locator(".steps .done").count(), 3);
    await message.getByText("It is attested by a proven message").getByRole("link").first().waitFor();
    await tab.goto(`${page.url}/#/alpha/tx/${hash}`);
    await tab.locator(".bridged li").getByText("Superchain").waitFor();
    assert.deepEqual(await violations(tab), []);
  });

  test("an account without a token's functions has no token's page", { skip }, async () => {
    await tab.goto(`${page.url}/#/alpha/address/${BOB}`);
    await tab
      .getByRole("row", { name: /^beta / })
      .first()
      .waitFor();
    assert.equal(await tab.getByRole("heading", { name: "Token", exact: true }).count(), 0);
  });
});

test("what the page asks tokens and their vault for are ERC-20's functions and the vault's", async () => {
  const { abi } = await hre.artifacts.readArtifact("IL2NativeTokenVault");
  const known = [...(abi as readonly { readonly name?: string; readonly inputs?: readonly { readonly type: string }[] }[])];
  const signatures = ["totalSupply()", "balanceOf(address)", "decimals()", "symbol()"].concat(
    known.map(({ name = "", inputs = [] }) => `${name}(${inputs.map(({ type }) => type).join(",")})`),
  );
  for (const [name, selector] of Object.entries(TOKEN_SELECTORS)) {
    const signature = signatures.find((each) => each.startsWith(`${name}(`));
    assert.equal(selector, id(signature!).slice(0, 10), name);
  }
});

test("what the page takes for a message's beginning are the logs of the messenger and of chains' queues", async () => {
  const topicOf = async (contract: string, name: string): Promise<string | undefined> =>
    new Interface((await hre.artifacts.readArtifact(contract)).abi).getEvent(name)?.topicHash;
  assert.equal(MESSAGE_SENT_TOPIC, await topicOf("IL1Messenger", "L1MessageSent"));
  assert.equal(REQUEST_QUEUED_TOPIC, await topicOf("IPriorityQueue", "NewPriorityRequestId"));
  const info = { chains: [{ hyperchain: BOB }] } as unknown as EcosystemInfo;
  const begins = (address: string, topic: string): boolean => beginsMessage([{ address, topics: [topic] }], info);
  assert.ok(begins(PREDEPLOYS.L1Messenger, MESSAGE_SENT_TOPIC));
  assert.ok(begins(BOB, REQUEST_QUEUED_TOPIC));
  assert.ok(!begins(BOB, MESSAGE_SENT_TOPIC), "a stranger's log");
  assert.ok(!begins(PREDEPLOYS.L1Messenger, REQUEST_QUEUED_TOPIC));
});

test("holders are sorted by what transfers left them with; ERC-721's transfers, and what makes and burns, hold nothing", () => {
  const word = (value: number): string => `0x${value.toString(16).padStart(64, "0")}`;
  const transfer = (from: number, to: number, amount: number) => ({
    topics: [TRANSFER_TOPIC, word(from), word(to)],
    data: word(amount),
  });
  const account = (value: number): string => `0x${value.toString(16).padStart(40, "0")}`;
  const logs = [transfer(0, 1, 10), transfer(1, 2, 7), { topics: [TRANSFER_TOPIC, word(0), word(3), word(9)], data: "0x" }];
  const sums = new Map<string, bigint>();
  addTransfers(sums, logs);
  assert.deepEqual(mostFirst(sums), [account(2), account(1)]);
});
