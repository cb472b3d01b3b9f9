import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, Interface, type BaseContract } from "ethers";
import { assetId, BASE_TOKEN_ADDRESS } from "../../../src/ground/protocol/asset-message.ts";
import { toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { l2LogProof } from "../../../src/ground/protocol/log-proof.ts";
import { accountsOf, assetMessage, claimOf, depositToken, ZERO_ADDRESS } from "./support/assets.ts";
import { TestChain } from "./support/chain.ts";
import {
  addressOf,
  as,
  defaultConfiguration,
  deployEcosystem,
  ETH,
  eventsOf,
  hexAddress,
  send,
  view,
  type ChainConfiguration,
  type Ecosystem,
} from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";

const abi = AbiCoder.defaultAbiCoder();

describe("shared bridge", () => {
  let ecosystem: Ecosystem;
  let token: BaseContract;
  let tokenAddress: Hex;
  let user: string;
  let nextChainId = 270n;
  before(async () => {
    ecosystem = await deployEcosystem();
    user = ecosystem.accounts[0]!.address;
    token = await ecosystem.l1.deploy("TokenDouble");
    tokenAddress = await hexAddress(token);
    await send(token, "mint", user, 10n ** 30n);
    await send(token, "approve", await ecosystem.bridge.getAddress(), 1n << 255n);
  });
  after(() => ecosystem.l1.close());

  const create = async (overrides: Partial<ChainConfiguration> = {}): Promise<TestChain> =>
    TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, nextChainId++)), ...overrides });
  const etherOf = (address: string): Promise<bigint> => ecosystem.l1.ethers.provider.getBalance(address);

  describe("deposits", () => {
    test("both of ZK Stack's encodings mean the same, and the chain receives asset, sender, receiver and metadata", async () => {
      const chain = await create();
      const id = assetId(ecosystem.chainId, tokenAddress);
      const receiver = ecosystem.accounts[2]!.address;
      const plain = abi.encode(["uint256", "address", "address"], [500n, receiver, tokenAddress]);
      const modern = `0x01${abi.encode(["bytes32", "bytes"], [id, plain]).slice(2)}`;
      await depositToken(ecosystem, chain, tokenAddress, 500n, { receiver });
      await depositToken(ecosystem, chain, tokenAddress, 500n, { secondBridgeCalldata: modern });
      assert.deepEqual(await accountsOf(ecosystem, chain.configuration.chainId, tokenAddress), [1_000n, 0n, 0n]);
      const filter = chain.contract.filters["NewPriorityRequest"]!();
      const events = await chain.contract.queryFilter(filter);
      const calls = events.map((event) => (chain.contract.interface.parseLog(event)!.args["transaction"] as { data: Hex }).data);
      assert.equal(calls[0], calls[1]);
      const router = new Interface(["function finalizeDeposit(uint256, bytes32, bytes)"]);
      const [originChainId, assetIdTold, transferData] = router.decodeFunctionData("finalizeDeposit", calls[0]!) as unknown as [
        bigint,
        string,
        string,
      ];
      assert.deepEqual([originChainId, assetIdTold], [ecosystem.chainId, id]);
      const [from, to, origin, amount, metadata] = abi.decode(
        ["address", "address", "address", "uint256", "bytes"],
        transferData,
      );
      assert.deepEqual([from, to, origin, amount], [user, receiver, await token.getAddress(), 500n]);
      const [chainId, name, symbol, decimals] = abi.decode(
        ["uint256", "bytes", "bytes", "bytes"],
        `0x${String(metadata).slice(4)}`,
      );
      assert.deepEqual(
        [
          chainId,
          ...abi.decode(["string"], name as string),
          ...abi.decode(["string"], symbol as string),
          BigInt(decimals as string),
        ],
        [ecosystem.chainId, "Token", "TKN", 18n],
      );
      assert.equal(await view(ecosystem.bridge, "tokenAddress", id), await token.getAddress());
      assert.equal(await view(ecosystem.bridge, "originChainId", id), ecosystem.chainId);
      const shown = await view<string>(ecosystem.bridge, "getDepositCalldata", user, id, plain);
      assert.equal(shown, calls[0]);
    });

    test("a contract that names no receiver gets its deposit at its alias, where it can act", async () => {
      const chain = await create({ baseToken: tokenAddress });
      const party = await ecosystem.l1.deploy("ThirdParty");
      const address = await hexAddress(party);
      const request = {
        chainId: chain.configuration.chainId,
        mintValue: 0n,
        l2Value: 0n,
        l2GasLimit: 500_000n,
        l2GasPerPubdataByteLimit: 800n,
        refundRecipient: ZERO_ADDRESS,
        secondBridgeAddress: await ecosystem.bridge.getAddress(),
        secondBridgeValue: 7n,
        secondBridgeCalldata: abi.encode(["address", "uint256", "address"], [ETH, 7n, ZERO_ADDRESS]),
      };
      const data = ecosystem.factory.interface.encodeFunctionData("requestL2TransactionTwoBridges", [request]);
      await send(party, "run", [{ target: await ecosystem.factory.getAddress(), value: 7n, data }], false, { value: 7n });
      const [event] = await chain.contract.queryFilter(chain.contract.filters["NewPriorityRequest"]!());
      const call = (chain.contract.interface.parseLog(event!)!.args["transaction"] as { data: Hex }).data;
      const transferData = abi.decode(["uint256", "bytes32", "bytes"], `0x${call.slice(10)}`)[2] as string;
      const [from, to] = abi.decode(["address", "address"], transferData) as unknown as [string, string];
      // The alias by its definition: the address and an offset.
      const alias = (BigInt(address) + 0x1111000000000000000000000000000000001111n) % 2n ** 160n;
      assert.deepEqual([BigInt(from), BigInt(to)], [BigInt(address), alias]);
    });

    test("ETH goes to a chain with another base token, as address 0 or 1", async () => {
      const chain = await create({ baseToken: tokenAddress });
      await depositToken(ecosystem, chain, ETH, 5n);
      await depositToken(ecosystem, chain, ZERO_ADDRESS, 6n);
      assert.deepEqual(await accountsOf(ecosystem, chain.configuration.chainId, ETH), [11n, 0n, 0n]);
      assert.equal(await view(ecosystem.bridge, "tokenAddress", assetId(ecosystem.chainId, ZERO_ADDRESS)), ETH);
      await assertReverts(depositToken(ecosystem, chain, ETH, 5n, { secondBridgeValue: 4n }), "EtherAmountMismatch(5, 4)");
      await assertReverts(depositToken(ecosystem, chain, tokenAddress, 5n), `BaseTokenThroughSecondBridge(${tokenAddress})`);
    });

    test("refuses ETH together with a token, another asset's id, the base token and data of no meaning", async () => {
      const chain = await create();
      await assertReverts(
        depositToken(ecosystem, chain, tokenAddress, 5n, { secondBridgeValue: 1n }),
        "EtherAmountMismatch(0, 1)",
      );
      await assertReverts(depositToken(ecosystem, chain, ETH, 5n), `BaseTokenThroughSecondBridge(${ZERO_ADDRESS})`);
      const plain = abi.encode(["uint256", "address", "address"], [500n, user, tokenAddress]);
      const modern = `0x01${abi.encode(["bytes32", "bytes"], [wordToHex(5n), plain]).slice(2)}`;
      await assertReverts(
        depositToken(ecosystem, chain, tokenAddress, 5n, { secondBridgeCalldata: modern }),
        `UnknownAsset(${assetId(ecosystem.chainId, tokenAddress)}, ${wordToHex(5n)})`,
      );
      await assertReverts(
        depositToken(ecosystem, chain, tokenAddress, 5n, { secondBridgeCalldata: "0x" }),
        "MalformedDepositData()",
      );
      await assertReverts(
        depositToken(ecosystem, chain, tokenAddress, 1n << 128n),
        `AmountTooLarge(${(1n << 128n) - 1n}, ${1n << 128n})`,
      );
    });

    test("only the factory hands in deposits and confirmations", async () => {
      const factory = await hexAddress(ecosystem.factory);
      const expected = `OnlyFactory(${factory}, ${user.toLowerCase()})`;
      await assertReverts(send(ecosystem.bridge, "depositBaseToken", 1n, ZERO_ADDRESS, user, 0n), expected);
      await assertReverts(send(ecosystem.bridge, "bridgehubDeposit", 1n, user, 0n, "0x"), expected);
      await assertReverts(send(ecosystem.bridge, "bridgehubConfirmL2Transaction", 1n, wordToHex(1n), wordToHex(1n)), expected);
    });

    test("a second bridge must consent, and L2 value is not for deposits", async () => {
      const chain = await create();
      const request = {
        chainId: chain.configuration.chainId,
        mintValue: 10n ** 7n,
        l2Value: 1n,
        l2GasLimit: 500_000n,
        l2GasPerPubdataByteLimit: 800n,
        refundRecipient: ZERO_ADDRESS,
        secondBridgeAddress: await ecosystem.bridge.getAddress(),
        secondBridgeValue: 0n,
        secondBridgeCalldata: abi.encode(["address", "uint256", "address"], [tokenAddress, 1n, user]),
      };
      const ask = (overrides: object) =>
        send(ecosystem.factory, "requestL2TransactionTwoBridges", { ...request, ...overrides }, { value: 10n ** 7n });
      await assertReverts(ask({}), "L2ValueNotZero(1)");
      const fake = await ecosystem.l1.deploy("SecondBridgeDouble", wordToHex(1n));
      await assertReverts(
        ask({ secondBridgeAddress: await fake.getAddress() }),
        `NotASecondBridge(${await hexAddress(fake)}, ${wordToHex(1n)})`,
      );
      // keccak256("TWO_BRIDGES_MAGIC_VALUE") - 1, from ZK Stack.
      const other = await ecosystem.l1.deploy("SecondBridgeDouble", await view(fake, "MAGIC"));
      const receipt = await ask({ secondBridgeAddress: await other.getAddress() });
      const [event] = eventsOf(chain.contract, receipt, "NewPriorityRequest");
      const { from, value } = event!.args["transaction"] as { from: bigint; value: bigint };
      assert.deepEqual([from, value], [BigInt(await hexAddress(other)) + 0x1111000000000000000000000000000000001111n, 1n]);
    });
  });

  describe("withdrawals", () => {
    test("move from balance to pot on execution and are claimed once, by anyone, for the recipient", async () => {
      const chain = await create();
      await depositToken(ecosystem, chain, tokenAddress, 1_000n);
      const [operation] = await pending(chain);
      const recipient = addressOf(0xbeef);
      const withdrawal = assetMessage(ecosystem, { originToken: tokenAddress, amount: 400n, recipient });
      const formed = await chain.form({
        canonicalTxHashes: [operation!],
        logs: [{ type: "priorityOp", success: true }, withdrawal],
      });
      const claim = claimOf(chain, formed, 1, withdrawal);
      const { stored } = await chain.commit(formed);
      await chain.prove(stored);
      await assertReverts(
        send(ecosystem.bridge, "finalizeDeposit", claim),
        `BatchNotExecuted(${chain.configuration.chainId}, 0)`,
      );
      await chain.execute(stored, formed);
      assert.deepEqual(await accountsOf(ecosystem, chain.configuration.chainId, tokenAddress), [600n, 400n, 0n]);
      await send(as(ecosystem.bridge, ecosystem.accounts[5]!), "finalizeDeposit", claim);
      assert.equal(await view(token, "balanceOf", recipient), 400n);
      assert.deepEqual(await accountsOf(ecosystem, chain.configuration.chainId, tokenAddress), [600n, 0n, 0n]);
      assert.equal(await view(ecosystem.bridge, "isWithdrawalFinalized", chain.configuration.chainId, 0, 1), true);
      await assertReverts(
        send(ecosystem.bridge, "finalizeDeposit", claim),
        `WithdrawalAlreadyFinalized(${chain.configuration.chainId}, 0, 1)`,
      );
    });

    test("pay ETH from the base token's predeploy too", async () => {
      const chain = await create();
      await chain.request({}, 10n ** 9n);
      const recipient = addressOf(0xfeed);
      const withdrawal = assetMessage(ecosystem, { from: BASE_TOKEN_ADDRESS, amount: 10n ** 9n, recipient });
      const { formed } = await chain.settle({ logs: [withdrawal] });
      await send(ecosystem.bridge, "finalizeDeposit", claimOf(chain, formed, 0, withdrawal));
      assert.equal(await etherOf(recipient), 10n ** 9n);
      assert.deepEqual(await accountsOf(ecosystem, chain.configuration.chainId, ETH), [0n, 0n, 0n]);
    });

    test("refuses every claim whose proof, place, sender or content is another", async () => {
      const chain = await create();
      await chain.request({}, 10n ** 9n);
      const logs = [assetMessage(ecosystem, { amount: 5n }), assetMessage(ecosystem, { amount: 6n, nonce: 1n })];
      const foreign = assetMessage(ecosystem, { amount: 7n, from: addressOf(0xbad) });
      const send3 = assetMessage(ecosystem, { kind: 2, amount: 1n, destinationChainId: 5n });
      const elsewhere = assetMessage(ecosystem, { destinationChainId: 5n });
      const notHere = assetMessage(ecosystem, { originChainId: chain.configuration.chainId, originToken: tokenAddress });
      const { formed, stored } = await chain.settle({ logs: [...logs, foreign, send3, elsewhere, notHere] });
      const claim = claimOf(chain, formed, 0, logs[0]!);
      const finalize = (overrides: object) => send(ecosystem.bridge, "finalizeDeposit", { ...claim, ...overrides });
      const id = chain.configuration.chainId;
      await assertReverts(finalize({ chainId: 999_999n }), "UnknownChain(999999)");
      await assertReverts(finalize({ l2BatchNumber: 1n }), `BatchNotExecuted(${id}, 1)`);
      await assertReverts(finalize({ l2MessageIndex: 1 }), "LogNotIncluded");
      await assertReverts(finalize({ l2MessageIndex: 1n << 14n }), "LogIndexTooLarge(16384, 16384)");
      await assertReverts(finalize({ l2Sender: BASE_TOKEN_ADDRESS }), "LogNotIncluded");
      await assertReverts(finalize({ message: toHex(logs[1]!.body) }), "LogNotIncluded");
      await assertReverts(finalize({ message: `${claim.message}00` }), "NotAWithdrawal()");
      await assertReverts(finalize({ merkleProof: claim.merkleProof.slice(1) }), "LogProofLength(15, 14)");
      await assertReverts(finalize({ merkleProof: claim.merkleProof.with(0, wordToHex(0n)) }), "LogProofMetadata");
      for (const level of [1, 7, 14]) {
        await assertReverts(finalize({ merkleProof: claim.merkleProof.with(level, wordToHex(1n)) }), "LogNotIncluded");
      }
      await assertReverts(
        send(ecosystem.bridge, "finalizeDeposit", claimOf(chain, formed, 2, foreign)),
        `NotAnAssetSender(${addressOf(0xbad)})`,
      );
      await assertReverts(send(ecosystem.bridge, "finalizeDeposit", claimOf(chain, formed, 3, send3)), "NotAWithdrawal()");
      await assertReverts(send(ecosystem.bridge, "finalizeDeposit", claimOf(chain, formed, 4, elsewhere)), "NotAWithdrawal()");
      await assertReverts(
        send(ecosystem.bridge, "finalizeDeposit", claimOf(chain, formed, 5, notHere)),
        `AssetNotOnL1(${id}, ${tokenAddress})`,
      );
      assert.equal(stored.batchNumber, 0n);
      await finalize({});
    });
  });

  describe("flows", () => {
    test("a chain takes out no more than its own balance, whatever its quorum signs", async () => {
      const [rich, poor] = [await create(), await create()];
      await depositToken(ecosystem, rich, tokenAddress, 1_000n);
      const loot = assetMessage(ecosystem, { originToken: tokenAddress, amount: 1n });
      const formed = await poor.form({ logs: [loot] });
      const { stored } = await poor.commit(formed);
      await poor.prove(stored);
      const id = assetId(ecosystem.chainId, tokenAddress);
      await assertReverts(poor.execute(stored, formed), `BalanceOverdraft(${poor.configuration.chainId}, ${id}, 0, 1)`);
      assert.equal(await view(poor.contract, "getTotalBatchesExecuted"), 0n);
      assert.deepEqual(await accountsOf(ecosystem, rich.configuration.chainId, tokenAddress), [1_000n, 0n, 0n]);
    });

    test("a send goes to transit, a delivery to the destination's balance, before its own outflows", async () => {
      const [a, b] = [await create(), await create()];
      const [idA, idB] = [a.configuration.chainId, b.configuration.chainId];
      await depositToken(ecosystem, a, tokenAddress, 1_000n);
      await a.settle({
        logs: [assetMessage(ecosystem, { kind: 2, destinationChainId: idB, originToken: tokenAddress, amount: 300n })],
      });
      assert.deepEqual(await accountsOf(ecosystem, idA, tokenAddress), [700n, 0n, 0n]);
      assert.deepEqual(await accountsOf(ecosystem, idB, tokenAddress), [0n, 0n, 300n]);
      // In the messages' order the withdrawal comes first; deliveries count first all the same.
      await b.settle({
        logs: [
          assetMessage(ecosystem, { originToken: tokenAddress, amount: 100n }),
          assetMessage(ecosystem, { kind: 3, destinationChainId: idB, originToken: tokenAddress, amount: 300n }),
        ],
      });
      assert.deepEqual(await accountsOf(ecosystem, idB, tokenAddress), [200n, 100n, 0n]);
      const formed = await b.form({
        logs: [assetMessage(ecosystem, { kind: 3, destinationChainId: idB, originToken: tokenAddress, amount: 1n })],
      });
      const { stored } = await b.commit(formed);
      await b.prove(stored);
      await assertReverts(
        b.execute(stored, formed),
        `TransitOverdraft(${idB}, ${assetId(ecosystem.chainId, tokenAddress)}, 0, 1)`,
      );
    });

    test("an asset that was created on a chain has no limit there, and elsewhere at most the sent sum", async () => {
      const [a, b] = [await create(), await create()];
      const [idA, idB] = [a.configuration.chainId, b.configuration.chainId];
      const born = { originChainId: idA, originToken: addressOf(0x70c), amount: (1n << 128n) - 1n };
      const id = assetId(idA, born.originToken);
      const out = assetMessage(ecosystem, { kind: 2, destinationChainId: idB, ...born });
      await a.settle({ logs: [out, out, out] });
      assert.equal(await view(ecosystem.bridge, "transit", idB, id), 3n * born.amount);
      await b.settle({ logs: [assetMessage(ecosystem, { kind: 3, destinationChainId: idB, ...born })] });
      assert.equal(await view(ecosystem.bridge, "chainBalance", idB, id), born.amount);
      await b.settle({ logs: [assetMessage(ecosystem, { kind: 2, destinationChainId: idA, ...born })] });
      const tooMuch = await b.form({
        logs: [assetMessage(ecosystem, { kind: 2, destinationChainId: idA, ...born, amount: 1n })],
      });
      const { stored } = await b.commit(tooMuch);
      await b.prove(stored);
      await assertReverts(b.execute(stored, tooMuch), `BalanceOverdraft(${idB}, ${id}, 0, 1)`);
      await a.settle({ logs: [assetMessage(ecosystem, { kind: 3, destinationChainId: idA, ...born })] });
      assert.equal(await view(ecosystem.bridge, "transit", idA, id), 0n);
      assert.equal(await view(ecosystem.bridge, "chainBalance", idA, id), 0n);
    });

    test("content alone never stops a batch: unknown chains, odd bodies, other senders", async () => {
      const chain = await create();
      await chain.settle({
        logs: [
          assetMessage(ecosystem, { kind: 2, destinationChainId: 424_242n, amount: 0n }),
          assetMessage(ecosystem, { destinationChainId: 1n, amount: 10n ** 20n }),
          assetMessage(ecosystem, { from: addressOf(0x10004), amount: 10n ** 20n }),
          { type: "message", sender: BASE_TOKEN_ADDRESS, body: new Uint8Array(190).fill(255) },
          { type: "message", sender: BASE_TOKEN_ADDRESS, body: new Uint8Array(0) },
        ],
      });
    });

    test("only a chain's own contract moves its flows", async () => {
      const chain = await create();
      await assertReverts(
        send(ecosystem.bridge, "applyFlows", chain.configuration.chainId, 0n, 0n, []),
        `NotTheChain(${chain.configuration.chainId}, ${chain.address}, ${user.toLowerCase()})`,
      );
    });
  });

  describe("failed deposits", () => {
    test("are refunded to the depositor after the chain's log reports their failure", async () => {
      const chain = await create();
      const id = assetId(ecosystem.chainId, tokenAddress);
      const before = await view<bigint>(token, "balanceOf", user);
      const failed = await depositToken(ecosystem, chain, tokenAddress, 700n);
      const fine = await depositToken(ecosystem, chain, tokenAddress, 100n);
      const { formed } = await chain.settle({
        canonicalTxHashes: [failed, fine],
        logs: [
          { type: "priorityOp", success: false },
          { type: "priorityOp", success: true },
        ],
      });
      const chainId = chain.configuration.chainId;
      const data = abi.encode(["uint256", "address", "address"], [700n, user, tokenAddress]);
      const recover = (
        overrides: Partial<{ from: string; id: string; data: string; hash: string; index: number; proof: Hex[] }> = {},
      ) =>
        send(
          as(ecosystem.bridge, ecosystem.accounts[4]!),
          "bridgeRecoverFailedTransfer",
          chainId,
          overrides.from ?? user,
          overrides.id ?? id,
          overrides.data ?? data,
          overrides.hash ?? failed,
          0,
          overrides.index ?? 0,
          77,
          overrides.proof ?? l2LogProof(formed.logLeaves, overrides.index ?? 0),
        );
      await assertReverts(recover({ from: ecosystem.accounts[4]!.address }), "DepositUnknown");
      await assertReverts(
        recover({ data: abi.encode(["uint256", "address", "address"], [701n, user, tokenAddress]) }),
        "DepositUnknown",
      );
      await assertReverts(recover({ id: wordToHex(1n) }), `UnknownAsset(${id}, ${wordToHex(1n)})`);
      await assertReverts(recover({ hash: fine, index: 1 }), "LogNotIncluded");
      await assertReverts(recover({ index: 1 }), "LogNotIncluded");
      // Data of viem and zksync-ethers: the data that the chain received.
      const told = abi.encode(
        ["address", "address", "address", "uint256", "bytes"],
        [user, addressOf(9), tokenAddress, 700n, "0x01"],
      );
      await recover({ data: told });
      assert.equal(await view(token, "balanceOf", user), before - 100n);
      assert.deepEqual(await accountsOf(ecosystem, chainId, tokenAddress), [100n, 0n, 0n]);
      await assertReverts(recover(), `DepositAlreadyRefunded(${failed})`);
      assert.equal(
        await view(
          ecosystem.factory,
          "proveL1ToL2TransactionStatus",
          chainId,
          failed,
          0,
          0,
          5,
          l2LogProof(formed.logLeaves, 0),
          0,
        ),
        true,
      );
      assert.equal(
        await view(
          ecosystem.factory,
          "proveL1ToL2TransactionStatus",
          chainId,
          failed,
          0,
          0,
          5,
          l2LogProof(formed.logLeaves, 0),
          1,
        ),
        false,
      );
    });
  });

  /** Hashes of a chain's queued operations. */
  async function pending(chain: TestChain): Promise<Hex[]> {
    const total = Number(await view<bigint>(chain.contract, "getTotalPriorityTxs"));
    return Promise.all(
      Array.from({ length: total }, async (_, i) => (await view<{ hash: Hex }>(chain.contract, "priorityOperation", i)).hash),
    );
  }
});
