import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider } from "ethers";
import { chainFactoryAbi } from "../../src/ground/abi/chain-factory.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import type { ActivityBlock } from "../../src/ecosystem/devnet/view/feed/activity.ts";
import type {
  ChainInfo,
  EcosystemInfo,
  EcosystemStatus,
  MessageInfo,
} from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { ALICE, clientOf, ETHER, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";

const [A, B] = [271n, 272n];
const UNUSED = 999;
const factory = new Interface(chainFactoryAbi);
const BOB = "0x00000000000000000000000000000000000b0b00";
const CAROL = "0x00000000000000000000000000000000000ca201";

describe("I8: a chain is added to a running ecosystem", () => {
  let devnet: FlowDevnet;
  const clients: JsonRpcProvider[] = [];
  const open = (chain: { readonly chainId: bigint; readonly url: string }): JsonRpcProvider => {
    const client = clientOf(chain);
    clients.push(client);
    return client;
  };
  const ask = async <T>(url: string, method: string, ...params: unknown[]): Promise<T> => {
    const response = await fetch(url, { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
    const { result, error } = (await response.json()) as { result: T; error?: { message: string; data?: unknown } };
    if (error !== undefined) throw Object.assign(new Error(error.message), { data: error.data });
    return result;
  };
  const hyperchainOnL1 = async (chainId: bigint): Promise<string> => {
    const data = factory.encodeFunctionData("getHyperchain", [chainId]);
    const answer = await devnet.l1.provider.call({ to: devnet.ecosystem.addresses.factory, data });
    return String(factory.decodeFunctionResult("getHyperchain", answer)[0]).toLowerCase();
  };
  const add = (described: unknown): Promise<ChainInfo> => ask<ChainInfo>(devnet.l1.url, "hyperchain_addChain", described);
  const ether = (client: JsonRpcProvider, account: string): Promise<bigint> => client.getBalance(account);
  /** Everything that waits is brought where it goes. */
  const moveOn = async (): Promise<void> => {
    await devnet.settle();
    await devnet.relay();
    await devnet.settle();
    await devnet.relay();
  };

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha" },
        { chainId: B, name: "beta" },
      ],
      { proofs: "none", relayer: true, fundedAccounts: [ALICE, RELAYER] },
    );
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet?.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });

  test("registered by the real factory, funded, served, and seen by all that look at the ecosystem", async () => {
    const added = await add({ name: "gamma" });
    assert.deepEqual([added.name, added.chainId, added.dataAvailability], ["gamma", 273, "rollup"]);
    assert.equal(await hyperchainOnL1(273n), added.hyperchain);
    // Ten for alpha, eleven for beta: gamma's operator is a separate account.
    assert.equal(added.operator, devnet.accounts.wallet(ACCOUNT_NUMBERS.firstOperator + 2).address.toLowerCase());
    const client = open({ chainId: 273n, url: added.url });
    assert.equal(await client.send("eth_chainId", []), "0x111");
    assert.equal(await ether(client, devnet.accounts.wallet(ALICE).address), 10n * ETHER);
    for (const { url } of [devnet.l1, ...devnet.chains]) {
      const { chains } = await ask<EcosystemInfo>(url, "hyperchain_info");
      assert.deepEqual(
        chains.map(({ name }) => name),
        ["alpha", "beta", "gamma"],
      );
    }
    const status = await ask<EcosystemStatus>(added.url, "hyperchain_status");
    assert.deepEqual(
      status.chains.map(({ name, chainId }) => [name, chainId]),
      [
        ["alpha", 271],
        ["beta", 272],
        ["gamma", 273],
      ],
    );
  });

  test("the feed lists the money of its creation as the chain's act, and a user's act on it as the user's", async () => {
    const [, , gamma] = devnet.chains.map(open);
    const alice = devnet.accounts.wallet(ALICE).connect(gamma!);
    const byUsers = async (): Promise<readonly string[]> => {
      const blocks = await ask<readonly ActivityBlock[]>(devnet.l1.url, "hyperchain_activity");
      const transactions = blocks.filter(({ chainId }) => chainId === 273).flatMap((block) => block.transactions);
      assert.ok(transactions.some(({ value }) => BigInt(value) === 10n * ETHER));
      return transactions.filter(({ by }) => by === "user").map(({ hash }) => hash);
    };
    assert.deepEqual(await byUsers(), []);
    const { hash } = await alice.sendTransaction({ to: alice.address, value: 1n });
    assert.deepEqual(await byUsers(), [hash]);
  });

  test("messages go to it and come from it, and a withdrawal is followed to L1", async () => {
    const [alpha, , gamma] = devnet.chains.map(open);
    const alice = devnet.accounts.wallet(ALICE);
    // In a batch of alpha that began after gamma was added; the one before was sealed for it.
    const there = await send(devnet.info(), { chain: A, to: { chain: 273, account: BOB }, amount: ETHER }, alice.connect(alpha!));
    const back = await send(
      devnet.info(),
      { chain: 273, to: { chain: B, account: CAROL }, amount: 2n * ETHER },
      alice.connect(gamma!),
    );
    await withdraw(devnet.info(), { chain: 273, amount: ETHER }, alice.connect(gamma!));
    await moveOn();
    assert.equal(await ether(gamma!, BOB), ETHER);
    assert.equal(await ether(open(devnet.chains[1]!), CAROL), 2n * ETHER);
    const messages = await devnet.messages();
    const stepsOf = (hash: string): readonly string[] =>
      messages.find(({ messageHash }) => messageHash === hash)?.steps.map(({ step }) => step) ?? [];
    for (const { messageHash } of [there, back]) assert.equal(stepsOf(messageHash).at(-1), "importSettled");
    const toL1 = messages.filter((message: MessageInfo) => message.type === "withdrawal" && message.sourceChainId === 273);
    assert.deepEqual(
      toL1.map(({ steps }) => steps.map(({ step }) => step)),
      [["initiated", "settled", "inTransactionRoot"]],
    );
  });

  test("earlier messages of other chains continue, and immediate ones arrive", async () => {
    const [alpha] = devnet.chains.map(open);
    const alice = devnet.accounts.wallet(ALICE).connect(alpha!);
    const before = await send(devnet.info(), { chain: A, to: { chain: B, account: BOB }, amount: ETHER }, alice);
    const added = await devnet.addChain({ name: "delta" });
    const after = await send(devnet.info(), { chain: A, to: { chain: added.chainId, account: BOB }, amount: ETHER }, alice);
    await moveOn();
    assert.equal(await ether(open(added), BOB), ETHER);
    const messages = await devnet.messages();
    for (const { messageHash } of [before, after])
      assert.equal(messages.find((message) => message.messageHash === messageHash)?.sentTooEarly, undefined);
    assert.equal(await ether(open(devnet.chains[1]!), BOB), ETHER);
  });

  test("a snapshot includes the set of chains: a chain that was added since is removed, and its id and name are free again", async () => {
    const mark = await devnet.snapshot();
    const before = devnet.chains;
    const added = await devnet.addChain({ name: "passing", chainId: 400 });
    const alice = devnet.accounts.wallet(ALICE).connect(open(added));
    await (await alice.sendTransaction({ to: BOB, value: 1n })).wait();
    await devnet.settle(400n);
    const within = await devnet.snapshot();
    assert.equal(await devnet.revert(within), true);
    assert.deepEqual(devnet.chains, [...before, added]);
    assert.equal(await open(added).getBalance(BOB), 1n);

    assert.equal(await devnet.revert(mark), true);
    assert.deepEqual(devnet.chains, before);
    assert.equal(BigInt(await hyperchainOnL1(400n)), 0n);
    await assert.rejects(fetch(added.url), /fetch failed/);
    assert.deepEqual(
      (await devnet.status()).chains.map(({ name }) => name),
      before.map(({ name }) => name),
    );
    const again = await devnet.addChain({ name: "passing", chainId: 400 });
    assert.equal(await open(again).getBalance(BOB), 0n);
    const sent = await send(
      devnet.info(),
      { chain: B, to: { chain: 400, account: BOB }, amount: ETHER },
      devnet.accounts.wallet(ALICE).connect(open(devnet.chains[1]!)),
    );
    await moveOn();
    assert.equal(await open(again).getBalance(BOB), ETHER);
    assert.equal(
      (await devnet.messages()).find(({ messageHash }) => messageHash === sent.messageHash)?.steps.at(-1)?.step,
      "importSettled",
    );
  });

  test("an impossible chain is refused by name, and no chain is added", async () => {
    const before = devnet.chains;
    const refusals: readonly (readonly [unknown, RegExp])[] = [
      [{ name: "alpha" }, /name: "alpha" is taken by another chain/],
      [{ name: "omega", chainId: 271 }, /chainId: 271 is the chain id of "alpha" already/],
      [{ name: "omega", chainId: 31_337 }, /chainId: 31337 is the chain id of the L1 already/],
      [{ name: "l1" }, /"l1" cannot name a chain/],
      [{}, /name is missing; there must be name$/],
      [undefined, /the first parameter is missing: the options of the chain/],
      [{ name: "omega", colour: "red" }, /"colour" is not a field/],
      [{ name: "omega", dataAvailability: "blobs" }, /dataAvailability must be "rollup", "validium", .*; got "blobs"/],
      [{ name: "omega", readers: [BOB] }, /readers is for a validium/],
      [{ name: "omega", baseToken: BOB }, /baseToken: there is no ERC-20 with a symbol at/],
      [
        // Before L1 has the chain, so its id stays free.
        { name: "omega", chainId: UNUSED, port: Number(new URL(devnet.l1.url).port) },
        /chain omega cannot be served: port \d+ on 127.0.0.1 is in use/,
      ],
    ];
    for (const [described, says] of refusals) await assert.rejects(add(described), says, JSON.stringify(described));
    assert.deepEqual(devnet.chains, before);
    assert.equal((await add({ name: "omega", chainId: UNUSED })).chainId, UNUSED);
  });

  test("two additions at a time run in sequence, each with a separate id and operator", async () => {
    const [one, two] = await Promise.all([add({ name: "one" }), add({ name: "two" })]);
    assert.notEqual(one.chainId, two.chainId);
    assert.notEqual(one.operator, two.operator);
    assert.deepEqual(
      devnet.chains.slice(-2).map(({ name }) => name),
      ["one", "two"],
    );
  });
});
