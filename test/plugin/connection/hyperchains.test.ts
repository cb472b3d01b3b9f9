import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { after, before, describe, mock, test } from "node:test";
import { Interface } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import { createPublicClient, createWalletClient, custom, defineChain, parseEther } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { DEVELOPMENT_MNEMONIC } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import { isForEcosystem, METHOD_ACCESS } from "../../../src/chain/rpc/access/method-access.ts";
import { ECOSYSTEM_PARAMETERS } from "../../../src/chain/rpc/request/ecosystem-parameters.ts";
import type { Hyperchains, Member } from "../../../src/tool/plugin/api/hyperchains.ts";
import { messageGateway } from "../../../src/ecosystem/client/sending/contract-interfaces.ts";
import { deployMessageGateways } from "../../../src/ecosystem/client/messages/message-gateway.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { interoperableAddress } from "../../../src/ground/protocol/interoperable-address.ts";
import { l1AccountOf } from "../../../src/ecosystem/client/calls/chain-accounts.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { ETHER, openUnproven } from "./support/open.ts";

/** `double(3)` of CallTarget, and the error `Odd(3)` with which it reverts. */
const CALLED = new Interface(["function double(uint256 argument)", "error Odd(uint256 argument)"]);
const [DOUBLE_3, ODD_3] = [CALLED.encodeFunctionData("double", [3n]), CALLED.encodeErrorResult("Odd", [3n])];
const ORDINALS = ["first", "second", "third", "fourth"];
const SAMPLES = [271, "0x1f", `0x${"11".repeat(20)}`, `0x${"11".repeat(32)}`, {}, [], true];
/** Methods for sessions, which no L1 has. */
const UNSERVED_ON_ALPHA = [
  ...["hyperchain_cutSlot", "hyperchain_getBatchData", "hyperchain_propose", "hyperchain_publishSlot"],
  ...["hyperchain_slot", "hyperchain_waiting"],
];
const SESSIONS = ["closeSession", "getSessionChallenge", "openSession", "useSession"].map((name) => `hyperchain_${name}`);

interface HttpAnswer {
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

async function askOverHttp(
  { url }: Pick<Member, "url">,
  questions: readonly (readonly [method: string, params: readonly unknown[]])[],
): Promise<readonly HttpAnswer[]> {
  const body = JSON.stringify(questions.map(([method, params], id) => ({ jsonrpc: "2.0", id, method, params })));
  return (await (await fetch(url, { method: "POST", body })).json()) as readonly HttpAnswer[];
}

const NOBODY = "0x00000000000000000000000000000000000a11ce";

describe("I2: an ecosystem from network.create", () => {
  let connection: NetworkConnection;
  let hyperchains: Hyperchains;
  let alpha: Member;
  let beta: Member;

  before(async () => {
    connection = await openUnproven();
    ({ hyperchains } = connection);
    [alpha, beta] = [hyperchains.chain("alpha"), hyperchains.chain(272)];
  });
  after(() => connection.close());

  test("the connection is L1, the chains have names and ids, and can be walked over", async () => {
    assert.equal(hyperchains.l1, connection);
    assert.deepEqual(
      [...hyperchains].map(({ name, chainId }) => [name, chainId]),
      [
        ["alpha", 271],
        ["beta", 272],
      ],
    );
    for (const member of [hyperchains.l1, alpha, beta]) {
      assert.equal(BigInt(String(await member.provider.request({ method: "eth_chainId" }))), BigInt(member.chainId));
      assert.equal((await member.ethers.provider.getNetwork()).chainId, BigInt(member.chainId));
      const overHttp = await fetch(member.url, {
        method: "POST",
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId" }),
      });
      assert.equal(BigInt(((await overHttp.json()) as { result: string }).result), BigInt(member.chainId));
    }
    assert.throws(() => hyperchains.chain("gamma"), { code: "UnknownChain" });
  });

  test("reports loudly that nothing is proven, without proofs", () => {
    assert.match(hyperchains.info.proven, /NOTHING IS PROVEN/);
  });

  test("C7: send goes from any member to any, and each is followed by the same steps", async () => {
    const to = "0x000000000000000000000000000000000000c0c7";
    for (const [chain, there, type] of [
      ["l1", "alpha", "deposit"],
      ["alpha", "alpha", "payment"],
      ["alpha", "beta", "transfer"],
      ["alpha", "l1", "withdrawal"],
    ] as const) {
      const options = { chain, to: `${to}@${there}`, amount: 5n };
      assert.ok((await hyperchains.estimateSend(options)).deliveryGas >= 0n);
      const message = await hyperchains.send(options);
      assert.equal(message.type, type);
      await message.delivered();
      assert.deepEqual([message.has("initiated"), message.has("executed")], [true, true], type);
    }
    const balances = [hyperchains.l1, alpha, beta].map((member) => member.ethers.provider.getBalance(to));
    assert.deepEqual(await Promise.all(balances), [5n, 10n, 5n]);
    const token = await alpha.ethers.deployContract("L2TestToken", [5n, false, false]);
    assert.ok((await hyperchains.estimateSend({ chain: "alpha", to: `${to}@alpha`, amount: 2n, token })).deliveryGas > 0n);
    assert.equal((await hyperchains.send({ chain: "alpha", to: `${to}@alpha`, amount: 2n, token })).has("executed"), false);
  });

  test("D3: callTogether calls contracts on two chains by one transaction on L1, and gives a message for each", async () => {
    const targets = await Promise.all([alpha, beta].map((member) => member.ethers.deployContract("CallTarget")));
    const calls = targets.map((target, i) => ({
      to: `${String(target.target)}@${i === 0 ? "alpha" : "beta"}`,
      data: target.interface.encodeFunctionData("double", [BigInt(i)]),
    }));
    const messages = await hyperchains.callTogether({ chain: "l1", calls });
    assert.deepEqual(
      messages.map(({ type }) => type),
      ["deposit", "deposit"],
    );
    await messages[0]!.delivered();
    await assert.rejects(messages[1]!.delivered(), {
      code: "CallFailed",
      message: /failed there: base token is with the refund/,
    });
    const astray = [calls[0]!, { to: `${NOBODY}@beta`, data: "0x12" }];
    await assert.rejects(hyperchains.callTogether({ chain: "l1", calls: astray }), { code: "NoContract" });
  });

  test("C12: sendListed sends in a list, and is followed as any other", async () => {
    const recipients = ["0x0000000000000000000000000000000000c12001", "0x0000000000000000000000000000000000c12002"];
    const [one, two] = await Promise.all(
      recipients.map((to) => hyperchains.sendListed({ chain: "alpha", to: `${to}@beta`, amount: 5n })),
    );
    assert.equal(one!.hash, two!.hash);
    await one!.refresh();
    assert.deepEqual([one!.has("settled"), one!.waitingFor], [false, "the sender's batch is sealed, and sends its lists"]);
    const { step, chainId } = await one!.delivered();
    assert.deepEqual([step, chainId], ["executed", beta.chainId]);
    assert.equal((await two!.refresh()).has("executed"), true);
    for (const account of recipients) assert.equal(await beta.ethers.provider.getBalance(account), 5n);
    const low = { chain: "alpha", to: `0x${"f".padStart(40, "0")}@beta`, amount: 1n };
    await assert.rejects(hyperchains.sendListed(low), { code: "NotListable" });
  });

  test("B5: announce and describe bring a token's name to a chain that has none of it", async () => {
    const token = await alpha.ethers.deployContract("L2TestToken", [5n, false, false]);
    const announced = await hyperchains.announce({ chain: "alpha", token });
    await assert.rejects(hyperchains.describe({ announced, on: "beta" }), { code: "NotImported", message: /settle alpha/ });
    await hyperchains.settle("alpha");
    await hyperchains.relay();
    const receipt = await beta.ethers.provider.getTransactionReceipt(await hyperchains.describe({ announced, on: "beta" }));
    const described = new Interface(["event Described(string name, string symbol, uint8 decimals, uint88 position)"]);
    const told = receipt?.logs.map((log) => described.parseLog(log)).find((event) => event !== null);
    const [name, symbol, decimals, position] = told?.args ?? [];
    assert.deepEqual([name, symbol, decimals, position > 0n], ["Test token", "TT", 6n, true]);
  });

  test("viem reads and writes through a chain's provider", async () => {
    const chain = defineChain({
      id: alpha.chainId,
      name: alpha.name,
      nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
      rpcUrls: { default: { http: [alpha.url] } },
    });
    const transport = custom({ request: (args: { method: string; params?: unknown[] }) => alpha.provider.request(args) });
    const reader = createPublicClient({ chain, transport, pollingInterval: 10 });
    const writer = createWalletClient({
      chain,
      transport,
      account: mnemonicToAccount(DEVELOPMENT_MNEMONIC, { addressIndex: 3 }),
    });
    const hash = await writer.sendTransaction({ to: NOBODY, value: parseEther("1") });
    assert.equal((await reader.waitForTransactionReceipt({ hash })).status, "success");
    assert.equal(await reader.getBalance({ address: NOBODY }), ETHER);
    // An account whose key only the connection has, as with Hardhat's own networks.
    const [first] = await createWalletClient({ chain, transport }).getAddresses();
    const other = await createWalletClient({ chain, transport }).sendTransaction({ account: first!, to: NOBODY, value: 1n });
    assert.equal((await reader.waitForTransactionReceipt({ hash: other })).status, "success");
  });

  test("a revert on a chain has the contract's stack trace and its data", async () => {
    const target = await alpha.ethers.deployContract("CallTarget");
    const failure: unknown = await target
      .getFunction("double")
      .send(3n)
      .catch((error: unknown) => error);
    assert.ok(failure instanceof Error);
    assert.match(String(failure.stack), /CallTarget\.double \(test\/contracts\/solidity\/l2\/InteropTestContracts\.sol:\d+\)/);
    assert.match(JSON.stringify(failure), new RegExp(target.interface.getError("Odd")!.selector));
  });

  test("a custom error has its name and arguments over HTTP, on chains and on L1, as on Hardhat's node", async () => {
    for (const member of [alpha, hyperchains.l1]) {
      const target = await member.ethers.deployContract("CallTarget");
      const call = { from: (await member.ethers.getSigners())[0]!.address, to: String(target.target), data: DOUBLE_3 };
      for (const method of ["eth_call", "eth_estimateGas", "eth_sendTransaction"]) {
        const [{ error } = {}] = await askOverHttp(member, [[method, [call]]]);
        assert.partialDeepStrictEqual(error, { code: 3, data: ODD_3 }, method);
        assert.match(JSON.stringify(error), /reverted with custom error 'Odd\(3\)'"/, method);
      }
    }
  });

  test("each method of the package names the parameter that is missing, of another type, or superfluous", async () => {
    for (const member of [alpha, hyperchains.l1]) {
      const unserved: string[] = [];
      for (const [method, parameters] of Object.entries(ECOSYSTEM_PARAMETERS)) {
        const values = parameters.map(({ type }) => SAMPLES.find((sample) => type.is(sample)));
        const faulty = parameters.flatMap(({ name, isOptional }, index) => [
          // No parameter is a fraction.
          { params: [...values.slice(0, index), 1.5], told: `the ${ORDINALS[index]} parameter, ${name}, is ` },
          ...(isOptional === true
            ? []
            : [{ params: values.slice(0, index), told: `the ${ORDINALS[index]} parameter is missing: ${name}` }]),
        ]);
        faulty.push({
          params: [...values, 7],
          told: `the ${ORDINALS[values.length]} parameter, 7, is one more than the method has: `,
        });
        const answers = await askOverHttp(
          member,
          faulty.map(({ params }) => [method, params] as const),
        );
        if (answers.some(({ error }) => error?.code === -32601)) unserved.push(method);
        else
          for (const [index, { error }] of answers.entries()) {
            assert.equal(error?.code, -32602, `${method}: ${JSON.stringify(error)}`);
            assert.ok(error.message.startsWith(`${method}: ${faulty[index]?.told}`), error.message);
          }
      }
      // Chains alone have most of these; validiums with data, and chains with an external sequencer, have the last ones.
      assert.deepEqual(
        member === alpha ? unserved : unserved.filter(isForEcosystem),
        member === alpha ? UNSERVED_ON_ALPHA : SESSIONS,
      );
    }
  });

  test("each method of the package is documented and has a list of its parameters", () => {
    const pages = ["docs/rpc.md", "src/ecosystem/devnet/README.md"].map((page) => readFileSync(page, "utf8"));
    const cells = pages.flatMap((page) => page.split("\n").flatMap((line) => (line.startsWith("|") ? [line.split("|")[1]] : [])));
    const documented = cells.flatMap((cell) => cell?.match(/hyperchain_\w+/g) ?? []);
    const listed = [...documented, ...[...METHOD_ACCESS.keys()].filter((method) => method.startsWith("hyperchain_"))];
    assert.deepEqual(Object.keys(ECOSYSTEM_PARAMETERS).sort(), [...new Set(listed)].sort());
    const named = new Set(pages.flatMap((page) => page.match(/\bhyperchain_\w+/g) ?? []));
    assert.deepEqual(
      listed.filter((method) => !named.has(method)),
      [],
      "methods that no page names",
    );
  });

  test("a chain's provider tells of new blocks, until the subscription ends", async () => {
    const subscription: unknown = await beta.provider.request({ method: "eth_subscribe", params: ["newHeads"] });
    const height = BigInt(await beta.ethers.provider.getBlockNumber());
    const told = once(beta.provider, "message") as Promise<
      [{ type: string; data: { subscription: string; result: { number: string } } }]
    >;
    await beta.networkHelpers.mine();
    const [{ type, data }] = await told;
    assert.deepEqual([type, data.subscription, BigInt(data.result.number)], ["eth_subscription", subscription, height + 1n]);
    assert.equal(await beta.provider.request({ method: "eth_unsubscribe", params: [subscription] }), true);
    assert.equal(await beta.provider.request({ method: "eth_unsubscribe", params: [subscription] }), false);
  });

  test("finds messages by transaction and by hash, and refuses an unknown message", async () => {
    const sent = await hyperchains.send({ chain: "alpha", to: `${NOBODY}@beta`, amount: 5n });
    const found = await hyperchains.message({ hash: sent.transactionHash });
    assert.deepEqual([found.hash, found.type, found.sourceChainId, found.destinationChainId], [sent.hash, "transfer", 271, 272]);
    const before = await beta.ethers.provider.getBalance(NOBODY);
    const { chainId, transactionHash } = await found.delivered();
    assert.equal(chainId, 272);
    assert.equal((await beta.ethers.provider.getTransactionReceipt(transactionHash))?.status, 1);
    assert.equal((await beta.ethers.provider.getBalance(NOBODY)) - before, 5n);
    assert.deepEqual(
      (await hyperchains.message(sent.hash)).steps.map(({ step }) => step),
      ["initiated", "settled", "inTransactionRoot", "imported", "delivered", "executed"],
    );
    await assert.rejects(hyperchains.message(`0x${"12".repeat(32)}`), { code: "UnknownMessage" });
    await assert.rejects(hyperchains.message((await alpha.ethers.getSigners())[0]!.sendTransaction({ to: NOBODY })), {
      code: "UnknownMessage",
    });
  });

  test("a withdrawal that someone else claims is delivered too", async () => {
    const { finalizeWithdrawal } = await import("../../../src/ecosystem/client/messages/withdraw.ts");
    const withdrawal = await hyperchains.withdraw({ chain: "beta", amount: 7n, to: NOBODY });
    assert.equal((await withdrawal.refresh()).waitingFor, "its batch is sealed, proven and executed on L1");
    await hyperchains.settle("beta");
    const [, someone] = await connection.ethers.getSigners();
    const claimed = await finalizeWithdrawal(hyperchains.info, { chain: "beta", messageHash: withdrawal.hash }, someone!);
    assert.equal(claimed.state, "paid");
    assert.equal((await withdrawal.delivered()).transactionHash, claimed.state === "paid" && claimed.l1TransactionHash);
    assert.equal(
      (await finalizeWithdrawal(hyperchains.info, { chain: "beta", messageHash: withdrawal.hash }, someone!)).state,
      "paidBefore",
    );
    assert.equal(await connection.ethers.provider.getBalance(NOBODY), 7n);
  });

  test("I5: requests that cannot work say what to do", async () => {
    const to = `${NOBODY}@beta`;
    await assert.rejects(hyperchains.send({ chain: "alpha", to, amount: 0n }), {
      code: "ZeroAmount",
      message: /must be above 0/,
    });
    await assert.rejects(hyperchains.send({ chain: "alpha", to: `0x${"0".repeat(40)}@l1`, amount: 1n }), {
      code: "MalformedAddress",
      message: /would be lost; name another recipient/,
    });
    await assert.rejects(hyperchains.call({ chain: "alpha", to: `${NOBODY}@alpha`, data: "0x", reward: 1n }), {
      code: "NotOnRoute",
      message: /a call that stays on its member has no reward: leave it out/,
    });
    await assert.rejects(hyperchains.call({ chain: "alpha", to: `${NOBODY}@l1`, data: "0x12345678" }), {
      code: "NoContract",
      message: /there is no contract at 0x\w+@l1/,
    });
    await assert.rejects(hyperchains.send({ chain: "omega", to, amount: 1n }), {
      code: "UnknownChain",
      message: /no chain omega .* alpha \(271\), beta \(272\)/,
    });
    await assert.rejects(hyperchains.send({ chain: "alpha", to, amount: 10n ** 30n }), {
      code: "InsufficientFunds",
      message: /^0x[0-9a-f]{40} lacks [\d.]+ ETH on alpha: .*bring more there first/,
    });
    await assert.rejects(hyperchains.send({ chain: "alpha", to, amount: 1n, token: NOBODY }), {
      code: "UnknownToken",
      message: /deposit it to alpha first/,
    });
    await assert.rejects(hyperchains.deposit({ to, amount: 1n, token: NOBODY }), {
      code: "UnknownToken",
      message: /is not an ERC-20 token on l1/,
    });
    await assert.rejects(hyperchains.deposit({ amount: 1n }), TypeError);
    await assert.rejects(hyperchains.call({ chain: "alpha", to, data: "0x12345678" }), {
      code: "NoContract",
      message: /there is no contract at 0x\w+@beta, so the call would succeed and do nothing/,
    });
    await assert.rejects(hyperchains.faults.drop("0x12"), /the first parameter is a fault, such as/);
    await assert.rejects(hyperchains.revert("0x999"), /there is no snapshot 0x999/);
  });

  test("C7: a call stays on its member, or comes from L1 through the queue, and is followed as any other", async () => {
    const before = await alpha.ethers.provider.getBalance(NOBODY);
    for (const chain of ["alpha", "l1"]) {
      const message = await hyperchains.call({ chain, to: `${NOBODY}@alpha`, data: "0x", value: 3n });
      await message.delivered();
    }
    assert.equal((await alpha.ethers.provider.getBalance(NOBODY)) - before, 6n);
    const failing = await hyperchains.call({ chain: "l1", to: `${PREDEPLOYS.L2AssetRouter}@alpha`, data: "0x12345678" });
    await assert.rejects(failing.delivered(), { code: "CallFailed", message: /arrived on alpha and failed there/ });
  });

  test("C7: a call of L1 is made by the sender's account there, and one that reverts says why", async () => {
    const target = await hyperchains.l1.ethers.deployContract("CallTarget");
    const call = async (argument: bigint) =>
      hyperchains.call({
        chain: "alpha",
        to: `${await target.getAddress()}@l1`,
        data: target.interface.encodeFunctionData("double", [argument]),
        value: 5n,
      });
    const message = await call(4n);
    assert.equal(message.type, "l1Call");
    assert.match(message.waitingFor ?? (await message.refresh()).waitingFor ?? "", /its batch is sealed/);
    const { transactionHash } = await message.delivered();
    const [sender] = await alpha.ethers.getSigners();
    const account = l1AccountOf(hyperchains.info, { chain: "alpha", sender: sender!.address });
    const receipt = await hyperchains.l1.ethers.provider.getTransactionReceipt(transactionHash);
    const [made] = receipt!.logs.flatMap((log) => target.interface.parseLog(log) ?? []);
    assert.deepEqual([String(made!.args[0]).toLowerCase(), made!.args[1], made!.args[2]], [account, 4n, 5n]);
    assert.deepEqual(
      message.steps.map(({ step }) => step),
      ["initiated", "settled", "inTransactionRoot", "delivered", "executed"],
    );
    const failing = await call(5n);
    await assert.rejects(failing.delivered(), {
      name: "MessageError",
      code: "CallFailed",
      message: /reverts there with Odd\(5\)/,
    });
    const found = await hyperchains.message(failing.hash);
    assert.deepEqual([found.type, found.waitingFor], ["l1Call", "an account has the call made on L1"]);
    const told = await hyperchains.l1.provider.request({ method: "hyperchain_message", params: [message.hash] });
    assert.equal((told as { steps: { step: string }[] }).steps.at(-1)?.step, "executed");
  });

  test("C3: a message to a contract on L1 is delivered by the gateway, and one that its recipient refuses says why", async () => {
    const recipient = await hyperchains.l1.ethers.deployContract("InteropRecipient");
    const signerOn = async (chainId: number) => {
      const member = chainId === alpha.chainId ? alpha : hyperchains.l1;
      return (await member.ethers.getSigners())[0]!;
    };
    const { onChain } = await deployMessageGateways(hyperchains.info, "alpha", signerOn);
    const to = interoperableAddress(BigInt(hyperchains.l1.chainId), (await recipient.getAddress()) as Hex);
    const send = async (payload: string) => {
      const data = messageGateway.encodeFunctionData("sendMessage", [to, payload, []]);
      const { hash } = await (await signerOn(alpha.chainId)).sendTransaction({ to: onChain, data });
      return (await hyperchains.messages(hash))[0]!;
    };
    const message = await send("0x01");
    assert.equal(message.type, "l1Message");
    await message.delivered();
    assert.equal(await recipient.getFunction("count").staticCall(), 1n);
    assert.deepEqual(
      message.steps.map(({ step }) => step),
      ["initiated", "settled", "inTransactionRoot", "delivered", "executed"],
    );
    await assert.rejects((await send("0xff")).delivered(), { code: "CallFailed", message: /reverts with Refused\(1\)/ });
  });

  test("E2: a payment with empty data is one without data, and costs as much", async () => {
    const [signer] = await alpha.ethers.getSigners();
    const sent = await signer!.sendTransaction({ to: NOBODY, value: 1n, data: "0x", gasLimit: 21_000n });
    assert.equal((await sent.wait())?.gasUsed, 21_000n);
  });

  test("B10: settling with an operator that has no money reports this, and continues when it has some", async () => {
    const { operator } = hyperchains.info.chains[0]!;
    await (await (await alpha.ethers.getSigners())[0]!.sendTransaction({ to: NOBODY, value: 1n })).wait();
    await connection.networkHelpers.setBalance(operator, 0n);
    const warning = Promise.withResolvers<string>();
    const { mock: warn } = mock.method(console, "warn", (line: string) => warning.resolve(line));
    try {
      const settled = hyperchains.settle("alpha");
      const line = await warning.promise;
      assert.match(line, /^alpha waits, and continues automatically: /);
      assert.ok(line.toLowerCase().includes(`${operator} cannot pay for it; fund it`), line);
      await connection.networkHelpers.setBalance(operator, 10n * ETHER);
      assert.equal((await settled).length, 1);
    } finally {
      warn.restore();
    }
  });

  test("a fixture of one member restores all members, with their messages in flight", async () => {
    const sent = await hyperchains.send({ chain: "beta", to: `${NOBODY}@alpha`, amount: 11n });
    const mark = await hyperchains.snapshot();
    const balance = () => alpha.ethers.provider.getBalance(NOBODY);
    const before = await balance();
    await sent.delivered();
    assert.equal((await balance()) - before, 11n);
    assert.equal(await beta.provider.request({ method: "evm_revert", params: [mark] }), true);
    assert.equal(await balance(), before);
    assert.deepEqual(
      (await sent.refresh()).steps.map(({ step }) => step),
      ["initiated"],
    );
    await sent.delivered();
    assert.equal((await balance()) - before, 11n);
  });
});
