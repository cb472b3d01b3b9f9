import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Web3, WebSocketProvider, type Contract } from "web3";
import { testContract } from "../chain/support/artifact.ts";
import { ALICE, BOB, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const TO = "0x00000000000000000000000000000000000A11cE";
const ACCESS_LIST = [{ address: TO, storageKeys: [`0x${"00".repeat(32)}`] }];
const HOLDINGS = 100n;
const TOKEN_ABI = [
  {
    type: "constructor",
    stateMutability: "nonpayable",
    inputs: [
      { name: "holders", type: "address[]" },
      { name: "each", type: "uint256" },
    ],
  },
  {
    type: "function",
    name: "balanceOf",
    stateMutability: "view",
    inputs: [{ name: "account", type: "address" }],
    outputs: [{ name: "", type: "uint256" }],
  },
  {
    type: "function",
    name: "transfer",
    stateMutability: "nonpayable",
    inputs: [
      { name: "to", type: "address" },
      { name: "value", type: "uint256" },
    ],
    outputs: [{ name: "", type: "bool" }],
  },
  {
    type: "event",
    name: "Transfer",
    anonymous: false,
    inputs: [
      { name: "from", type: "address", indexed: true },
      { name: "to", type: "address", indexed: true },
      { name: "value", type: "uint256", indexed: false },
    ],
  },
] as const;

/** Each as its documentation opens it. */
const WAYS: Readonly<Record<string, (devnet: FlowDevnet) => Web3>> = {
  "over HTTP": ({ chains: [chain] }) => new Web3(chain!.url),
  // By default it would look for the chain for 25 seconds after the tests.
  "over WebSocket": ({ chains: [chain] }) =>
    new Web3(new WebSocketProvider(chain!.url.replace("http", "ws"), {}, { autoReconnect: false })),
  "in process": ({ chains: [chain] }) => new Web3(chain!.provider as never),
};

for (const [how, open] of Object.entries(WAYS)) {
  describe(`A6: web3.js 4 ${how}`, () => {
    let devnet: FlowDevnet;
    let web3: Web3;
    let alice: string;
    let bob: string;
    let token: Contract<typeof TOKEN_ABI>;
    before(async () => {
      devnet = await startFlowDevnet([271n], { proofs: "none", fundedAccounts: [ALICE, BOB] });
      web3 = open(devnet);
      web3.eth.setConfig({ transactionPollingInterval: 10, blockHeaderTimeout: 1 });
      [alice, bob] = [devnet.accounts.wallet(ALICE).address, devnet.accounts.wallet(BOB).address];
      web3.eth.accounts.wallet.add(devnet.accounts.wallet(ALICE).privateKey);
    });
    after(async () => {
      if (how === "over WebSocket") web3.provider?.disconnect();
      await devnet.close();
      assert.deepEqual(devnet.faults, []);
    });

    const balanceOf = (account: string, block?: bigint): Promise<bigint> =>
      token.methods.balanceOf(account).call({}, block) as unknown as Promise<bigint>;

    test("deploys a contract and calls it in every type of transaction that it knows, with its own fees and gas", async () => {
      const { initCode } = await testContract("PlainToken");
      const made = new web3.eth.Contract(TOKEN_ABI);
      token = (await made.deploy({ data: initCode, arguments: [[alice], HOLDINGS] }).send({ from: alice })) as typeof token;
      const types = [
        {},
        { type: "0x0" },
        { type: "0x1", accessList: ACCESS_LIST },
        { type: "0x2" },
        { type: "0x2", accessList: ACCESS_LIST },
      ];
      for (const fields of types) {
        const receipt = await token.methods.transfer(TO, 1n).send({ from: alice, ...fields } as { from: string });
        const { type } = await web3.eth.getTransaction(receipt.transactionHash);
        const named = Number("type" in fields ? fields.type : type);
        assert.deepEqual([receipt.status, Number(type)], [1n, named], JSON.stringify(fields));
        assert.equal(receipt.events?.["Transfer"]?.returnValues["value"], 1n);
      }
      assert.equal(await balanceOf(TO), BigInt(types.length));
      await assert.rejects(async () => token.methods.transfer(TO, HOLDINGS).send({ from: alice }));
    });

    test("reads at the blocks that it pins, while others follow", async () => {
      const [start, held] = [await web3.eth.getBlockNumber(), await balanceOf(TO)];
      for (let i = 1; i <= 3; i++) await token.methods.transfer(TO, 1n).send({ from: alice });
      const past = await Promise.all([0n, 1n, 2n, 3n].map((i) => balanceOf(TO, start + i)));
      assert.deepEqual(
        past,
        [0n, 1n, 2n, 3n].map((i) => held + i),
      );
      const events = await token.getPastEvents("Transfer", { filter: { from: alice }, fromBlock: start + 2n });
      assert.deepEqual(
        events.map((event) => (typeof event === "string" ? event : BigInt(event.blockNumber ?? 0))),
        [start + 2n, start + 3n],
      );
    });

    test("replaces a transaction that waits by one with higher fees", async () => {
      const { provider } = devnet.chains[0]!;
      await provider.request({ method: "evm_setAutomine", params: [false] });
      const nonce = await web3.eth.getTransactionCount(alice);
      const sign = async (gasPrice: bigint): Promise<string> => {
        const fields = { to: TO, value: 1n, gas: 30_000n, type: "0x0", nonce, gasPrice };
        return (await web3.eth.accounts.signTransaction(fields, devnet.accounts.wallet(ALICE).privateKey)).rawTransaction;
      };
      const price = await web3.eth.getGasPrice();
      const [first, second] = [await sign(price), await sign(2n * price)];
      const send = (raw: string) => provider.request({ method: "eth_sendRawTransaction", params: [raw] }) as Promise<string>;
      const replaced = await send(first);
      const waiting = web3.eth.sendSignedTransaction(second);
      const hash = await new Promise<string>((resolve) => {
        waiting.once("transactionHash", (heard) => resolve(String(heard)));
      });
      await provider.request({ method: "evm_mine" });
      await provider.request({ method: "evm_setAutomine", params: [true] });
      assert.deepEqual([(await waiting).status, (await waiting).transactionHash], [1n, hash]);
      assert.equal(await provider.request({ method: "eth_getTransactionByHash", params: [replaced] }), null);
    });

    if (how !== "over HTTP")
      test("hears of blocks, events and waiting transactions", async () => {
        // A later subscription's answer shows that this one exists.
        const logs = token.events.Transfer({ filter: { to: bob } });
        const [heads, waiting] = [await web3.eth.subscribe("newHeads"), await web3.eth.subscribe("newPendingTransactions")];
        const head = new Promise<bigint>((resolve) => heads.once("data", ({ number }) => resolve(BigInt(number ?? 0))));
        const value = new Promise((resolve) => logs.once("data", (event) => resolve(event.returnValues.value)));
        const hash = new Promise((resolve) => waiting.once("data", resolve));
        const receipt = await token.methods.transfer(bob, 7n).send({ from: alice });
        assert.deepEqual([await head, await value, await hash], [receipt.blockNumber, 7n, receipt.transactionHash]);
      });

    test("sends from the node's unlocked account", async () => {
      assert.deepEqual(await web3.eth.getAccounts(), [alice, bob]);
      const receipt = await web3.eth.sendTransaction({ from: bob, to: TO, value: 1n });
      assert.deepEqual([receipt.status, web3.utils.toChecksumAddress(receipt.from)], [1n, bob]);
    });
  });
}
