import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ethers } from "ethers5";
import { testContract, type TestContract } from "../chain/support/artifact.ts";
import { ALICE, BOB, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

type JsonRpcProvider = ethers.providers.JsonRpcProvider;
type Way = (devnet: FlowDevnet) => JsonRpcProvider;

const TO = "0x00000000000000000000000000000000000A11cE";
const ACCESS_LIST = [{ address: TO, storageKeys: [`0x${"00".repeat(32)}`] }];
const HOLDINGS = 100;

/** Each as its documentation opens it. */
const WAYS: Readonly<Record<string, Way>> = {
  "over HTTP": ({ chains: [chain] }) => new ethers.providers.StaticJsonRpcProvider(chain!.url),
  "over WebSocket": ({ chains: [chain] }) => new ethers.providers.WebSocketProvider(chain!.url.replace("http", "ws")),
  "in process": ({ chains: [chain] }) => new ethers.providers.Web3Provider(chain!.provider as ethers.providers.ExternalProvider),
};

for (const [how, open] of Object.entries(WAYS)) {
  describe(`A6: ethers 5 ${how}`, () => {
    let devnet: FlowDevnet;
    let provider: JsonRpcProvider;
    let signer: ethers.Wallet;
    let token: ethers.Contract;
    let artifact: TestContract;
    before(async () => {
      artifact = await testContract("PlainToken");
      devnet = await startFlowDevnet([271n], { proofs: "none", fundedAccounts: [ALICE, BOB] });
      provider = open(devnet);
      if (!(provider instanceof ethers.providers.WebSocketProvider)) provider.pollingInterval = 10;
      signer = new ethers.Wallet(devnet.accounts.wallet(ALICE).privateKey, provider);
    });
    after(async () => {
      provider.removeAllListeners();
      if (provider instanceof ethers.providers.WebSocketProvider) await provider.destroy();
      await devnet.close();
      assert.deepEqual(devnet.faults, []);
    });

    const balanceOf = async (account: string, blockTag: number | string = "latest"): Promise<number> =>
      ((await token["balanceOf"]!(account, { blockTag })) as ethers.BigNumber).toNumber();

    test("deploys a contract and calls it in every type of transaction that it knows, with its own fees and gas", async () => {
      const factory = new ethers.ContractFactory(artifact.abi.formatJson(), artifact.initCode, signer);
      token = await (await factory.deploy([signer.address], HOLDINGS)).deployed();
      const types = [{}, { type: 0 }, { type: 1, accessList: ACCESS_LIST }, { type: 2 }, { type: 2, accessList: ACCESS_LIST }];
      for (const overrides of types) {
        const sent = (await token["transfer"]!(TO, 1, overrides)) as ethers.ContractTransaction;
        const receipt = await sent.wait();
        const event = receipt.events?.[0];
        assert.deepEqual(
          [receipt.status, event?.event, event?.args?.["to"] as unknown],
          [1, "Transfer", TO],
          JSON.stringify(overrides),
        );
        assert.equal((await provider.getTransaction(sent.hash)).type, overrides.type ?? 2);
      }
      assert.equal(await balanceOf(TO), types.length);
      await assert.rejects(token["transfer"]!(TO, HOLDINGS), /InsufficientBalance|UNPREDICTABLE_GAS_LIMIT/);
    });

    test("reads at the blocks that it pins, while others follow", async () => {
      const [start, held] = [await provider.getBlockNumber(), await balanceOf(TO)];
      for (let i = 1; i <= 3; i++) await ((await token["transfer"]!(TO, 1)) as ethers.ContractTransaction).wait();
      const past = await Promise.all([0, 1, 2, 3].map((i) => balanceOf(TO, start + i)));
      assert.deepEqual(
        past,
        [0, 1, 2, 3].map((i) => held + i),
      );
      const events = await token.queryFilter(token.filters["Transfer"]!(signer.address), start + 2);
      assert.deepEqual(
        events.map(({ blockNumber }) => blockNumber),
        [start + 2, start + 3],
      );
      assert.equal((await provider.getBlockWithTransactions(start + 1)).transactions[0]?.from, signer.address);
    });

    test("replaces a transaction that waits by one with higher fees", async () => {
      await provider.send("evm_setAutomine", [false]);
      const first = await signer.sendTransaction({ to: TO, value: 1 });
      const { nonce, maxFeePerGas } = first;
      await assert.rejects(signer.sendTransaction({ to: TO, value: 2, nonce, type: 0, gasPrice: maxFeePerGas! }), {
        code: "REPLACEMENT_UNDERPRICED",
      });
      const second = await signer.sendTransaction({ to: TO, value: 1, nonce, type: 0, gasPrice: maxFeePerGas!.mul(2) });
      await provider.send("evm_mine", []);
      await provider.send("evm_setAutomine", [true]);
      assert.equal((await second.wait()).status, 1);
      assert.equal(await provider.send("eth_getTransactionByHash", [first.hash]), null);
    });

    test("hears of blocks and events", async () => {
      const block = new Promise<number>((resolve) => provider.once("block", resolve));
      const value = new Promise<number>((resolve) =>
        token.once(token.filters["Transfer"]!(null, devnet.accounts.wallet(BOB).address), (_from, _to, amount) =>
          resolve((amount as ethers.BigNumber).toNumber()),
        ),
      );
      // A later request's answer shows that the subscriptions exist.
      await provider.send("eth_chainId", []);
      const sent = (await token["transfer"]!(devnet.accounts.wallet(BOB).address, 7)) as ethers.ContractTransaction;
      const { blockNumber } = await sent.wait();
      assert.equal(await value, 7);
      assert.ok((await block) <= blockNumber);
    });

    test("sends from the node's unlocked account", async () => {
      const [account] = await provider.listAccounts();
      assert.equal(account, signer.address);
      const receipt = await (await provider.getSigner(account).sendTransaction({ to: TO, value: 1 })).wait();
      assert.deepEqual([receipt.status, receipt.from], [1, account]);
    });
  });
}
