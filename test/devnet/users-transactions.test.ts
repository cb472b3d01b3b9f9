import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, toQuantity, type HDNodeWallet } from "ethers";
import hre from "hardhat";
import type { Deployment, DeploymentsPage } from "../../src/ecosystem/devnet/view/transactions/deployments.ts";
import type { TransactionsPage } from "../../src/ecosystem/devnet/view/transactions/transactions-page.ts";
import { projectNames } from "../../src/tool/plugin/project-names.ts";
import { ALICE, RELAYER, UNPROVEN } from "../flow/support/devnet.ts";
import { Kept } from "../flow/support/kept.ts";

const [A, B] = [271, 272];
const PAYMENTS = 60;
/** Blocks in which no user does anything: more than the newest ones that an answer has unasked. */
const IDLE = 40;

describe("users' transactions and the project's contracts are found however long ago they were", () => {
  const kept = new Kept(
    [
      { chainId: BigInt(A), name: "alpha" },
      { chainId: BigInt(B), name: "beta" },
    ],
    { ...UNPROVEN, relayer: true, fundedAccounts: [ALICE, RELAYER] },
    undefined,
    { names: projectNames(hre.artifacts) },
  );
  /** Transactions of this test, in order. */
  const sent: string[] = [];
  const created: (readonly [name: string, chainId: number, address: string])[] = [];

  const walletOn = (chainId: number): HDNodeWallet => {
    const { devnet } = kept;
    const wallet = chainId === A || chainId === B ? kept.wallet(ALICE, chainId - A) : devnet.accounts.wallet(ALICE);
    return wallet.provider === null ? wallet.connect(devnet.l1.provider) : wallet;
  };
  const put = async (name: string, chainId: number, ...args: readonly unknown[]): Promise<string> => {
    const { abi, bytecode } = await hre.artifacts.readArtifact(name);
    const contract = await new ContractFactory(abi, bytecode, walletOn(chainId)).deploy(...args);
    await contract.waitForDeployment();
    sent.push(contract.deploymentTransaction()!.hash);
    const address = String(contract.target).toLowerCase();
    created.push([name, chainId, address]);
    return address;
  };
  const idle = async (): Promise<void> => {
    const { l1, chains } = kept.devnet;
    for (const { provider } of chains) await provider.request({ method: "hardhat_mine", params: [toQuantity(IDLE)] });
    for (let i = 0; i < IDLE; i++) await l1.request("evm_mine");
  };
  const transactions = (asked: object = {}) => kept.request("hyperchain_transactions", asked) as Promise<TransactionsPage>;
  /** The hashes of all pages, and how many pages these are. */
  const all = async (asked: object = {}): Promise<{ readonly hashes: readonly string[]; readonly pages: number }> => {
    const hashes: string[] = [];
    let before: TransactionsPage["next"];
    for (let pages = 1; ; pages++) {
      const { blocks, next } = await transactions({ ...asked, ...(before === undefined ? {} : { before }) });
      for (const { transactions: ran } of blocks) hashes.push(...ran.filter(({ by }) => by === "user").map(({ hash }) => hash));
      if (next === undefined) return { hashes, pages };
      before = next;
    }
  };
  const deployments = async (limit = 2): Promise<readonly Deployment[]> => {
    const found: Deployment[] = [];
    let before: string | undefined;
    for (;;) {
      const page = (await kept.request("hyperchain_deployments", { limit, before: before ?? null })) as DeploymentsPage;
      assert.equal(page.isComplete, true);
      assert.ok(page.contracts.length <= limit);
      found.push(...page.contracts);
      if (page.next === undefined) return found;
      before = page.next;
    }
  };
  const placesOf = (found: readonly Deployment[]) =>
    found.map(({ name, chainId, address }) => [name, chainId, address] as const).toSorted();

  before(async () => {
    await kept.start();
    const owner = walletOn(A).address;
    await put("DevelopmentToken", A, "Money", "MNY", owner, 1_000n);
    await put("DevelopmentToken", Number(kept.devnet.l1.chainId), "Gold", "GLD", owner, 1_000n);
    for (let i = 0; i < PAYMENTS; i++) sent.push(await kept.pay(1n));
    await put("DevelopmentToken", B, "Cash", "CSH", owner, 1_000n);
    await idle();
  });
  after(() => kept.end());

  test("pages have each of them once, over all members, the newest first, and no automatic transaction of chains", async () => {
    await kept.devnet.settle();
    const { hashes, pages } = await all({ limit: 10 });
    assert.deepEqual(hashes.toSorted(), sent.toSorted());
    assert.ok(pages >= 7, String(pages));
    // Several blocks are of one second, and members are merged by seconds.
    const ofAlpha = (await all({ chain: "alpha" })).hashes;
    assert.deepEqual(ofAlpha, sent.slice(2, -1).toReversed().concat(sent[0]!));
    assert.deepEqual((await all({ chain: B })).hashes, [sent.at(-1)]);
    const { blocks } = await transactions();
    assert.equal(blocks.flatMap(({ transactions: ran }) => ran).length, 25);
    const times = blocks.map(({ timestamp }) => timestamp);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => b - a),
    );
  });

  test("the project's contracts are listed with their names, the newest first, page by page", async () => {
    const found = await deployments();
    assert.deepEqual(placesOf(found), created.toSorted());
    const byTime = new Map(sent.map((hash, i) => [hash, i]));
    assert.equal(byTime.get(found[0]!.transactionHash), sent.length - 1);
    assert.deepEqual(placesOf(await deployments(100)), created.toSorted());
  });

  test("a return to a snapshot removes both, and a new contract at an address has its name", async () => {
    const [before, contracts] = [await all(), await deployments()];
    const mark = await kept.devnet.snapshot();
    const owner = walletOn(A).address;
    const taken = await put("DevelopmentToken", A, "More", "MRE", owner, 1n);
    const onL1 = await put("DevelopmentToken", Number(kept.devnet.l1.chainId), "More", "MRE", owner, 1n);
    await idle();
    assert.deepEqual(placesOf(await deployments()), created.toSorted());
    assert.equal(await kept.devnet.revert(mark), true);
    for (const list of [sent, created]) list.splice(-2);
    assert.deepEqual([await all(), await deployments()], [before, contracts]);
    // The same sender and nonce.
    assert.equal(await put("InteropRecipient", A), taken);
    assert.equal(await put("InteropRecipient", Number(kept.devnet.l1.chainId)), onL1);
    assert.deepEqual(placesOf(await deployments()), created.toSorted());
    assert.deepEqual((await all()).hashes.toSorted(), sent.toSorted());
  });

  test("an ecosystem that starts from its folder knows all of them again", async () => {
    const [before, contracts] = [(await all()).hashes, await deployments()];
    await kept.restart();
    assert.deepEqual((await all()).hashes.toSorted(), before.toSorted());
    assert.deepEqual(await deployments(), contracts);
  });

  test("parameters of another form are refused", async () => {
    for (const asked of [[], "newest", { limit: 0 }, { limit: 101 }, { before: { [A]: -1 } }, { before: 7 }, { chain: "gamma" }])
      await assert.rejects(kept.request("hyperchain_transactions", asked), { code: -32602 });
    for (const asked of [[], { limit: 201 }, { before: "1" }, { before: 1 }])
      await assert.rejects(kept.request("hyperchain_deployments", asked), { code: -32602 });
    assert.deepEqual(await transactions({ before: { 999: 5 } }), { blocks: [] });
  });
});
