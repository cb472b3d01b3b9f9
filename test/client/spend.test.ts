import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type Signer } from "ethers";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { estimateSpend, spend, type SpendRequest, type Spent } from "../../src/ecosystem/client/wallet/spend.ts";
import { bridgedTokenAddress } from "../../src/ecosystem/client/tokens/token.ts";
import { walletView } from "../../src/ecosystem/client/wallet/wallet-view.ts";
import { AssetMessageKind, encodeAssetMessage } from "../../src/ground/protocol/asset-message.ts";
import { toHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { deploy, ETHER, startClientEcosystem, tokensOf, type ClientEcosystem } from "./support.ts";

const [MALLORY, ALICE] = [0, 1];
const BOB: Hex = "0x0000000000000000000000000000000000000b0b";
const vault = new Interface(["function registerToken(address)"]);
const messenger = new Interface(["function sendToL1(bytes)"]);
const tokens = new Interface(["function transfer(address,uint256)"]);

describe("C10: what an account has on all members is seen and spent as one", () => {
  let ecosystem: ClientEcosystem;
  let gold: Hex;
  let alice: Hex;
  before(async () => {
    ecosystem = await startClientEcosystem();
    const signer = ecosystem.on("l1", ALICE);
    alice = signer.address.toLowerCase() as Hex;
    gold = await deploy(signer, "DevelopmentToken", "Gold", "GLD", alice, 10n);
    await deposit(ecosystem.info, { chain: "a", token: gold, amount: 4n }, signer);
    await deposit(ecosystem.info, { chain: "b", token: gold, amount: 6n }, signer);
    await deposit(ecosystem.info, { chain: "a", amount: ETHER }, ecosystem.on("l1", MALLORY));
    await ecosystem.moveOn();
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  const nameOf = (chainId: number): string => ecosystem.info.chains.find((each) => each.chainId === chainId)?.name ?? "l1";
  const signerOf = (chainId: number): Signer => ecosystem.on(nameOf(chainId), ALICE);
  const pay = (request: SpendRequest, signers = signerOf): Promise<Spent> =>
    spend(ecosystem.info, request, signers, ecosystem.provider);
  const plan = (request: SpendRequest) => estimateSpend(ecosystem.info, { ...request, sender: alice }, ecosystem.provider);
  const goldOf = async (chain: number, account: string): Promise<bigint> => {
    const provider = ecosystem.provider(chain);
    const token = chain === 31_337 ? gold : await bridgedTokenAddress(ecosystem.info, gold, provider);
    return (await provider.getCode(token)) === "0x" ? 0n : tokensOf(provider, token, account);
  };
  const assetsOf = async (account: Hex) => (await walletView(ecosystem.info, account, ecosystem.provider)).assets;
  const goldIn = async (account: Hex) => (await assetsOf(account)).find(({ origin }) => origin.token === gold);
  /** The state returns to what it was. */
  const undone = async (act: () => Promise<void>): Promise<void> => {
    const mark = await ecosystem.devnet.snapshot();
    try {
      await act();
    } finally {
      assert.ok(await ecosystem.devnet.revert(mark));
    }
  };

  test("an asset is the sum of its parts, of which L1 has executed some, and what is on its way is apart", async () => {
    const token = async (chain: number) => bridgedTokenAddress(ecosystem.info, gold, ecosystem.provider(chain));
    const held = await goldIn(alice);
    assert.deepEqual(held, {
      origin: { chainId: 31_337, token: gold },
      ...{ symbol: "GLD", decimals: 18, total: 10n, executed: 10n, arriving: 0n },
      parts: [
        { name: "a", chainId: 271, token: await token(271), amount: 4n, executed: 4n },
        { name: "b", chainId: 272, token: await token(272), amount: 6n, executed: 6n },
      ],
    });
    await undone(async () => {
      const data = tokens.encodeFunctionData("transfer", [BOB, 1n]);
      await (await ecosystem.on("a", ALICE).sendTransaction({ to: await token(271), data })).wait();
      await pay({ asset: gold, amount: 2n, to: `${BOB}@gas` });
      const bobs = await goldIn(BOB);
      assert.deepEqual([bobs?.total, bobs?.executed, bobs?.arriving], [1n, 0n, 2n]);
    });
  });

  test("10 of a token are paid from 4 and 6: the destination's own at once, the rest by a hyperbridge", async () => {
    await undone(async () => {
      const { parts } = await pay({ asset: gold, amount: 10n, to: `${BOB}@a` });
      assert.deepEqual(
        parts.map(({ name, amount, route }) => [name, amount, route]),
        [
          ["a", 4n, "payment"],
          ["b", 6n, "transfer"],
        ],
      );
      assert.equal(await goldOf(271, BOB), 4n);
      await ecosystem.moveOn();
      assert.equal(await goldOf(271, BOB), 10n);
      assert.equal(await goldIn(alice), undefined);
    });
  });

  test("the fewest parts are taken, and chains with cautions give last", async () => {
    const request = { asset: gold, amount: 5n, to: `${BOB}@gas` };
    const names = async (info: ClientEcosystem["info"], amount: bigint) =>
      (await estimateSpend(info, { ...request, amount, sender: alice }, ecosystem.provider)).parts.map((part) => part.name);
    assert.deepEqual(await names(ecosystem.info, 5n), ["b"]);
    assert.deepEqual(await names(ecosystem.info, 7n), ["b", "a"]);
    const chains = ecosystem.info.chains.map((chain) =>
      chain.name === "b" ? { ...chain, dataAvailability: "validium" as const } : chain,
    );
    assert.deepEqual(await names({ ...ecosystem.info, chains }, 4n), ["a"]);
    assert.deepEqual(await names({ ...ecosystem.info, chains }, 5n), ["a", "b"]);
  });

  test("coins leave what gas may take, and all of a coin but that can be spent", async () => {
    const { parts } = await plan({ asset: "ETH", amount: 12n * ETHER, to: `${BOB}@b` });
    assert.deepEqual([parts[0]?.name, parts.length], ["b", 2]);
    const had = await ecosystem.provider(272).getBalance(alice);
    const fees = await ecosystem.provider(272).getFeeData();
    assert.equal(parts[0]?.amount, had - 600_000n * (fees.maxFeePerGas ?? fees.gasPrice ?? 0n));
    await undone(async () => {
      await pay({ asset: "ETH", amount: 12n * ETHER, to: `${BOB}@b` });
      await ecosystem.moveOn();
      assert.equal(await ecosystem.provider(272).getBalance(BOB), 12n * ETHER);
    });
  });

  test("gathering on one's own account moves what is elsewhere", async () => {
    const { parts } = await plan({ asset: gold, amount: 6n, to: `${alice}@a` });
    assert.deepEqual(
      parts.map(({ name, amount }) => [name, amount]),
      [["b", 6n]],
    );
  });

  test("more than there is anywhere is refused with what is where, and a part that would be refused before anything is sent", async () => {
    await assert.rejects(pay({ asset: gold, amount: 11n, to: `${BOB}@a` }), {
      code: "InsufficientFunds",
      message: /can spend 10 units of 0x.*, and 11 are asked: 0 on .*4 on a, 6 on b, 0 on gas/,
    });
    const picky = await deploy(ecosystem.on("a", ALICE), "TestPool", gold);
    const nonce = await ecosystem.provider(272).getTransactionCount(alice);
    await assert.rejects(pay({ asset: "ETH", amount: 12n * ETHER, to: `${picky}@a` }), { code: "Failed" });
    assert.equal(await ecosystem.provider(272).getTransactionCount(alice), nonce);
    await assert.rejects(pay({ asset: gold, amount: 0n, to: `${BOB}@a` }), { code: "ZeroAmount" });
  });

  test("reports an unsendable part with the missing amount; nothing is lost, and that amount can be spent again", async () => {
    await undone(async () => {
      const broken = (chainId: number): Signer => {
        const signer = signerOf(chainId);
        if (chainId === 271) signer.sendTransaction = () => Promise.reject(Object.assign(new Error("no"), { data: "0x" }));
        return signer;
      };
      const failure: unknown = await pay({ asset: gold, amount: 10n, to: `${BOB}@a` }, broken).catch((error: unknown) => error);
      const { code, message, details } = failure as { code: string; message: string; details: Record<string, unknown> };
      assert.equal(code, "PartFailed");
      assert.match(message, /part of 4 from a was not sent: .*: 6 from b \(0x.*spend 4 again/s);
      assert.deepEqual([details["missing"], details["unsure"]], [4n, 0n]);
      assert.deepEqual([await goldOf(271, alice), await goldOf(272, alice)], [4n, 0n]);
      await pay({ asset: gold, amount: details["missing"] as bigint, to: `${BOB}@a` });
      await ecosystem.moveOn();
      assert.equal(await goldOf(271, BOB), 10n);
    });
  });

  test("attack: a part that may have left, of which its member then tells nothing or an error, is not called missing", async () => {
    const provider = ecosystem.provider(271);
    const busy = { code: -32_005, message: "busy", data: { code: "Busy" } };
    const untold = (answer: Error) => (chainId: number) => {
      if (chainId === 271) provider.getTransactionReceipt = () => Promise.reject(answer);
      return signerOf(chainId);
    };
    const cut = (chainId: number): Signer => {
      const signer = signerOf(chainId);
      const sendNow = signer.sendTransaction.bind(signer);
      if (chainId === 271)
        signer.sendTransaction = (transaction) => sendNow(transaction).then(() => Promise.reject(new Error("socket hang up")));
      return signer;
    };
    const code = untold(Object.assign(new Error("busy"), { error: busy }));
    const revert = untold(Object.assign(new Error("no"), { data: "0x" }));
    for (const signers of [code, revert, cut])
      await undone(async () => {
        const failure: unknown = await pay({ asset: gold, amount: 10n, to: `${BOB}@a` }, signers)
          .catch((error: unknown) => error)
          .finally(() => Reflect.deleteProperty(provider, "getTransactionReceipt"));
        const { code, message, details = {} } = failure as { code: string; message: string; details?: Record<string, unknown> };
        assert.deepEqual([code, details["missing"], details["unsure"]], ["PartFailed", 0n, 4n], message);
        assert.match(message, /whether the part of 4 from a has left is not known: .*6 from b \(0x/s);
        assert.equal(await goldOf(271, BOB), 4n, "it has left");
      });
  });

  test("signers of different accounts are refused", async () => {
    const mixed = (chainId: number): Signer => ecosystem.on(nameOf(chainId), chainId === 272 ? MALLORY : ALICE);
    await assert.rejects(pay({ asset: gold, amount: 10n, to: `${BOB}@a` }, mixed), {
      code: "PartFailed",
      message: /the signer on b is 0x.*use one account/,
    });
    assert.equal(await goldOf(272, alice), 6n);
  });

  test("a stranger's token with the same symbol is another asset, and its symbol names nothing", async () => {
    await undone(async () => {
      const mallory = ecosystem.on("a", MALLORY);
      const fake = await deploy(mallory, "DevelopmentToken", "Gold", "GLD", alice, 1_000n);
      const data = vault.encodeFunctionData("registerToken", [fake]);
      await (await mallory.sendTransaction({ to: PREDEPLOYS.L2NativeTokenVault, data })).wait();
      const both = (await assetsOf(alice)).filter(({ symbol }) => symbol === "GLD");
      assert.deepEqual(
        both.map(({ origin, total }) => [origin.chainId, origin.token, total]),
        [
          [31_337, gold, 10n],
          [271, fake, 1_000n],
        ],
      );
      for (const asset of ["GLD", "gld"])
        await assert.rejects(plan({ asset, amount: 1n, to: `${BOB}@a` }), {
          code: "MalformedAddress",
          message: /names no token, .* write ETH, .* the token's address/,
        });
      await assert.rejects(plan({ asset: gold, amount: 11n, to: `${BOB}@a` }), { code: "InsufficientFunds" });
      assert.equal((await plan({ asset: `${fake}@a`, amount: 11n, to: `${BOB}@a` })).parts.length, 1);
      await assert.rejects(plan({ asset: `${fake}@a`, amount: 1n, to: `${BOB}@l1` }), { code: "NotWithdrawable" });
    });
  });

  test("a stranger's copy of a transfer's message is nothing on its way", async () => {
    const body = encodeAssetMessage({
      ...{
        kind: AssetMessageKind.hyperbridgeSend,
        destinationChainId: 272n,
        originChainId: 31_337n,
        originToken: gold,
        amount: 1_000n,
      },
      ...{ recipient: alice, sender: alice, nonce: 0n },
    });
    const data = messenger.encodeFunctionData("sendToL1", [toHex(body)]);
    await (await ecosystem.on("a", MALLORY).sendTransaction({ to: PREDEPLOYS.L1Messenger, data })).wait();
    assert.equal((await goldIn(alice))?.arriving, 0n);
  });

  test("a chain that does not answer hides no other, and gives nothing", async () => {
    const away = (chainId: number) => {
      if (chainId === 272) throw new Error("no such host");
      return ecosystem.provider(chainId);
    };
    const request = { asset: gold, amount: 10n, to: `${BOB}@a`, sender: alice };
    await assert.rejects(estimateSpend(ecosystem.info, request, away), {
      code: "InsufficientFunds",
      message: /0 on b \(it does not answer: no such host\)/,
    });
    assert.equal((await estimateSpend(ecosystem.info, { ...request, amount: 4n }, away)).parts.length, 1);
  });
});
