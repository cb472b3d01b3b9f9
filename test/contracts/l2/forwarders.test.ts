import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { getAddress, type Contract } from "ethers";
import { assetId } from "../../../src/ground/protocol/asset-message.ts";
import { interoperableAddress } from "../../../src/ground/protocol/interoperable-address.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { Forwarding } from "../../../src/ecosystem/relayer/forwarding.ts";
import { eventsOf } from "./support/bundles.ts";
import { ETH, L1_CHAIN_ID, L1_TOKEN } from "./support/ecosystem.ts";
import { COIN, FEE, RECIPIENT, SENDER, startForwarderFixture, type ForwarderFixture } from "./support/forwarder-fixture.ts";
import { assertReverts } from "./support/revert-reason.ts";

describe("D3: forwarders", () => {
  let fixture: ForwarderFixture;
  let balanceOf: (account: string) => Promise<bigint>;
  /** Fee that differs for each test, so that each has separate forwarders. */
  let fee = FEE;
  const own = (terms: Parameters<ForwarderFixture["forwardingOf"]>[0] = {}): Forwarding =>
    fixture.forwardingOf({ fee, ...terms });
  before(async () => {
    fixture = await startForwarderFixture();
    balanceOf = (account) => fixture.ethBalance(fixture.a, account);
  });
  beforeEach(() => {
    fee++;
    return fixture.ecosystem.settle();
  });
  after(() => fixture.ecosystem.close());

  const deployToken = async (takesFee: boolean, returnsNothing: boolean): Promise<Contract> =>
    (await fixture.a.ethers.deployContract("L2TestToken", [10n ** 9n, takesFee, returnsNothing])) as unknown as Contract;
  const held = async (token: Contract, account: string): Promise<bigint> =>
    (await token.getFunction("balanceOf").staticCall(account)) as bigint;
  const refused = (call: Promise<unknown>, error: string, args?: readonly unknown[]): Promise<void> =>
    assertReverts(call, "Forwarder", error, args);

  test("an address determines one way: TypeScript and Solidity derive it equally, and every term changes it", async () => {
    const terms = own({ factory: SENDER, token: RECIPIENT });
    const others = [
      { ...terms, to: interoperableAddress(L1_CHAIN_ID + 1n, RECIPIENT) },
      { ...terms, to: interoperableAddress(L1_CHAIN_ID, SENDER) },
      { ...terms, factory: RECIPIENT },
      { ...terms, refundTo: RECIPIENT },
      { ...terms, token: SENDER },
      { ...terms, fee: fee + 1n },
    ];
    const addresses = [terms, ...others].map((each) => fixture.addressOf(each));
    assert.equal(new Set(addresses).size, 7);
    const told = await Promise.all(
      [terms, ...others].map((each) => fixture.forwarders.getFunction("forwarderOf").staticCall(each) as Promise<string>),
    );
    assert.deepEqual(
      told.map((address) => address.toLowerCase()),
      addresses,
    );
  });

  test("coin goes to L1, all but the fee, which the caller gets", async () => {
    const way = own();
    await fixture.fund(way, 1_000n);
    const before = await balanceOf(fixture.a.users[1]!.address);
    const ether = assetId(L1_CHAIN_ID, ETH);
    const claimable = fixture.ecosystem.settlement.claimableOf(ether);
    const receipt = await fixture.call("forward", way);
    assert.equal((await balanceOf(fixture.a.users[1]!.address)) - before, fee - receipt.fee);
    assert.deepEqual(await eventsOf(receipt, "IForwarder", "Forwarded"), [[getAddress(COIN), 1_000n - fee, fee]]);
    await fixture.ecosystem.settle();
    assert.equal(fixture.ecosystem.settlement.claimableOf(ether) - claimable, 1_000n - fee);
    assert.equal(await balanceOf(fixture.addressOf(way)), 0n);
  });

  test("coin and tokens of this chain and of L1 go to a neighbour, and tokens of L1 to L1", async () => {
    const { a, b, ecosystem } = fixture;
    const coin = own({ chainId: b.chainId });
    await fixture.fund(coin, 1_000n);
    const token = await deployToken(false, true);
    const born = own({ chainId: b.chainId, token: (await token.getAddress()).toLowerCase() as Hex });
    await a.send(token, "transfer", fixture.addressOf(born), 500n);
    const router = await a.predeploy("L2AssetRouter");
    const l1Token = String(await router.getFunction("l2TokenAddress").staticCall(L1_TOKEN)).toLowerCase() as Hex;
    const home = own({ token: l1Token });
    await a.deposit(fixture.addressOf(home), L1_TOKEN, 700n);
    const receipts = [
      await fixture.call("forward", coin),
      await fixture.call("forward", born),
      await fixture.call("forward", home),
    ];
    await ecosystem.settle();
    const assets = await b.predeploy("L2AssetRouter", b.users[3]);
    for (const receipt of receipts) {
      for (const [, , , , , hash] of await eventsOf(receipt, "L2AssetRouter", "TransferSent"))
        await b.send(assets, "deliver", ecosystem.prove(hash as string));
    }
    assert.equal(await fixture.ethBalance(b, RECIPIENT), 1_000n - fee);
    const vault = await b.predeploy("L2NativeTokenVault");
    const there = (await vault.getFunction("calculateCreate2TokenAddress").staticCall(a.chainId, born.token)) as string;
    const bridged = (await b.ethers.getContractAt("BridgedToken", there)) as unknown as Contract;
    assert.equal(await held(bridged, RECIPIENT), 500n - fee);
    assert.equal(ecosystem.settlement.claimableOf(assetId(L1_CHAIN_ID, L1_TOKEN)), 700n - fee);
  });

  test("a token other than the forwarding's is forwarded whole: the fee's unit is the forwarding's token", async () => {
    const way = own({ chainId: fixture.b.chainId });
    const token = await deployToken(false, false);
    await fixture.a.send(token, "transfer", fixture.addressOf(way), 5n);
    const receipt = await fixture.call("forward", way, await token.getAddress());
    assert.deepEqual(await eventsOf(receipt, "IForwarder", "Forwarded"), [[await token.getAddress(), 5n, 0n]]);
  });

  test("a way that ends here pays its recipient here, and the caller the fee", async () => {
    const here = own({ chainId: fixture.a.chainId });
    await fixture.fund(here, 1_000n);
    const before = await balanceOf(RECIPIENT);
    const receipt = await fixture.call("forward", here);
    assert.deepEqual(await eventsOf(receipt, "IForwarder", "Forwarded"), [[getAddress(COIN), 1_000n - fee, fee]]);
    assert.equal((await balanceOf(RECIPIENT)) - before, 1_000n - fee);
  });

  describe("attack:", () => {
    test("a call before the money arrives, or a second one, finds nothing; a stranger's forwarder is the sender's all the same", async () => {
      const way = own();
      await refused(fixture.call("forward", way), "NothingToForward", [fee, 0n]);
      // The stranger pays for the contract by forwarding what it sent there itself.
      const token = await deployToken(false, false);
      const elsewhere = { ...way, to: interoperableAddress(fixture.b.chainId, RECIPIENT) };
      await fixture.a.send(token, "transfer", fixture.addressOf(elsewhere), 1n);
      await fixture.call("forward", elsewhere, await token.getAddress());
      await fixture.fund(elsewhere, 1_000n);
      const receipt = await fixture.call("forward", elsewhere, COIN, 2);
      assert.deepEqual(await eventsOf(receipt, "IForwarder", "Forwarded"), [[getAddress(COIN), 1_000n - fee, fee]]);
      await refused(fixture.call("forward", elsewhere), "NothingToForward", [fee, 0n]);
    });

    test("dust below the fee stays until more arrives, or is refunded without a fee", async () => {
      const way = own();
      await fixture.fund(way, fee);
      await refused(fixture.call("forward", way), "NothingToForward", [fee, fee]);
      const before = await balanceOf(SENDER);
      const receipt = await fixture.call("refund", way);
      assert.deepEqual(await eventsOf(receipt, "IForwarder", "Refunded"), [[getAddress(COIN), fee, 0n]]);
      assert.equal((await balanceOf(SENDER)) - before, fee);
    });

    test("a stranger cannot have refunded what can be sent on, with any gas, nor through a contract", async () => {
      const way = own();
      await fixture.fund(way, 1_000n);
      const { a, forwarders } = fixture;
      const stranger = forwarders.connect(a.users[1]!) as Contract;
      await assertReverts(stranger.getFunction("refund").staticCall(way, COIN), "Forwarders", "CanBeForwarded");
      for (const gasLimit of [300_000n, 600_000n, 1_000_000n, 1_100_000n]) {
        const before = await balanceOf(fixture.addressOf(way));
        const sent = await stranger
          .getFunction("refund")
          .send(way, COIN, { gasLimit })
          .catch(() => undefined);
        await sent?.wait().catch(() => undefined);
        assert.equal(await balanceOf(fixture.addressOf(way)), before, String(gasLimit));
      }
      const wallet = (await a.ethers.deployContract("WalletOfItsDeployer", a.users[1])) as unknown as Contract;
      const data = forwarders.interface.encodeFunctionData("refund", [way, COIN]);
      const through = (wallet.connect(a.users[1]!) as Contract)
        .getFunction("call")
        .staticCall(await forwarders.getAddress(), data);
      await assertReverts(through, "Forwarders", "CallerHasCode", [await wallet.getAddress()]);
    });

    test("no account but the contract moves what a forwarder has", async () => {
      const way = own();
      await fixture.fund(way, 1_000n);
      const wallet = own({ refundTo: fixture.a.users[2]!.address.toLowerCase() as Hex });
      await fixture.fund(wallet, 1_000n);
      await fixture.call("refund", wallet, COIN, 2);
      const forwarder = (await fixture.a.ethers.getContractAt("IForwarder", fixture.addressOf(wallet))) as unknown as Contract;
      await assertReverts(forwarder.getFunction("forward").staticCall(wallet, COIN, RECIPIENT), "Forwarder", "CallerNotAllowed");
      await assertReverts(forwarder.getFunction("refund").staticCall(wallet, COIN, RECIPIENT), "Forwarder", "CallerNotAllowed");
    });

    test("a way to no account, here or on L1, or without a refund's account burns nothing", async () => {
      const nowhere = own({ to: interoperableAddress(fixture.a.chainId, `0x${"00".repeat(20)}`) });
      await fixture.fund(nowhere, 1_000n);
      await refused(fixture.call("forward", nowhere), "RecipientNotAllowed", [`0x${"00".repeat(20)}`]);
      const toZero = own({ to: interoperableAddress(L1_CHAIN_ID, `0x${"00".repeat(20)}`), refundTo: `0x${"00".repeat(20)}` });
      await fixture.fund(toZero, 1_000n);
      await assertReverts(fixture.call("forward", toZero), "L2AssetRouter", "ZeroRecipient");
      await refused(fixture.call("refund", toZero), "RecipientNotAllowed", [`0x${"00".repeat(20)}`]);
    });

    test("a token that takes a fee cannot leave, and is refunded; so is an asset that L1 cannot pay, for the fee", async () => {
      const taking = await deployToken(true, false);
      const plain = await deployToken(false, true);
      for (const [token, lost] of [
        [taking, 1n],
        [plain, 0n],
      ] as const) {
        const way = own({ token: (await token.getAddress()).toLowerCase() as Hex });
        await fixture.a.send(token, "transfer", fixture.addressOf(way), 1_000n + lost);
        await assert.rejects(fixture.call("forward", way));
        await fixture.call("refund", way);
        assert.equal(await held(token, SENDER), 1_000n - fee - lost);
        assert.equal(await held(token, fixture.a.users[1]!.address), fee - lost);
        assert.equal(await held(token, fixture.addressOf(way)), 0n);
      }
    });

    test("a false factory keeps neither its own forwarder from the refund nor anything of another's", async () => {
      // A wallet takes coins and answers no factory's call.
      const wallet = await fixture.a.ethers.deployContract("WalletOfItsDeployer");
      const way = own({ factory: (await wallet.getAddress()).toLowerCase() as Hex });
      const other = own();
      await fixture.fund(way, 1_000n);
      await fixture.fund(other, 1_000n);
      await assert.rejects(fixture.call("forward", way));
      const before = await balanceOf(SENDER);
      await fixture.call("refund", way);
      assert.equal((await balanceOf(SENDER)) - before, 1_000n - fee);
      assert.equal(await balanceOf(fixture.addressOf(other)), 1_000n);
    });
  });

  test("the sender takes its money back at any time, without a fee", async () => {
    const way = own({ refundTo: fixture.a.users[2]!.address.toLowerCase() as Hex });
    await fixture.fund(way, 1_000n);
    const before = await balanceOf(fixture.a.users[2]!.address);
    const receipt = await fixture.call("refund", way, COIN, 2);
    assert.equal((await balanceOf(fixture.a.users[2]!.address)) - before, 1_000n - receipt.fee);
  });
});
