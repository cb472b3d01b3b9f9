import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, Signature, type Contract, type TransactionReceipt } from "ethers";
import { assetId, AssetMessageKind, decodeAssetMessage } from "../../../src/ground/protocol/asset-message.ts";
import { BASE_TOKEN_RESERVE_WEI } from "../../../src/ground/protocol/genesis.ts";
import { deliveryFlagKey } from "../../../src/ground/protocol/delivery-flag.ts";
import { fromHex, keccak, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import {
  ETH,
  L1_CHAIN_ID,
  L1_TOKEN,
  SHARED_BRIDGE,
  startEcosystem,
  type Ecosystem,
  type SimulatedChain,
} from "./support/ecosystem.ts";
import { BOOTLOADER } from "./support/local-l2.ts";
import { assertReverts } from "./support/revert-reason.ts";

const coder = AbiCoder.defaultAbiCoder();
const lower = (value: unknown): Hex => String(value).toLowerCase() as Hex;

describe("assets between L1 and chains", () => {
  let ecosystem: Ecosystem;
  let a: SimulatedChain;
  let b: SimulatedChain;
  let c: SimulatedChain;
  before(async () => {
    // a and c pay gas in ETH, b in an L1 token.
    ecosystem = await startEcosystem([ETH, L1_TOKEN, ETH]);
    [a, b, c] = [ecosystem.chains[0]!, ecosystem.chains[1]!, ecosystem.chains[2]!];
  });
  after(() => ecosystem.close());

  const router = (chain: SimulatedChain, user = 0): Promise<Contract> => chain.predeploy("L2AssetRouter", chain.users[user]);
  const vault = (chain: SimulatedChain, user = 0): Promise<Contract> => chain.predeploy("L2NativeTokenVault", chain.users[user]);
  const tokenAt = (chain: SimulatedChain, address: string, user = 0): Promise<Contract> =>
    chain.ethers.getContractAt("BridgedToken", address, chain.users[user]) as unknown as Promise<Contract>;
  const bridgedToken = async (chain: SimulatedChain, originToken: Hex, user = 0): Promise<Contract> =>
    tokenAt(chain, (await (await router(chain)).getFunction("l2TokenAddress").staticCall(originToken)) as string, user);
  const balanceOf = async (token: Contract, account: string): Promise<bigint> =>
    (await token.getFunction("balanceOf").staticCall(account)) as bigint;
  /** Body of the one message that the transaction sent. */
  const messageOf = (chain: SimulatedChain, receipt: TransactionReceipt): Hex => {
    const logs = receipt.logs.filter(({ address }) => lower(address) === PREDEPLOYS.L1Messenger);
    assert.equal(logs.length, 1);
    return chain.ethers.dataSlice(coder.decode(["bytes"], logs[0]!.data)[0] as string, 0) as Hex;
  };

  test("pays base token out of the reserve for bootloader and vault only", async () => {
    const [user] = a.users;
    const before = await a.ethers.provider.getBalance(user!.address);
    await a.deposit(user!.address, ETH, 5n * 10n ** 18n);
    assert.equal(await a.ethers.provider.getBalance(user!.address), before + 5n * 10n ** 18n);
    assert.equal(await a.ethers.provider.getBalance(PREDEPLOYS.L2BaseToken), BASE_TOKEN_RESERVE_WEI - 5n * 10n ** 18n);
    const base = await a.predeploy("L2BaseToken", user);
    assert.equal(await base.getFunction("totalSupply").staticCall(), 5n * 10n ** 18n);
    await assertReverts(base.getFunction("payout").staticCall(user!.address, 1), "L2BaseToken", "CallerNotAllowed", [
      BOOTLOADER,
      user!.address,
    ]);
    await assertReverts(base.getFunction("burn").staticCall({ value: 1 }), "L2BaseToken", "CallerNotAllowed");
    const asBootloader = await a.predeploy("L2BaseToken", await a.impersonate(BOOTLOADER));
    await assertReverts(
      asBootloader.getFunction("payout").staticCall(user!.address, BASE_TOKEN_RESERVE_WEI),
      "L2BaseToken",
      "ReserveExhausted",
    );
  });

  test("pays a recipient that refuses payments", async () => {
    const refuses = await a.ethers.deployContract("RefusesPayment");
    const address = await refuses.getAddress();
    await a.deposit(address, ETH, 7n);
    assert.equal(await a.ethers.provider.getBalance(address), 7n);
  });

  test("runs no code of a recipient of the bootloader's payments: no contract's, and no precompiled contract's", async () => {
    const recipient = `0x${"6c".repeat(20)}`;
    // LOG0 of nothing.
    await a.ethers.provider.send("hardhat_setCode", [recipient, "0x5f5fa000"]);
    const asBootloader = await a.predeploy("L2BaseToken", await a.impersonate(BOOTLOADER));
    const asVault = await a.predeploy("L2BaseToken", await a.impersonate(PREDEPLOYS.L2NativeTokenVault));
    const logsOf = async (base: Contract, to: string): Promise<string[]> =>
      (await a.send(base, "payout", to, 1n)).logs.map(({ address }) => lower(address));
    assert.deepEqual(await logsOf(asBootloader, recipient), [PREDEPLOYS.L2BaseToken]);
    assert.deepEqual(await logsOf(asVault, recipient), [recipient, PREDEPLOYS.L2BaseToken]);
    assert.equal(await a.ethers.provider.getBalance(recipient), 2n);
    const precompile = `0x${"00".repeat(19)}02`;
    const before = await a.ethers.provider.getBalance(precompile);
    await a.send(asBootloader, "payout", precompile, 1n);
    assert.equal(await a.ethers.provider.getBalance(precompile), before + 1n);
  });

  test("takes coins back even when none is outside the reserve", async () => {
    // Like the value of a failed operation, on a chain with coins that an account forced upon the reserve.
    const user = c.users[0]!;
    const base = await c.predeploy("L2BaseToken", user);
    await c.send(base, "returnToReserve", { value: 5n });
    assert.equal(await c.ethers.provider.getBalance(PREDEPLOYS.L2BaseToken), BASE_TOKEN_RESERVE_WEI + 5n);
    assert.equal(await base.getFunction("totalSupply").staticCall(), 0n);
    await assertReverts(
      base.getFunction("withdraw").staticCall(SHARED_BRIDGE, { value: 1n }),
      "L2BaseToken",
      "UnbackedWithdrawal",
      [0n, 1n],
    );
    await c.deposit(user.address, ETH, 7n);
    assert.equal(await base.getFunction("totalSupply").staticCall(), 2n);
  });

  test("withdraws base token with the asset message that L1 expects, and never more than is backed", async () => {
    const user = a.users[0]!;
    const base = await a.predeploy("L2BaseToken", user);
    const receipt = await a.send(base, "withdraw", SHARED_BRIDGE, { value: 10n ** 18n });
    assert.deepEqual(decodeAssetMessage(fromHex(messageOf(a, receipt))), {
      kind: AssetMessageKind.withdrawal,
      destinationChainId: L1_CHAIN_ID,
      originChainId: L1_CHAIN_ID,
      originToken: ETH,
      amount: 10n ** 18n,
      recipient: SHARED_BRIDGE,
      sender: lower(user.address),
      nonce: 0n,
    });
    // Users of these networks have coins that no deposit backs.
    const backed = 4n * 10n ** 18n + 7n + 3n;
    await assertReverts(
      base.getFunction("withdraw").staticCall(SHARED_BRIDGE, { value: backed + 1n }),
      "L2BaseToken",
      "UnbackedWithdrawal",
      [backed, backed + 1n],
    );
    await assertReverts(
      (await router(a)).getFunction("sendToChain").staticCall(b.chainId, PREDEPLOYS.L2BaseToken, backed + 1n, user.address, {
        value: backed + 1n,
      }),
      "L2BaseToken",
      "UnbackedWithdrawal",
    );
    await base.getFunction("withdraw").staticCall(SHARED_BRIDGE, { value: backed });
    await assertReverts(base.getFunction("withdraw").staticCall(SHARED_BRIDGE), "L2BaseToken", "NothingToWithdraw");
    await assertReverts(base.getFunction("withdraw").staticCall(ETH, { value: 1 }), "L2BaseToken", "ZeroRecipient");
  });

  test("leaves a withdrawal's data in a separate message", async () => {
    const user = a.users[0]!;
    const base = await a.predeploy("L2BaseToken", user);
    const receipt = await a.send(base, "withdrawWithMessage", SHARED_BRIDGE, "0x1234", { value: 3n });
    const bodies = receipt.logs
      .filter(({ address }) => lower(address) === PREDEPLOYS.L1Messenger)
      .map((log) => ({ sender: log.topics[1], body: coder.decode(["bytes"], log.data)[0] as Hex }));
    assert.equal(bodies.length, 2);
    assert.equal(BigInt(bodies[1]!.sender!), BigInt(PREDEPLOYS.InteropCenter));
    const encoded = coder.encode(["bytes32", "address", "bytes"], [keccak(fromHex(bodies[0]!.body)), user.address, "0x1234"]);
    assert.equal(bodies[1]!.body, `0x02${encoded.slice(2)}`);
    const center = await a.predeploy("InteropCenter", user);
    await assertReverts(
      center.getFunction("sendWithdrawalData").staticCall(assetId(1n, ETH), user.address, "0x"),
      "InteropCenter",
      "CallerNotAllowed",
    );
  });

  test("mints a deposit of an L1 token at the address that follows from the asset, with its texts", async () => {
    const [user] = a.users;
    const texts = [coder.encode(["string"], ["Gold"]), `0x${Buffer.from("GLD").toString("hex").padEnd(64, "0")}`];
    const metadata = `0x01${coder
      .encode(["uint256", "bytes", "bytes", "bytes"], [L1_CHAIN_ID, ...texts, coder.encode(["uint8"], [8])])
      .slice(2)}` as Hex;
    await a.deposit(user!.address, L1_TOKEN, 1000n, metadata);
    const token = await bridgedToken(a, L1_TOKEN);
    // ERC-1167 code and CREATE2, by hand.
    const initCode = `0x3d602d80600a3d3981f3363d3d373d3d3d363d73${PREDEPLOYS.BridgedToken.slice(2)}5af43d82803e903d91602b57fd5bf3`;
    assert.equal(
      await token.getAddress(),
      a.ethers.getCreate2Address(PREDEPLOYS.L2NativeTokenVault, assetId(L1_CHAIN_ID, L1_TOKEN), keccak(fromHex(initCode))),
    );
    assert.equal(await balanceOf(token, user!.address), 1000n);
    const get = (name: string, ...args: unknown[]): Promise<unknown> => token.getFunction(name).staticCall(...args);
    assert.deepEqual([await get("name"), await get("symbol"), await get("decimals")], ["Gold", "GLD", 8n]);
    assert.deepEqual(
      [await get("totalSupply"), await get("originChainId"), lower(await get("originToken"))],
      [1000n, L1_CHAIN_ID, L1_TOKEN],
    );
    // Ids of ERC-165, ERC-20 and ERC-7802, from their texts.
    for (const id of ["0x01ffc9a7", "0x36372b07", "0x33331994"]) assert.equal(await get("supportsInterface", id), true);
    assert.equal(await get("supportsInterface", "0xffffffff"), false);
    const router_ = await router(a);
    assert.equal(lower(await router_.getFunction("l1TokenAddress").staticCall(await token.getAddress())), L1_TOKEN);
    const vault_ = await vault(a);
    const id = assetId(L1_CHAIN_ID, L1_TOKEN);
    assert.equal(await vault_.getFunction("assetId").staticCall(await token.getAddress()), id);
    assert.equal(await vault_.getFunction("originChainId").staticCall(id), L1_CHAIN_ID);
    assert.equal(await vault_.getFunction("tokenAddress").staticCall(id), await token.getAddress());
    assert.equal(await vault_.getFunction("BASE_TOKEN_ASSET_ID").staticCall(), assetId(L1_CHAIN_ID, ETH));
  });

  test("keeps the final texts of a token, and cuts long ones", async () => {
    const other: Hex = "0x00000000000000000000000000000000000dea1e";
    const describe = (name: string): Hex =>
      `0x01${coder
        .encode(
          ["uint256", "bytes", "bytes", "bytes"],
          [L1_CHAIN_ID, coder.encode(["string"], [name]), "0x12", coder.encode(["uint256"], [300])],
        )
        .slice(2)}`;
    await a.deposit(a.users[0]!.address, other, 1n, describe("x".repeat(100)));
    await a.deposit(a.users[0]!.address, other, 1n, describe("another"));
    const token = await bridgedToken(a, other);
    assert.equal(await token.getFunction("name").staticCall(), "x".repeat(64));
    assert.equal(await token.getFunction("symbol").staticCall(), "");
    assert.equal(await token.getFunction("decimals").staticCall(), 18n);
  });

  test("mints deposits only for the alias of the shared bridge, and only of the asset they name", async () => {
    const [user] = a.users;
    const id = assetId(L1_CHAIN_ID, L1_TOKEN);
    const data = (to: string) =>
      coder.encode(["address", "address", "address", "uint256", "bytes"], [ETH, to, L1_TOKEN, 1, "0x"]);
    // The bridge's alias, by hand: 0xb41d6e00…0b41d6 + 0x1111…1111.
    const alias = "0xc52e6e00000000000000000000000000000b52e7";
    const bridge = await a.predeploy("L2AssetRouter", await a.impersonate(alias));
    await assertReverts(
      (await router(a)).getFunction("finalizeDeposit").staticCall(L1_CHAIN_ID, id, data(user!.address)),
      "L2AssetRouter",
      "CallerNotAllowed",
      [a.ethers.getAddress(alias), user!.address],
    );
    const finalize = (...args: unknown[]): Promise<unknown> => bridge.getFunction("finalizeDeposit").staticCall(...args);
    await assertReverts(finalize(b.chainId, id, data(user!.address)), "L2AssetRouter", "WrongSourceChain", [
      L1_CHAIN_ID,
      b.chainId,
    ]);
    await assertReverts(finalize(L1_CHAIN_ID, a.baseAsset, data(user!.address)), "L2AssetRouter", "AssetIdMismatch", [
      id,
      a.baseAsset,
    ]);
    await assertReverts(finalize(L1_CHAIN_ID, id, data(ETH)), "L2AssetRouter", "ZeroRecipient");
    await a.deposit(alias, ETH, 1n);
    await assertReverts(finalize(L1_CHAIN_ID, id, data(user!.address), { value: 1n }), "L2AssetRouter", "UnexpectedValue", [1n]);
    await finalize(L1_CHAIN_ID, id, data(user!.address));
  });

  test("lets only the router into the vault, and only the vault into a token", async () => {
    const [user] = a.users;
    const vault_ = await vault(a);
    const refusal = [PREDEPLOYS.L2AssetRouter, user!.address];
    await assertReverts(
      vault_.getFunction("burn").staticCall(L1_TOKEN, user!.address, 1),
      "L2NativeTokenVault",
      "CallerNotAllowed",
      refusal,
    );
    await assertReverts(
      vault_.getFunction("mint").staticCall(L1_CHAIN_ID, L1_TOKEN, user!.address, 1, "0x"),
      "L2NativeTokenVault",
      "CallerNotAllowed",
      refusal,
    );
    const token = await bridgedToken(a, L1_TOKEN);
    const ofVault = [PREDEPLOYS.L2NativeTokenVault, user!.address];
    for (const [name, ...args] of [
      ["crosschainMint", user!.address, 1],
      ["crosschainBurn", user!.address, 1],
      ["initialize", 1, ETH],
      ["describe", "", "", 1, 1],
    ] as const) {
      await assertReverts(token.getFunction(name).staticCall(...args), "BridgedToken", "CallerNotAllowed", ofVault);
      await assertReverts(
        (await tokenAt(a, PREDEPLOYS.BridgedToken)).getFunction(name).staticCall(...args),
        "BridgedToken",
        "CallerNotAllowed",
        ofVault,
      );
    }
    const router_ = await router(a);
    const proof = { chainId: 1, l1BatchNumber: 1, l2MessageIndex: 0, message: [0, ETH, "0x"], proof: [] };
    for (const [name, ...args] of [
      ["sendToHandler", user!.address, b.chainId, L1_TOKEN, 1],
      ["deliverToHandler", proof],
      ["release", 1, L1_TOKEN, user!.address, 1],
      ["sendBack", 1, 1, L1_TOKEN, user!.address, 1],
    ] as const) {
      await assertReverts(router_.getFunction(name).staticCall(...args), "L2AssetRouter", "CallerNotAllowed");
    }
  });

  test("withdraws bridged tokens by address and by asset id", async () => {
    const [user] = a.users;
    const token = await bridgedToken(a, L1_TOKEN);
    const address = await token.getAddress();
    const router_ = await router(a);
    const first = await a.send(router_, "withdraw(address,address,uint256)", SHARED_BRIDGE, address, 100n);
    const message = decodeAssetMessage(fromHex(messageOf(a, first)))!;
    assert.deepEqual(
      [message.kind, message.originChainId, message.originToken, message.amount, message.recipient, message.sender],
      [AssetMessageKind.withdrawal, L1_CHAIN_ID, L1_TOKEN, 100n, SHARED_BRIDGE, lower(user!.address)],
    );
    const id = assetId(L1_CHAIN_ID, L1_TOKEN);
    const data = coder.encode(["uint256", "address", "address"], [50n, SHARED_BRIDGE, ETH]);
    await a.send(router_, "withdraw(bytes32,bytes)", id, data);
    assert.equal(await balanceOf(token, user!.address), 850n);
    assert.equal(await token.getFunction("totalSupply").staticCall(), 850n);
    const withdraw = router_.getFunction("withdraw(address,address,uint256)");
    await assertReverts(withdraw.staticCall(SHARED_BRIDGE, address, 851n), "BridgedToken", "InsufficientBalance", [
      user!.address,
      850n,
      851n,
    ]);
    await assertReverts(withdraw.staticCall(SHARED_BRIDGE, address, 0n), "L2AssetRouter", "ZeroAmount");
    await assertReverts(withdraw.staticCall(ETH, address, 1n), "L2AssetRouter", "ZeroRecipient");
    await assertReverts(withdraw.staticCall(SHARED_BRIDGE, PREDEPLOYS.L2BaseToken, 1n), "L2AssetRouter", "BaseTokenNotSupported");
    await assertReverts(withdraw.staticCall(SHARED_BRIDGE, user!.address, 1n), "L2NativeTokenVault", "NotAToken");
    await assertReverts(
      router_.getFunction("withdraw(bytes32,bytes)").staticCall(assetId(9n, ETH), data),
      "L2AssetRouter",
      "UnknownAsset",
    );
  });

  test("sends tokens to another chain and back, delivers each once, and refuses forged messages", async () => {
    const [user] = a.users;
    const receiver = b.users[1]!.address;
    await a.deposit(user!.address, ETH, 100n);
    const sent = await a.send(await router(a), "sendToChain", b.chainId, PREDEPLOYS.L2BaseToken, 60n, receiver, { value: 60n });
    const hash = keccak(fromHex(messageOf(a, sent)));
    await ecosystem.settle();
    assert.equal(ecosystem.settlement.inTransitTo(b.chainId, a.baseAsset), 60n);
    const proof = ecosystem.prove(hash);
    const routerB = await router(b, 3);
    const deliver = routerB.getFunction("deliver");

    const changed = <K extends keyof typeof proof>(field: K, value: (typeof proof)[K]) =>
      deliver.staticCall({ ...proof, [field]: value });
    const refusedProof = (call: Promise<unknown>) => assertReverts(call, "L2AssetRouter", "InvalidMessageProof");
    await refusedProof(changed("chainId", b.chainId));
    await refusedProof(changed("l1BatchNumber", proof.l1BatchNumber + 1n));
    await refusedProof(changed("l2MessageIndex", proof.l2MessageIndex + 1n));
    await refusedProof(changed("l2MessageIndex", proof.l2MessageIndex + 2n ** 14n));
    await refusedProof(changed("l2MessageIndex", proof.l2MessageIndex + 2n ** 255n));
    for (let i = 1; i < proof.proof.length; i++) {
      // The words of the path to the root decide it; the last word names the root.
      const word = `0x${(BigInt(proof.proof[i]!) ^ (1n << 255n)).toString(16).padStart(64, "0")}` as Hex;
      await refusedProof(changed("proof", proof.proof.with(i, word)));
    }
    for (const words of [[], proof.proof.slice(0, -1), [...proof.proof, proof.proof[0]!], proof.proof.with(0, proof.proof[1]!)]) {
      await assertReverts(changed("proof", words), "MessageVerification", "MalformedProof", [60n, BigInt(words.length)]);
    }
    const body = fromHex(proof.message.data);
    const withByte = (at: number, value: number) =>
      changed("message", { ...proof.message, data: a.ethers.hexlify(body.with(at, value)) as Hex });
    await refusedProof(withByte(117, 61));
    await refusedProof(withByte(137, 1));
    await assertReverts(withByte(1, 1), "L2AssetRouter", "WrongKind", [2n, 1n]);
    await assertReverts(withByte(0, 2), "L2AssetRouter", "NotAnAssetMessage");
    await assertReverts(withByte(33, 0xff), "L2AssetRouter", "WrongDestination");
    await assertReverts(
      changed("message", { ...proof.message, sender: PREDEPLOYS.L2BaseToken }),
      "L2AssetRouter",
      "WrongMessageSender",
      [PREDEPLOYS.L2AssetRouter, PREDEPLOYS.L2BaseToken].map((x) => a.ethers.getAddress(x)),
    );
    await assertReverts((await router(a)).getFunction("deliver").staticCall(proof), "L2AssetRouter", "WrongDestination", [
      a.chainId,
      b.chainId,
    ]);

    assert.equal(await routerB.getFunction("isDelivered").staticCall(a.chainId, hash), false);
    // By this flag L1 tells whether a transfer arrived on a chain that stopped.
    const { address: flagged, slot } = deliveryFlagKey(a.chainId, hash);
    const flag = async (): Promise<bigint> =>
      BigInt(await b.ethers.provider.getStorage(`0x${flagged.toString(16).padStart(40, "0")}`, slot));
    assert.equal(await flag(), 0n);
    const delivered = await b.send(routerB, "deliver", proof);
    assert.equal(await flag(), 1n);
    assert.equal(await routerB.getFunction("isDelivered").staticCall(a.chainId, hash), true);
    const report = decodeAssetMessage(fromHex(messageOf(b, delivered)))!;
    assert.deepEqual(
      [report.kind, report.destinationChainId, report.originChainId, report.originToken, report.amount],
      [AssetMessageKind.hyperbridgeDelivery, b.chainId, L1_CHAIN_ID, ETH, 60n],
    );
    await assertReverts(deliver.staticCall(proof), "L2AssetRouter", "AlreadyDelivered", [a.chainId, hash]);
    const ethOnB = await bridgedToken(b, ETH, 1);
    assert.equal(await balanceOf(ethOnB, receiver), 60n);

    const back = await b.send(await router(b, 1), "sendToChain", a.chainId, await ethOnB.getAddress(), 25n, SHARED_BRIDGE);
    await ecosystem.settle();
    assert.equal(ecosystem.settlement.heldFor(b.chainId, a.baseAsset), 35n);
    await a.send(await router(a), "deliver", ecosystem.prove(keccak(fromHex(messageOf(b, back)))));
    assert.equal(await a.ethers.provider.getBalance(SHARED_BRIDGE), 25n);
    await ecosystem.settle();
    assert.equal(ecosystem.settlement.inTransitTo(a.chainId, a.baseAsset), 0n);
  });

  test("locks a token of its chain while it is elsewhere", async () => {
    const [user] = a.users;
    const token = (await a.ethers.deployContract("L2TestToken", [1000n, false, true], user)) as unknown as Contract;
    const address = await token.getAddress();
    await a.send(token, "approve", PREDEPLOYS.L2NativeTokenVault, 500n);
    const sent = await a.send(await router(a), "sendToChain", b.chainId, address, 400n, b.users[0]!.address);
    const announced = await a.send(await vault(a), "announce", address);
    await ecosystem.settle();
    assert.equal(await balanceOf(token, PREDEPLOYS.L2NativeTokenVault), 400n);
    await b.send(await router(b), "deliver", ecosystem.prove(keccak(fromHex(messageOf(a, sent)))));
    const id = assetId(a.chainId, address as Hex);
    const copy = await tokenAt(b, (await (await vault(b)).getFunction("tokenAddress").staticCall(id)) as string);
    assert.equal(await balanceOf(copy, b.users[0]!.address), 400n);
    const announcement = ecosystem.prove(keccak(fromHex(messageOf(a, announced))));
    const forged = { ...announcement, message: { ...announcement.message, sender: PREDEPLOYS.L2AssetRouter } };
    await assertReverts(
      (await vault(b)).getFunction("importDescription").staticCall(forged),
      "L2NativeTokenVault",
      "InvalidMessageProof",
    );
    await b.send(await vault(b), "importDescription", announcement);
    assert.deepEqual(await Promise.all(["name", "symbol", "decimals"].map((name) => copy.getFunction(name).staticCall())), [
      "Test token",
      "TT",
      6n,
    ]);
    for (const [chain, at] of [
      [a, address],
      [b, await copy.getAddress()],
    ] as const) {
      await assertReverts(
        (await router(chain)).getFunction("withdraw(address,address,uint256)").staticCall(SHARED_BRIDGE, at, 1n),
        "L2AssetRouter",
        "AssetNotOnL1",
        [a.chainId, address],
      );
    }
    const back = await b.send(await router(b), "sendToChain", a.chainId, await copy.getAddress(), 150n, SHARED_BRIDGE);
    await ecosystem.settle();
    await a.send(await router(a), "deliver", ecosystem.prove(keccak(fromHex(messageOf(b, back)))));
    assert.equal(await balanceOf(token, SHARED_BRIDGE), 150n);
    assert.equal(await balanceOf(token, PREDEPLOYS.L2NativeTokenVault), 250n);
  });

  for (const [what, gasPrice, least, most] of [
    ["a delivery at no price gives a token's own code less gas than two contracts of new code take", 0n, 0n, 64_000n],
    ["a delivery that is paid for gives a token's own code what it has", 1n, 200_000n, 500_000n],
  ] as const) {
    test(`A15: ${what}`, async () => {
      const token = (await a.ethers.deployContract("GreedyToken", [], a.users[0])) as unknown as Contract;
      const address = await token.getAddress();
      await a.send(token, "approve", PREDEPLOYS.L2NativeTokenVault, 500n);
      const sent = await a.send(await router(a), "sendToChain", b.chainId, address, 400n, b.users[0]!.address);
      await ecosystem.settle();
      await b.send(await router(b), "deliver", ecosystem.prove(keccak(fromHex(messageOf(a, sent)))));
      const copy = (await (await vault(b)).getFunction("tokenAddress").staticCall(assetId(a.chainId, address as Hex))) as string;
      const back = await b.send(await router(b), "sendToChain", a.chainId, copy, 150n, a.users[0]!.address);
      await ecosystem.settle();
      const proof = ecosystem.prove(keccak(fromHex(messageOf(b, back))));
      await a.send(await router(a), "deliver", proof, { gasLimit: 500_000n, gasPrice });
      const given = (await token.getFunction("gasGiven").staticCall()) as bigint;
      assert.ok(given > least && given <= most, `${given} gas`);
    });
  }

  test("refuses tokens with a fee, missing approvals, and senseless destinations", async () => {
    const user = a.users[0]!;
    const token = (await a.ethers.deployContract("L2TestToken", [1000n, true, false], user)) as unknown as Contract;
    const address = await token.getAddress();
    const sendToChain = (await router(a)).getFunction("sendToChain");
    await assertReverts(sendToChain.staticCall(b.chainId, address, 10n, user.address), "L2NativeTokenVault", "TokenCallFailed", [
      address,
    ]);
    await a.send(token, "approve", PREDEPLOYS.L2NativeTokenVault, 500n);
    await assertReverts(
      sendToChain.staticCall(b.chainId, address, 10n, user.address),
      "L2NativeTokenVault",
      "TokenAmountMismatch",
      [10n, 9n],
    );
    for (const chainId of [0n, a.chainId, L1_CHAIN_ID]) {
      await assertReverts(sendToChain.staticCall(chainId, address, 10n, user.address), "L2AssetRouter", "InvalidDestination", [
        chainId,
      ]);
    }
    await assertReverts(
      sendToChain.staticCall(b.chainId, address, 10n, PREDEPLOYS.InteropHandler),
      "L2AssetRouter",
      "RecipientNotAllowed",
    );
    await assertReverts(
      sendToChain.staticCall(b.chainId, address, 10n, user.address, { value: 1 }),
      "L2NativeTokenVault",
      "WrongValue",
      [0n, 1n],
    );
    await assertReverts(
      sendToChain.staticCall(b.chainId, PREDEPLOYS.L2BaseToken, 2n, user.address, { value: 1 }),
      "L2NativeTokenVault",
      "WrongValue",
      [2n, 1n],
    );
    await assertReverts(
      sendToChain.staticCall(b.chainId, await (await bridgedToken(a, L1_TOKEN)).getAddress(), 2n ** 128n, user.address),
      "BridgedToken",
      "InsufficientBalance",
    );
  });

  test("moves bridged tokens by transfer, allowance and permit as ERC-20 and ERC-2612 say", async () => {
    const [owner, spender] = [a.users[2]!, a.users[3]!];
    await a.deposit(owner.address, L1_TOKEN, 100n);
    const token = await bridgedToken(a, L1_TOKEN, 2);
    const asSpender = await bridgedToken(a, L1_TOKEN, 3);
    const address = await token.getAddress();
    await a.send(token, "transfer", spender.address, 30n);
    await assertReverts(token.getFunction("transfer").staticCall(spender.address, 71n), "BridgedToken", "InsufficientBalance", [
      owner.address,
      70n,
      71n,
    ]);
    await assertReverts(token.getFunction("transfer").staticCall(ETH, 1n), "BridgedToken", "ZeroAddress");
    const domain = { name: "Gold", version: "1", chainId: a.chainId, verifyingContract: address };
    const types = {
      Permit: ["owner", "spender", "value", "nonce", "deadline"].map((name) => ({
        name,
        type: name === "owner" || name === "spender" ? "address" : "uint256",
      })),
    };
    const deadline = 2n ** 40n;
    const message = { owner: owner.address, spender: spender.address, value: 25n, nonce: 0n, deadline };
    const { v, r, s } = Signature.from(await owner.signTypedData(domain, types, message));
    const permit = (value: bigint, until: bigint) => [owner.address, spender.address, value, until, v, r, s] as const;
    await assertReverts(asSpender.getFunction("permit").staticCall(...permit(26n, deadline)), "BridgedToken", "WrongSigner");
    await assertReverts(asSpender.getFunction("permit").staticCall(...permit(25n, 1n)), "BridgedToken", "PermitExpired");
    await a.send(asSpender, "permit", ...permit(25n, deadline));
    await assertReverts(asSpender.getFunction("permit").staticCall(...permit(25n, deadline)), "BridgedToken", "WrongSigner");
    await assertReverts(
      asSpender.getFunction("transferFrom").staticCall(owner.address, spender.address, 26n),
      "BridgedToken",
      "InsufficientAllowance",
      [owner.address, spender.address, 25n, 26n],
    );
    await a.send(asSpender, "transferFrom", owner.address, spender.address, 25n);
    assert.deepEqual([await balanceOf(token, owner.address), await balanceOf(token, spender.address)], [45n, 55n]);
    // Exit proofs find a balance by its mapping's slot.
    const slot = keccak(fromHex(coder.encode(["address", "uint256"], [owner.address, 0])));
    assert.equal(BigInt(await a.ethers.provider.getStorage(address, slot)), 45n);
  });
});
