import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import hre from "hardhat";
import type { Browser, Page, WebSocket as PageWebSocket } from "playwright-core";
import { actToSign, signAct } from "../../src/ecosystem/client/governing/council.ts";
import type { ChainPowersInfo } from "../../src/ecosystem/devnet/view/governing/chain-powers.ts";
import { GovernanceBook } from "../../src/ecosystem/client/governing/governance.ts";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { openSession } from "../../src/ecosystem/client/ecosystem/open-session.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { createDevelopmentAccounts, lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { projectNames } from "../../src/tool/plugin/project-names.ts";
import { serveEcosystem } from "../../src/tool/page-server/ecosystem-page.ts";
import type { PageServer } from "../../src/tool/page-server/page-server.ts";
import { ALICE, BOB, clientOf, ETHER, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";
import { keepPictures } from "./support/pictures.ts";
import { installWallet, type MockWallet } from "./support/mock-wallet.ts";
import { violations } from "./support/violations.ts";

const [HIDDEN, ALPHA, BETA] = [271n, 272n, 273n];
const FREEZE_SECONDS = 600;
const HERMIT = "0x00000000000000000000000000000000000b0b00";
/** Deploys a contract that runs until its gas is spent: JUMPDEST, PUSH1 0, JUMP. */
const RUNS_ON = "0x635b6000566000526004601cf3";

describe("issue 14: chains and messages that do not do what they should, in the page", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  const accounts = createDevelopmentAccounts();
  const addressOf = (number: number) => lowerCaseAddress(accounts.wallet(number).address);
  let devnet: FlowDevnet;
  let page: PageServer;
  let tab: Page;
  let wallet: MockWallet;
  const clients: JsonRpcProvider[] = [];
  let endless: string;
  const complaints: string[] = [];
  const open = async (route: string): Promise<void> => void (await tab.goto(`${page.url}/#/${route}`));
  const reads = (text: string | RegExp): Promise<void> => tab.getByText(text).first().waitFor();
  const clientNamed = (place: number): JsonRpcProvider => {
    const client = clientOf(devnet.chains[place]!);
    clients.push(client);
    return client;
  };

  before(async () => {
    if (browser === undefined) return;
    devnet = await startFlowDevnet(
      [
        { chainId: HIDDEN, name: "hidden", dataAvailability: "validium", readers: [addressOf(ALICE)] },
        { chainId: ALPHA, name: "alpha" },
        { chainId: BETA, name: "beta", senders: [addressOf(ALICE), addressOf(RELAYER)], deployers: [addressOf(ALICE)] },
      ],
      {
        ...{ proofs: "none", relayer: true, fundedAccounts: [ALICE, RELAYER] },
        governance: { council: { freezeSeconds: FREEZE_SECONDS } },
      },
      { names: projectNames(hre.artifacts) },
    );
    page = await serveEcosystem(() => devnet.info(), { host: "127.0.0.1", port: 0, origins: [] });
    const deployed = await accounts.wallet(ALICE).connect(clientNamed(2)).sendTransaction({ data: RUNS_ON });
    endless = (await deployed.wait())!.contractAddress!;
    tab = await browser.newPage();
    tab.setDefaultTimeout(MAX_WAIT_MS);
    tab.on("pageerror", ({ message }) => complaints.push(message));
    tab.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
    wallet = await installWallet(tab, accounts.wallet(ALICE), { chainId: devnet.l1.chainId, url: devnet.info().l1.url });
  });
  after(async () => {
    wallet?.close();
    for (const client of clients) client.destroy();
    await browser?.close();
    await page?.close();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
    assert.deepEqual(complaints, []);
  });

  test("a message whose call ran out of gas says so, where it ran and with its calls", { skip }, async () => {
    const alice = accounts.wallet(ALICE).connect(clientNamed(1));
    const asked = { chain: ALPHA, to: { chain: BETA, account: endless }, data: "0x12345678", gasLimit: 100_000n } as const;
    const { messageHash } = await call(devnet.info(), asked, alice);
    await devnet.settle();
    await devnet.relay();
    await open(`message/${ALPHA}/${messageHash}`);
    await tab
      .getByRole("alert")
      .getByText(/^Its call failed\. On beta 0x12345678 of .* reverted since it ran out of gas/)
      .waitFor();
    await keepPictures(tab, "state-out-of-gas");
    await tab.locator(".calls .bad", { hasText: "it ran out of gas" }).first().waitFor();
    assert.deepEqual(await violations(tab), []);
  });

  test("a chain with lists shows the accounts on them; the others say nothing of lists", { skip }, async () => {
    await open("beta");
    const senders = tab.getByRole("table", { name: "Accounts that may send transactions" });
    await senders.getByRole("row").nth(2).waitFor();
    await keepPictures(tab, "state-lists");
    assert.deepEqual(await senders.locator("tbody a").evaluateAll((links) => links.map((link) => link.getAttribute("title"))), [
      addressOf(ALICE),
      addressOf(RELAYER),
    ]);
    const deployers = tab.getByRole("table", { name: "Accounts that may create contracts" });
    assert.equal(await deployers.locator("tbody a").count(), 1);
    assert.deepEqual(await violations(tab), []);
    await open("alpha");
    await tab.getByRole("heading", { name: "Newest batches" }).waitFor();
    assert.equal(await tab.getByRole("heading", { name: "Listed accounts" }).count(), 0);
  });

  test(
    "the chain page says what a transaction takes and which accounts can change the chain, the batch page what it changed and which parties signed",
    { skip },
    async () => {
      await open("alpha");
      await reads(/^[\d,]+ gas of L1, [\d,]+ bytes of data \(\d+ transactions? in the newest/);
      await reads(/^[\d,]+ gas \(newest \d+ blocks\)$/);
      await tab.getByRole("heading", { name: "Who can change it" }).waitFor();
      await reads(/^its admin \S.* changes version, .* with a notice of \d+ s \(.*h\), which leaves users \d+ s to decide/);
      await reads(/^governance \S.* ends its version, with a notice of \d+ s \(about \d+ d\)$/);
      // Who they are is a click away, on what the chain settles on.
      const changers = tab.locator("section", { has: tab.getByRole("heading", { name: "Who can change it" }) }).locator("li a");
      const known = (await clientNamed(1).send("hyperchain_changes", ["alpha"])) as ChainPowersInfo;
      assert.deepEqual(
        await changers.evaluateAll((links) => links.map((link) => link.getAttribute("href"))),
        [known.admin, known.governance, known.council!].map((address) => `#/${devnet.info().l1.name}/address/${address}`),
      );
      await tab.getByRole("heading", { name: "Governance" }).waitFor();
      await reads(/^protocol versions are governed by \S.*, with no vote$/);
      await reads(/^version \d+ \(2\^31 \+ \d+: nothing is proven\): stands$/);
      await open("alpha/batch/0");
      const changed = tab.getByRole("table", { name: /Leaves of the state by their kinds/ });
      await changed.waitFor();
      const cells = await changed
        .getByRole("row", { name: /^accounts/ })
        .getByRole("cell")
        .allTextContents();
      assert.ok(Number(cells[1]) > 0, "accounts are new in the first batch");
      assert.equal(await tab.getByRole("button", { name: /proof/ }).count(), 0);
      await reads("There is no proof to verify: the prover is off, and L1 takes a marker instead.");
      const { operator } = devnet.info().chains[1]!;
      const signer = tab
        .locator("div", { has: tab.getByText("Signed by", { exact: true }) })
        .locator("a")
        .last();
      assert.equal(await signer.getAttribute("title"), operator);
      assert.deepEqual(await violations(tab), []);
    },
  );

  test("brings what members of the council have signed, by whichever account", { skip }, async () => {
    const registry = devnet.ecosystem.addresses.verifiers;
    const look = async () => new GovernanceBook(registry).look(devnet.l1.provider);
    const { council, versions } = await look();
    const { version } = versions.find((each) => each.haltedAt === undefined)!;
    const toSign = await actToSign(
      council!.address,
      { type: "softFreeze", versions: [version], seconds: 1n },
      devnet.l1.provider,
    );
    const signatures = await Promise.all([10, 11, 12].map((member) => signAct(toSign, accounts.wallet(member))));
    await open("wallet");
    await tab.getByRole("button", { name: "Connect Mock" }).click();
    await tab.getByText("; Mock signs").waitFor();
    await open("alpha");
    await tab.getByText("Bring what the council's members have signed").click();
    const form = tab.getByRole("form", { name: "an act of the council" });
    await form.getByLabel("versions, with commas").fill(String(version));
    await form.getByLabel("seconds", { exact: true }).fill("1");
    await form.getByLabel("deadline that was signed, in seconds").fill(String(toSign.deadline));
    await form.getByLabel("signatures, one a line").fill(signatures.join("\n"));
    await keepPictures(tab, "state-council");
    await form.getByRole("button", { name: "Bring it" }).click();
    await reads(/freezes the versions softly on l1/i);
    await tab.getByText("Done.").waitFor();
    assert.equal((await look()).council?.freezeLeftSeconds, BigInt(FREEZE_SECONDS - 1));
    assert.deepEqual(await violations(tab), []);
  });

  test("the page of batches shows transactions a second while they arrive", { skip }, async () => {
    await open("batches");
    const alice = accounts.wallet(ALICE).connect(clientNamed(1));
    const row = tab.getByRole("row", { name: /^alpha 272 / });
    await row.waitFor();
    const busy = tab.getByRole("row", { name: /^alpha 272 rollup \d+ (0\.[1-9]|[1-9])/ });
    // What was sent counts for ten seconds, in which a loaded machine may not look.
    while (!(await busy.isVisible())) await (await alice.sendTransaction({ to: HERMIT, value: 1n })).wait();
  });

  test(
    "a message to a paused chain is shown as stuck, with reason and remedy; the chain is shown as paused",
    { skip },
    async () => {
      const alice = accounts.wallet(ALICE).connect(clientNamed(1));
      const bob = { chain: BETA, account: addressOf(BOB) } as const;
      const { messageHash } = await send(devnet.info(), { chain: ALPHA, to: bob, amount: ETHER }, alice);
      await devnet.stopChain(BETA);
      await devnet.settle();
      await devnet.relay();
      await open(`message/${ALPHA}/${messageHash}`);
      await tab.locator(".mark.bad", { hasText: /^stuck: .*beta/ }).waitFor();
      await reads(/hyperchain:start/);
      await keepPictures(tab, "state-stuck");
      assert.deepEqual(await violations(tab), []);
      await open("messages");
      await tab.getByRole("row", { name: / transfer, 1 ETH alpha beta stuck: .*beta/ }).waitFor();
      await open("batches");
      await tab.getByRole("row", { name: /^beta 273 .* paused/ }).waitFor();
      await keepPictures(tab, "state-paused");
      await open(`alpha/address/${addressOf(BOB)}`);
      await tab.getByRole("row", { name: "beta paused paused paused" }).waitFor();
      await open("accounts");
      await tab
        .getByRole("row", { name: / paused$/ })
        .first()
        .waitFor();
      await open("batches");
      await devnet.startChain(BETA);
      await devnet.relay();
      await tab.getByRole("row", { name: /^beta 273 .* runs, but seals nothing: a batch is open/ }).waitFor();
      await devnet.settle();
      await tab.getByRole("row", { name: /^beta 273 .* runs$/ }).waitFor();
      await open(`message/${ALPHA}/${messageHash}`);
      await reads(/^(all steps done|arrived)/);
    },
  );

  test(
    "a chain that only its readers may read shows nothing of itself, nor of its messages, without a session",
    { skip },
    async () => {
      const reader = accounts.wallet(ALICE);
      const { token } = await openSession(devnet.info().chains[0]!, reader);
      await open("batches");
      await tab.getByRole("row", { name: /^hidden 271 validium \d+ – / }).waitFor();
      await open("hidden");
      await tab.getByRole("heading", { name: "Only its readers may read this chain" }).waitFor();
      await keepPictures(tab, "state-readers-only");
      assert.equal(await tab.getByRole("alert").count(), 0, "it asks nothing that it knows is refused");
      assert.equal(await tab.getByRole("table").count(), 0);
      assert.deepEqual(await violations(tab), []);
      await tab.getByLabel("token").fill("A".repeat(43));
      await tab.getByRole("button", { name: "Use the token" }).click();
      await tab
        .getByRole("alert")
        .getByText(/session/)
        .last()
        .waitFor();
      const acts = new EventEmitter();
      const feed = (socket: PageWebSocket): void => {
        socket.on("framereceived", ({ payload }) => String(payload).includes('"type":"act"') && acts.emit("told"));
      };
      tab.on("websocket", feed);
      // A feed with the session is opened, which begins so.
      const opened = once(acts, "told");
      await tab.getByLabel("token").fill(token);
      await tab.getByLabel("token").press("Enter");
      await tab.getByRole("heading", { name: "Your session" }).waitFor();
      await tab.getByRole("table", { name: "The newest blocks of hidden" }).waitFor();
      await opened;
      const told = once(acts, "told");
      // It makes no block.
      await devnet.chains[0]!.provider.request({ method: "evm_setAutomine", params: [true] });
      await told;
      tab.off("websocket", feed);
      assert.deepEqual(await violations(tab), []);
      await tab.getByRole("button", { name: "Forget the session" }).click();
      await tab.getByRole("heading", { name: "Only its readers may read this chain" }).waitFor();
    },
  );

  test("a reader's wallet signs for a session, with which a message of the chain is found and shown", { skip }, async () => {
    const inside = devnet.chains[0]!.provider;
    const onHidden = { chain: HIDDEN, account: addressOf(BOB) } as const;
    const alice = accounts.wallet(ALICE).connect(clientNamed(1));
    const { messageHash } = await send(devnet.info(), { chain: ALPHA, to: onHidden, amount: 1n }, alice);
    await devnet.settle();
    await devnet.relay();
    await open(`message/${ALPHA}/${messageHash}`);
    await reads(/or one that only its readers may read \(hidden\)/);
    await open("hidden");
    await tab.getByRole("button", { name: "Sign with Mock" }).click();
    await tab.getByRole("heading", { name: "Your session" }).waitFor();
    const [typed] = wallet.asked.filter(({ method }) => method === "eth_signTypedData_v4");
    assert.match(String(typed?.params?.[1]), /"HyperchainSession"/);
    await open(`message/${ALPHA}/${messageHash}`);
    await tab.locator(".steps .done").nth(5).waitFor();
    const head = Number(await inside.request({ method: "eth_blockNumber" }));
    await open(`hidden/block/${head}`);
    await tab.getByRole("table", { name: "Transactions of the block" }).waitFor();
  });

  test(
    "a chain on another chain: its pages name that one, and its batch is checked against that one's record",
    { skip },
    async () => {
      const { chainId } = await devnet.addChain({ name: "inner", settlesOn: "alpha" });
      await devnet.settle();
      await open("inner");
      await tab.getByRole("columnheader", { name: "from alpha" }).waitFor();
      await reads(/^[\d,]+ gas of alpha, /);
      await open("inner/batch/0");
      await reads("There is no proof to verify: the prover is off, and alpha takes a marker instead.");
      // The page does not trust the ecosystem's claim: it compares the record with alpha's, and the marker does not verify.
      await tab.route("**/rpc/any", async (route) => {
        if (route.request().postData()?.includes("hyperchain_info") !== true) return route.fallback();
        const response = await route.fetch();
        const { result, ...answer } = (await response.json()) as { readonly result: EcosystemInfo };
        await route.fulfill({
          response,
          json: { ...answer, result: { ...result, prover: { ...result.prover, mode: "stark" } } },
        });
      });
      await tab.reload();
      await reads(/compares its record with alpha's/);
      await tab.getByRole("button", { name: "Verify the proof here" }).click();
      await reads("Not verified.");
      // Nothing is proven here, and that alone is said to be false.
      const refused = await tab.locator(".checks li", { has: tab.locator(".mark.bad") }).allTextContents();
      assert.deepEqual(refused.length, 1, refused.join("; "));
      assert.match(refused[0]!, /NOTHING IS PROVEN/);
      await tab.locator("li", { hasText: /^true the contract on alpha keeps the hash of this record/ }).waitFor();
      const proof = await tab.locator('main a[href*="/alpha/tx/"]').count();
      assert.equal(proof, 3, `chain ${chainId}: committed, proven and executed on alpha`);
      await tab.unroute("**/rpc/any");
      assert.deepEqual(await violations(tab), []);
    },
  );
});
