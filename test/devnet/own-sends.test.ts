import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { Interface, Wallet, type JsonRpcProvider } from "ethers";
import { chainFactoryAbi } from "../../src/ground/abi/chain-factory.ts";
import { ACCOUNT_NUMBERS, FUNDER_KEY } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { ActivityBlock, ActivityTransaction } from "../../src/ecosystem/devnet/view/feed/activity.ts";
import { ALICE, clientOf, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../flow/support/devnet.ts";

const factory = new Interface(chainFactoryAbi);

describe("I11: what the ecosystem itself sends for a chain that comes while it runs", () => {
  let devnet: FlowDevnet;
  let onAlpha: JsonRpcProvider;
  /** Through L1's own port, as users have it. */
  let onL1: JsonRpcProvider;
  let begin: number;
  const since = async (chain: string, client: JsonRpcProvider, from: number): Promise<readonly ActivityTransaction[]> => {
    const to = await client.getBlockNumber();
    if (to < from) return [];
    const blocks = (await onAlpha.send("hyperchain_activity", [[{ chain, from, to }]])) as readonly ActivityBlock[];
    return blocks.flatMap(({ transactions }) => transactions);
  };
  const sendersOf = (transactions: readonly ActivityTransaction[]): readonly string[] => [
    ...new Set(transactions.map(({ by }) => by)),
  ];

  before(async () => {
    devnet = await startFlowDevnet([{ chainId: 271n, name: "alpha" }], { ...UNPROVEN, fundedAccounts: [ALICE] });
    onAlpha = clientOf(devnet.chains[0]!);
    onL1 = clientOf(devnet.l1);
  });
  beforeEach(async () => void (begin = (await onL1.getBlockNumber()) + 1));
  after(async () => {
    onL1?.destroy();
    onAlpha?.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("is the chain's, from the moment at which it is sent, and on the chain below as on L1", async () => {
    let isMade = false;
    const seen = new Set<string>();
    const watch = async (): Promise<void> => {
      while (!isMade) for (const by of sendersOf(await since("l1", onL1, begin))) seen.add(by);
    };
    const watching = watch();
    const chain = { name: "gamma", baseToken: { name: "Gold", symbol: "GOLD" } };
    await devnet.addChain(chain).finally(() => (isMade = true));
    await watching;
    const sent = await since("l1", onL1, begin);
    const calls = sent.map(({ to, selector }) => `${to} ${selector}`);
    const create = `${devnet.ecosystem.addresses.factory} ${factory.getFunction("createChain")!.selector}`;
    assert.equal(calls.filter((call) => call === create).length, 1);
    assert.ok(
      sent.some(({ contract, created }) => created !== undefined || contract !== undefined),
      "its token",
    );
    assert.deepEqual([sendersOf(sent), [...seen]], [["chain"], ["chain"]]);
    const below = (await onAlpha.getBlockNumber()) + 1;
    let isNested = false;
    const seenBelow = new Set<string>();
    /** Operations that bring money there are taken as soon as L1 has them. */
    const watchBelow = async (): Promise<void> => {
      while (!isNested) {
        await devnet.chains[0]!.pipeline.pollL1();
        for (const by of sendersOf(await since("alpha", onAlpha, below))) seenBelow.add(by);
      }
    };
    const watchingBelow = watchBelow();
    await devnet.addChain({ name: "nested", settlesOn: "alpha" }).finally(() => (isNested = true));
    await watchingBelow;
    assert.deepEqual([...seenBelow], ["chain"]);
    await devnet.settle();
    const onBase = await since("alpha", onAlpha, below);
    const { operator } = devnet.info().chains.find(({ name }) => name === "nested")!;
    assert.ok(onBase.some(({ from }) => from === operator));
    assert.deepEqual(sendersOf(onBase), ["chain"]);
  });

  test("hides no user's transaction, not one of the same account with the same call", async () => {
    const { addresses } = devnet.ecosystem;
    const wallets = [devnet.accounts.wallet(ACCOUNT_NUMBERS.deployer), new Wallet(FUNDER_KEY)];
    const hashes: string[] = [];
    for (const wallet of wallets) {
      const signer = wallet.connect(onL1);
      const paid = await signer.sendTransaction({ to: devnet.info().chains[0]!.operator, value: 10n * ETHER });
      const data = factory.encodeFunctionData("announceChain", [`0x${"11".repeat(32)}`]);
      const announced = await signer.sendTransaction({ to: addresses.factory, data });
      await Promise.all([paid.wait(), announced.wait()]);
      hashes.push(paid.hash, announced.hash);
    }
    const sent = await since("l1", onL1, begin);
    assert.deepEqual(
      sent.filter(({ by }) => by === "user").map(({ hash }) => hash),
      hashes,
    );
  });
});
