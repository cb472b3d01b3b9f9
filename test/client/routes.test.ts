import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcApiProvider } from "ethers";
import { call } from "../../src/ecosystem/client/calls/call.ts";
import { encodeChainAddress } from "../../src/ecosystem/client/ecosystem/chain-address.ts";
import { assetRouter, interopCenter, tokenVault } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { claimListed, owedListed } from "../../src/ecosystem/client/transfers/listed-claims.ts";
import { listedStanding } from "../../src/ecosystem/client/transfers/listed-standing.ts";
import { estimateSend } from "../../src/ecosystem/client/transfers/estimate.ts";
import { bridgesBetween, routeOf } from "../../src/ecosystem/client/ecosystem/route.ts";
import { send, type Sent } from "../../src/ecosystem/client/transfers/send.ts";
import { bridgedToken } from "../../src/ecosystem/client/tokens/token.ts";
import { sendListed } from "../../src/ecosystem/client/transfers/transfer-list.ts";
import { finalizeWithdrawal, viewL1 } from "../../src/ecosystem/client/messages/withdraw.ts";
import { assetId } from "../../src/ground/protocol/asset-message.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { interopCallValue } from "../../src/ground/protocol/interop-request.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { deploy, ETHER, startClientEcosystem, tokensOf, type ClientEcosystem } from "./support.ts";

const [DEPLOYER, ALICE, RELAYER] = [0, 1, 9];
const BOB: Hex = "0x0000000000000000000000000000000000000b0b";
const DEAD: Hex = "0x000000000000000000000000000000000000dead";
const picky = new Interface(["function refuse(address)"]);
const MEMBERS = ["l1", "a", "b", "gas"] as const;

describe("C7: one call sends from any member to any member", () => {
  let ecosystem: ClientEcosystem;
  let info: ClientEcosystem["info"];
  let l1Token: Hex;
  before(async () => {
    ecosystem = await startClientEcosystem();
    info = ecosystem.info;
    l1Token = await deploy(on("l1", DEPLOYER), "L2TestToken", 10n ** 12n, false, false);
  });
  after(async () => {
    await ecosystem.close();
    assert.deepEqual(ecosystem.devnet.faults, []);
  });

  const on = (member: string, account = ALICE) => ecosystem.on(member, account);
  const idOf = (member: string): number => info.chains.find(({ name }) => name === member)?.chainId ?? info.l1.chainId;
  const coins = (member: string, account: string = BOB) => ecosystem.provider(idOf(member)).getBalance(account);
  const estimate = (request: Parameters<typeof estimateSend>[1]) => estimateSend(info, request, ecosystem.provider);

  /** The token on another member; nothing where it has not come yet. */
  async function tokensOn(member: string): Promise<bigint> {
    const provider = ecosystem.provider(idOf(member));
    const address = member === "l1" ? l1Token : await bridgedToken(info, l1Token, provider);
    return address === undefined ? 0n : tokensOf(provider, address, BOB);
  }

  /** Brings all that was sent to its end, as its route needs it. */
  async function arrive(...all: readonly Sent[]): Promise<void> {
    const leaves = all.some(({ type }) => type === "withdrawal" || type === "transfer");
    if (leaves) await ecosystem.devnet.settle();
    await ecosystem.devnet.relay();
    for (const { type, sourceChainId, messageHash } of all) {
      if (type !== "withdrawal") continue;
      const claim = await finalizeWithdrawal(info, { chain: sourceChainId, messageHash }, on("l1", DEPLOYER));
      assert.equal(claim.state, "paid");
    }
  }

  test("routes follow from the two members alone", () => {
    const { chainId: l1 } = info.l1;
    assert.deepEqual(
      [routeOf(info, 271, 271), routeOf(info, l1, l1), routeOf(info, l1, 271), routeOf(info, 271, l1), routeOf(info, 271, 272)],
      ["payment", "payment", "deposit", "withdrawal", "transfer"],
    );
  });

  test("bridges follow from the path: only a guarded chain on a chain is a shard", () => {
    const onA = (name: string, child: number, dataAvailability: "rollup" | "guardians") => {
      const [a] = info.chains;
      return {
        ...a!,
        name,
        chainId: 271 + child * 2 ** 32,
        dataAvailability,
        settlesOn: { ...info.l1, name: "a", chainId: 271 },
      };
    };
    const [porter, open] = [onA("porter", 1, "guardians"), onA("open", 2, "rollup")];
    const all = {
      ...info,
      chains: [...info.chains.map((chain) => ({ ...chain, dataAvailability: "guardians" as const })), porter, open],
    };
    const { chainId: l1 } = info.l1;
    const bridges = (from: number, to: number) => bridgesBetween(all, from, to).join(" ");
    assert.deepEqual(
      [bridges(271, 271), bridges(l1, 271), bridges(271, l1), bridges(271, 272), bridges(271, open.chainId)],
      ["", "l1", "l1", "hyperbridge", "l1"],
    );
    assert.deepEqual(
      [
        bridges(271, porter.chainId),
        bridges(porter.chainId, 271),
        bridges(porter.chainId, open.chainId),
        bridges(open.chainId, 272),
      ],
      ["shard", "shard", "shard", "l1 hyperbridge"],
    );
    assert.deepEqual([bridges(l1, porter.chainId), bridges(272, porter.chainId)], ["l1 shard", "hyperbridge shard"]);
  });

  test("ETH goes between any two members that have it, and to the account's own", async () => {
    const before = await Promise.all(["l1", "a", "b"].map((member) => coins(member)));
    const all: Sent[] = [];
    for (const from of ["l1", "a"] as const) {
      for (const to of ["l1", "a", "b"] as const) {
        const { deliveryGas } = await estimate({ chain: from, to: `${BOB}@${to}`, amount: 7n });
        assert.ok(deliveryGas >= 0n && deliveryGas < 200_000n, `${from} to ${to}: ${deliveryGas}`);
        const sent = await send(info, { chain: from, to: `${BOB}@${to}`, amount: 7n }, on(from));
        assert.deepEqual(
          [sent.type, sent.sourceChainId, sent.destinationChainId, sent.approvals],
          [routeOf(info, idOf(from), idOf(to)), idOf(from), idOf(to), []],
        );
        all.push(sent);
      }
    }
    await arrive(...all);
    const after = await Promise.all(["l1", "a", "b"].map((member) => coins(member)));
    assert.deepEqual(
      after.map((amount, i) => amount - before[i]!),
      [14n, 14n, 14n],
    );
  });

  test("a token of L1 goes over all routes, and none of it is lost", async () => {
    const owner = on("l1", DEPLOYER).address;
    const deposits: Sent[] = [];
    for (const chain of ["a", "b"]) {
      deposits.push(await send(info, { chain: "l1", to: `${owner}@${chain}`, amount: ETHER }, on("l1", DEPLOYER)));
      const sent = await send(info, { chain: "l1", to: `${owner}@${chain}`, amount: 1000n, token: l1Token }, on("l1", DEPLOYER));
      assert.deepEqual([sent.type, sent.approvals.length], ["deposit", 1]);
      deposits.push(sent);
    }
    await arrive(...deposits);
    const all: Sent[] = [];
    for (const [from, to] of [
      ["a", "a"],
      ["a", "b"],
      ["a", "l1"],
      ["b", "b"],
      ["b", "a"],
      ["l1", "l1"],
      ["l1", "b"],
    ] as const) {
      const request = { chain: from, to: `${BOB}@${to}`, amount: 9n, token: l1Token };
      assert.ok((await estimate({ ...request, sender: owner })).deliveryGas > 0n);
      all.push(await send(info, request, on(from, DEPLOYER)));
    }
    await arrive(...all);
    assert.deepEqual(await Promise.all(MEMBERS.map(tokensOn)), [18n, 18n, 27n, 0n]);
  });

  test("sends a token of a chain to an account there and to other chains, but L1 cannot pay it", async () => {
    const token = await deploy(on("a"), "L2TestToken", 500n, false, false);
    const request = (to: string) => ({ chain: "a", to: `${BOB}@${to}`, amount: 5n, token });
    const paid = await send(info, request("a"), on("a"));
    assert.deepEqual([paid.type, paid.approvals], ["payment", []]);
    assert.equal(await tokensOf(ecosystem.provider(271), token, BOB), 5n);
    const sent = await send(info, request("b"), on("a"));
    assert.equal(sent.approvals.length, 1);
    await arrive(sent);
    for (const attempt of [() => send(info, request("l1"), on("a")), () => estimate(request("l1"))])
      await assert.rejects(attempt, { code: "NotWithdrawable", message: /originates on chain 271/ });
  });

  test("a token with permits (ERC-2612) leaves the chain of its birth without an approval", async () => {
    const token = await deploy(on("a"), "PermitToken", PREDEPLOYS.L2AssetRouter);
    const sent = await send(info, { chain: "a", to: `${BOB}@b`, amount: 5n, token }, on("a"));
    assert.deepEqual([sent.type, sent.approvals], ["transfer", []]);
    assert.equal(await tokensOf(ecosystem.provider(271), token, PREDEPLOYS.L2NativeTokenVault), 5n);
    // A signer that cannot sign texts approves, as for any other token.
    const plain = on("a");
    plain.signTypedData = () => Promise.reject(new Error("this wallet signs no texts"));
    const approved = await send(info, { chain: "a", to: `${BOB}@b`, amount: 5n, token }, plain);
    assert.equal(approved.approvals.length, 1);
  });

  test("takes a delivery fee in addition to the amount, from the same token; a payment and a deposit need no delivery", async () => {
    const token = await deploy(on("a"), "PermitToken", PREDEPLOYS.L2AssetRouter);
    const request = { chain: "a", to: `${BOB}@b`, amount: 5n, token, fee: 2n };
    const sent = await send(info, request, on("a"));
    assert.deepEqual([sent.type, sent.approvals.length], ["transfer", 1]);
    assert.equal(await tokensOf(ecosystem.provider(271), token, PREDEPLOYS.L2NativeTokenVault), 7n);
    for (const [from, to] of [
      ["a", "a"],
      ["l1", "a"],
    ] as const) {
      const order = { chain: from, to: `${BOB}@${to}`, amount: 5n, fee: 1n };
      await assert.rejects(send(info, order, on(from)), { code: "NotOnRoute", message: /pays no fee .*: leave it out$/ });
    }
  });

  test("attack: does not take a token's messages during its transfer for the send, or for the call", async () => {
    const other = "0x000000000000000000000000000000000000beef";
    const chatty = (target: Hex, data: string) => deploy(on("a"), "ChattyToken", target, data, { value: 9n });
    const before = await coins("b", other);
    const transfer = assetRouter.encodeFunctionData("sendToChain", [idOf("b"), PREDEPLOYS.L2BaseToken, 1n, other]);
    const first = await chatty(PREDEPLOYS.L2AssetRouter, transfer);
    const sent = await send(info, { chain: "a", to: `${BOB}@b`, amount: 5n, token: first }, on("a"));
    const to = { chainId: idOf("b"), account: other } as const;
    const bundle = interopCenter.encodeFunctionData("sendMessage", [encodeChainAddress(to), "0x", [interopCallValue(1n)]]);
    const second = await chatty(PREDEPLOYS.InteropCenter, bundle);
    const tokens = [{ token: second, amount: 5n, recipient: BOB }];
    const called = await call(info, { chain: "a", to: `${first}@b`, data: "0x", tokens }, on("a"));
    await arrive(sent);
    assert.equal((await coins("b", other)) - before, 1n, "the token's own transfer");
    const view = viewL1(info, ecosystem.devnet.l1.provider);
    await view.poll();
    for (const [sender, { messageHash }, whose] of [
      [PREDEPLOYS.L2AssetRouter, sent, BOB],
      [PREDEPLOYS.InteropCenter, called, on("a").address],
    ] as const) {
      const [place] = view.messages(271n, sender, messageHash);
      assert.ok(Buffer.from(place!.body).includes(Buffer.from(whose.slice(2), "hex")), sender);
    }
  });

  test("a chain's own coin goes over each route, and from L1 nothing named is ETH", async () => {
    const payer = on("l1", DEPLOYER);
    const coin = await send(info, { chain: "l1", to: `${BOB}@gas`, amount: ETHER, token: "GAS" }, payer);
    assert.equal(coin.approvals.length, 1);
    await arrive(coin);
    assert.equal(await coins("gas"), ETHER);
    const mine = await send(info, { chain: "l1", to: `${on("gas").address}@gas`, amount: ETHER, token: "GAS" }, payer);
    await arrive(mine, await send(info, { chain: "l1", to: `${BOB}@gas`, amount: 3n }, payer));
    assert.equal(await coins("gas"), ETHER);
    const ether = await bridgedToken(info, "0x0000000000000000000000000000000000000000", ecosystem.provider(273));
    assert.equal(await tokensOf(ecosystem.provider(273), ether!, BOB), 3n);

    const paid = await send(info, { chain: "gas", to: `${BOB}@gas`, amount: 2n }, on("gas"));
    await arrive(paid, await send(info, { chain: "gas", to: `${BOB}@l1`, amount: 4n }, on("gas")));
    assert.equal(await coins("gas"), ETHER + 2n);
    const gasCoin = info.chains[2]!.baseToken.l1Address;
    assert.equal(await tokensOf(ecosystem.devnet.l1.provider, gasCoin, BOB), 4n);
  });

  test("attack: a symbol that base tokens of two chains have names neither of them on L1", async () => {
    const [gas] = info.chains.filter(({ name }) => name === "gas");
    const twin = { ...gas!, name: "twin", chainId: 4_242, baseToken: { symbol: "GAS", l1Address: BOB } };
    const payer = on("l1", DEPLOYER);
    const pay = (chains: readonly (typeof twin)[]) =>
      send({ ...info, chains }, { chain: "l1", to: `${BOB}@l1`, amount: 1n, token: "GAS" }, payer);
    for (const chains of [
      [...info.chains, twin],
      [twin, ...info.chains],
    ])
      await assert.rejects(pay(chains), {
        code: "UnknownToken",
        message: /^several tokens of L1 are called GAS.* give the address/,
      });
    assert.equal((await pay([...info.chains, { ...gas!, name: "twin", chainId: 4_242 }])).type, "payment");
  });

  test("no route takes the zero address, the handler's account, an amount of 0, or a signer of another member", async () => {
    for (const from of MEMBERS) {
      for (const to of MEMBERS) {
        const way = `${from} to ${to}`;
        const attempt = (account: string, amount = 1n, signer = on(from)) =>
          send(info, { chain: from, to: `${account}@${to}`, amount }, signer);
        const zero = { code: "MalformedAddress", message: /would be lost/ };
        await assert.rejects(attempt(`0x${"0".repeat(40)}`), zero, way);
        if (to !== "l1") await assert.rejects(attempt(PREDEPLOYS.InteropHandler), zero, way);
        await assert.rejects(attempt(BOB, 0n), { code: "ZeroAmount" }, way);
        await assert.rejects(attempt(BOB, 1n, on(from === "b" ? "a" : "b")), { code: "WrongChain" }, way);
        const tooMuch = { code: "InsufficientFunds" };
        await assert.rejects(attempt(BOB, 10n ** 30n), tooMuch, way);
      }
    }
  });

  test("a recipient that refuses leaves the money with its sender, or where it can be had again", async () => {
    const refuser = Object.fromEntries(
      await Promise.all(
        ["l1", "a"].map(async (member) => [member, await deploy(on(member, DEPLOYER), "L2TestToken", 0n, false, false)]),
      ),
    ) as Record<string, Hex>;
    for (const member of ["l1", "a"] as const) {
      const before = await coins(member, on(member).address);
      const request = { chain: member, to: `${refuser[member]}@${member}`, amount: ETHER };
      await assert.rejects(estimate(request), { code: "Failed", message: /would fail/ }, member);
      await assert.rejects(send(info, request, on(member)), { name: "ClientError" }, member);
      assert.ok(before - (await coins(member, on(member).address)) < ETHER / 10n, member);
    }
    // From L1: what the recipient refuses is refunded to the sender on the chain.
    const there = await coins("a", on("a").address);
    const refunded = await send(info, { chain: "l1", to: `${refuser["a"]}@a`, amount: ETHER }, on("l1"));
    // From another chain: coins cannot be refused.
    await arrive(refunded, await send(info, { chain: "b", to: `${refuser["a"]}@a`, amount: 5n }, on("b")));
    assert.ok((await coins("a", on("a").address)) - there >= ETHER);
    assert.equal(await coins("a", refuser["a"]), 5n);
    // To L1: the claim is refused, and stays for a recipient that takes it later.
    const request = { chain: "a", to: `${refuser["l1"]}@l1`, amount: 6n };
    await assert.rejects(estimate(request), { code: "Failed" });
    const sent = await send(info, request, on("a"));
    await ecosystem.devnet.settle();
    const name = { chain: "a", messageHash: sent.messageHash };
    for (let attempt = 0; attempt < 2; attempt++)
      await assert.rejects(finalizeWithdrawal(info, name, on("l1", DEPLOYER)), {
        code: "Refused",
        message: /EtherTransferFailed/,
      });
  });

  test("C12: what no list can carry is refused by name before anything is sent", async () => {
    const sent = await on("a").getNonce();
    const listed = (to: string, amount = 1n) => sendListed(info, { chain: "a", to, amount }, on("a"), ecosystem.provider(272));
    for (const account of [PREDEPLOYS.L2AssetRouter, `0x${"3".padStart(40, "0")}`, `0x${"fffff".padStart(40, "0")}`])
      await assert.rejects(listed(`${account}@b`), { code: "NotListable", message: /below 2\^20/ }, account);
    const contract = await deploy(on("b"), "L2TestToken", 0n, false, false);
    for (const to of [`${contract}@b`, `${BOB}@a`, `${BOB}@l1`]) await assert.rejects(listed(to), { code: "NotListable" }, to);
    await assert.rejects(listed(`${BOB}@b`, 2n ** 96n), { code: "NotListable" });
    assert.equal(await on("a").getNonce(), sent);
  });

  test("C12: a listed token that its contract refuses to pay is owed, until any account has it paid", async () => {
    const token = await deploy(on("a"), "PickyToken");
    const recipient: Hex = "0x0000000000000000000000000000000000c12b0b";
    await sendListed(info, { chain: "a", to: `${on("b").address}@b`, amount: 9n, token }, on("a"), ecosystem.provider(272));
    await ecosystem.moveOn();
    const bridged = await ecosystem.provider(272).call({
      to: PREDEPLOYS.L2NativeTokenVault,
      data: tokenVault.encodeFunctionData("tokenAddress", [assetId(271n, token)]),
    });
    const order = { chain: "b", to: `${recipient}@a`, amount: 4n, token: `0x${bridged.slice(26)}` };
    const sent = await sendListed(info, order, on("b"), ecosystem.provider(271));
    await (await on("a").sendTransaction({ to: token, data: picky.encodeFunctionData("refuse", [recipient]) })).wait();
    await ecosystem.moveOn();
    const standing = await listedStanding(ecosystem.provider(271) as JsonRpcApiProvider, sent, ecosystem.provider(272));
    assert.ok(standing.steps.some(({ step }) => step === "executed"));
    const owed = { chain: "a", token, recipient };
    assert.equal(await owedListed(info, owed, ecosystem.provider(271)), 4n);
    await assert.rejects(claimListed(info, owed, on("a", RELAYER)), { name: "ClientError" });
    await (await on("a").sendTransaction({ to: token, data: picky.encodeFunctionData("refuse", [DEAD]) })).wait();
    assert.equal((await claimListed(info, owed, on("a", RELAYER))).amount, 4n);
    assert.equal(await tokensOf(ecosystem.provider(271), token, recipient), 4n);
    await assert.rejects(claimListed(info, owed, on("a", RELAYER)), { code: "Refused", message: /NothingOwed/ });
  });
});
