import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AbiCoder, Contract, dataSlice, id, Interface, keccak256, type Signer } from "ethers";
import { options, pair, put, send, sendTokens, sendWord, word } from "./support/world.ts";
import { suiteDapp } from "./support/suite-dapp.ts";

const COIN = 10n ** 18n;
const IDS = { l1: 40161, alpha: 40231, beta: 40245 };
const BOB = "0x00000000000000000000000000000000000000B0";
const CAROL = "0x00000000000000000000000000000000000000C0";
const DAVE = "0x00000000000000000000000000000000000000D4";
const OTHER_DVN = "0x000000000000000000000000000000000000dead";
const ENDPOINT = [
  "function skip(address oapp, uint32 srcEid, bytes32 sender, uint64 nonce)",
  "function nilify(address oapp, uint32 srcEid, bytes32 sender, uint64 nonce, bytes32 payloadHash)",
  "function inboundPayloadHash(address, uint32, bytes32, uint64) view returns (bytes32)",
  "function setConfig(address oapp, address lib, (uint32 eid, uint32 configType, bytes config)[] params)",
];
/** `Refused()` of MyOApp, which is known by its name where the dapp's own project was built before. */
const REFUSED = new RegExp(`reverts with (?:Refused\\(\\)|${id("Refused()").slice(0, 10)})`);
/** Errors of this package's executor, and of LayerZero in its sources' form. */
const ERRORS = new Interface([
  "error GasTooHigh(uint256 limit, uint256 actual)",
  "error ValueTooHigh(uint256 limit, uint256 actual)",
  "error NoGas(uint8 kind)",
  "error NoPeer(uint32 eid)",
  "error LZ_DefaultSendLibUnavailable()",
]);
/** Call of any account that delivers a packet without its executor. */
const PACKETS = new Interface([
  "event PacketSent(bytes encodedPayload, bytes options, address sendLibrary)",
  "function commitVerification(bytes packetHeader, bytes32 payloadHash)",
  "function lzReceive((uint32 srcEid, bytes32 sender, uint64 nonce) origin, address receiver, bytes32 guid, bytes message, bytes extraData) payable",
]);
const PACKET_SENT = PACKETS.getEvent("PacketSent")!;
/** Whether a call was refused with this error, as a name or as its bytes. */
const isError =
  (name: string) =>
  (error: { readonly data?: string }): true => {
    const told = `${error.data} ${String(error)}`;
    assert.ok(told.includes(name) || told.includes(ERRORS.getError(name)!.selector), told);
    return true;
  };
const PLAIN = options.all(options.receive(120_000));

describe("C14 dapps of LayerZero V2 between two chains and L1, as their npm packages have them", () => {
  const dapp = suiteDapp("layerzero", { ids: IDS });
  const { at } = dapp;

  const balance = (token: Contract, account: string): Promise<unknown> => token.getFunction("balanceOf").staticCall(account);
  async function ofts(from: string, to: string) {
    const a = await put(at(from), "MyOFT", "My", "MY", dapp.bridge.endpoint, dapp.owner, 1_000n * COIN);
    const b = await put(at(to), "MyOFT", "My", "MY", dapp.bridge.endpoint, dapp.owner, 0n);
    return pair(dapp.hyperchains, [from, to], [a, b]);
  }

  test("has the ids of the config, and one address for each contract on all members", async () => {
    assert.deepEqual([dapp.bridge.idOf("l1"), dapp.bridge.idOf("alpha"), dapp.bridge.idOf("beta")], [40161, 40231, 40245]);
    for (const member of [dapp.hyperchains.l1, ...dapp.hyperchains])
      for (const contract of ["endpoint", "sendLib", "receiveLib", "dvn", "executor"] as const)
        assert.notEqual(
          await member.provider.request({ method: "eth_getCode", params: [dapp.bridge[contract], "latest"] }),
          "0x",
        );
  });

  for (const [from, to] of [
    ["alpha", "beta"],
    ["l1", "alpha"],
    ["beta", "l1"],
  ] as const)
    test(`OFT: tokens go from ${from} to ${to}, for the fee that it quotes`, async () => {
      const { a, b, bId } = await ofts(from, to);
      const sent = await sendTokens(a, { id: bId, account: BOB }, 7n * COIN, { options: PLAIN });
      const { hash, delivery } = await dapp.bridge.delivered(sent);
      assert.deepEqual([await balance(b, BOB), await balance(a, dapp.owner)], [7n * COIN, 993n * COIN]);
      assert.equal(delivery.step, "executed");
      const receipt = await at(to).ethers.provider.getTransactionReceipt(hash);
      assert.ok(receipt?.logs.some((log) => b.interface.parseLog(log)?.name === "OFTReceived"));
      assert.equal(delivery.provenMessage !== undefined, from !== "l1" && to !== "l1");
    });

  test("adapter and mint-burn: an existing token is locked on one side and minted on the other, and returns", async () => {
    const token = await put(at("alpha"), "MyToken", 100n * COIN);
    const adapter = await put(at("alpha"), "MyOFTAdapter", token.target, dapp.bridge.endpoint, dapp.owner);
    const b = await put(at("beta"), "MyOFT", "My", "MY", dapp.bridge.endpoint, dapp.owner, 0n);
    const { aId, bId } = await pair(dapp.hyperchains, ["alpha", "beta"], [adapter, b]);
    await send(token, "approve", adapter.target, 100n * COIN);
    await dapp.bridge.delivered(await sendTokens(adapter, { id: bId, account: dapp.owner }, 9n * COIN, { options: PLAIN }));
    assert.deepEqual([await balance(token, String(adapter.target)), await balance(b, dapp.owner)], [9n * COIN, 9n * COIN]);
    await dapp.bridge.delivered(await sendTokens(b, { id: aId, account: BOB }, 4n * COIN, { options: PLAIN }));
    assert.deepEqual([await balance(token, BOB), await balance(b, dapp.owner)], [4n * COIN, 5n * COIN]);
  });

  test("ONFT721: a piece goes to another chain and is nowhere else", async () => {
    const a = await put(at("alpha"), "MyONFT721", dapp.bridge.endpoint, dapp.owner);
    const b = await put(at("beta"), "MyONFT721", dapp.bridge.endpoint, dapp.owner);
    const { bId } = await pair(dapp.hyperchains, ["alpha", "beta"], [a, b]);
    await send(a, "mint", dapp.owner, 5n);
    const param = [bId, word(BOB), 5n, options.all(options.receive(200_000)), "0x", "0x"];
    const [fee] = (await a.getFunction("quoteSend").staticCall(param, false)) as [bigint];
    await dapp.bridge.delivered(await send(a, "send", param, [fee, 0n], dapp.owner, { value: fee }));
    assert.equal(await b.getFunction("ownerOf").staticCall(5n), BOB);
    await assert.rejects(a.getFunction("ownerOf").staticCall(5n));
  });

  test("ping-pong: a message answers during its execution, paid with the value that it delivered", async () => {
    const { a, b, aId, bId } = await oapps("MyOApp");
    const back = options.all(options.receive(200_000));
    const [pong] = (await b.getFunction("quote").staticCall(aId, 1, "ping and back", back, "0x")) as [bigint];
    const there = options.all(options.receive(900_000, pong));
    const { hash } = await dapp.bridge.delivered(await sendWord(a, bId, "ping", { options: there, kind: 2, back }));
    assert.equal(await b.getFunction("data").staticCall(), "ping");
    await dapp.bridge.delivered(hash);
    assert.equal(await a.getFunction("data").staticCall(), "ping and back");
  });

  test("compose: tokens come with a call to another contract, which gets its own gas and value", async () => {
    const { a, b, bId } = await ofts("alpha", "beta");
    const composer = await put(at("beta"), "MyComposer", dapp.bridge.endpoint, b.target);
    const asked = options.all(options.receive(150_000), options.compose(0, 200_000, 3n));
    const compose = AbiCoder.defaultAbiCoder().encode(["address"], [BOB]);
    const before = (await balance(b, BOB)) as bigint;
    const sent = await sendTokens(a, { id: bId, account: String(composer.target) }, 2n * COIN, { options: asked, compose });
    const { delivery } = await dapp.bridge.delivered(sent);
    assert.deepEqual(
      delivery.composed.map(({ step, index }) => [step, index]),
      [["executed", 0]],
    );
    assert.equal(await balance(b, BOB), before + 2n * COIN);
    assert.equal(await composer.getFunction("composedValue").staticCall(), 3n);
  });

  test("a composed call that failed, or that its sender has not paid for, is made at once with other gas", async () => {
    const { a, b, bId } = await ofts("alpha", "beta");
    const composer = await put(at("beta"), "MyComposer", dapp.bridge.endpoint, b.target);
    const to = { id: bId, account: String(composer.target) };
    const compose = AbiCoder.defaultAbiCoder().encode(["address"], [CAROL]);
    const sendWith = (asked: string) => sendTokens(a, to, 2n * COIN, { options: asked, compose });
    // 30,000 gas do not move a token.
    const little = await sendWith(options.all(options.receive(150_000), options.compose(0, 30_000, 3n)));
    await assert.rejects(dapp.bridge.delivered(little), /the composed call 0 of 0x\w+ on beta reverts .*can be executed again/);
    const [failed] = (await dapp.bridge.deliveries()).filter(({ sentIn }) => sentIn === little.hash);
    await assert.rejects(dapp.bridge.execute(failed!, { gas: 40_000n }), /the composed call 0 .* reverts/);
    const { hash } = await dapp.bridge.execute(failed!, { gas: 200_000n });
    const receipt = await at("beta").ethers.provider.getTransactionReceipt(hash);
    assert.ok(receipt?.logs.some((log) => b.interface.parseLog(log)?.name === "Transfer"));
    assert.deepEqual([await balance(b, CAROL), await composer.getFunction("composedValue").staticCall()], [2n * COIN, 3n]);
    await assert.rejects(dapp.bridge.execute(failed!, { gas: 200_000n }), /message 0x\w+ is executed$/);

    const unpaid = await sendWith(options.all(options.receive(150_000)));
    await assert.rejects(
      dapp.bridge.delivered(unpaid),
      /is executed: its sender pays for no composed call 0 \(an lzCompose option\)/,
    );
    const [waiting] = (await dapp.bridge.deliveries()).filter(({ sentIn }) => sentIn === unpaid.hash);
    await assert.rejects(dapp.bridge.execute(waiting!), /pays for no composed call 0/);
    assert.equal((await dapp.bridge.execute(waiting!, { gas: 200_000n })).delivery.composed[0]?.step, "executed");
    assert.deepEqual([await balance(b, CAROL), await composer.getFunction("composedValue").staticCall()], [4n * COIN, 3n]);
    assert.equal((await dapp.bridge.delivered(unpaid)).delivery.reason, undefined);
  });

  test("a message that failed is executed at once, and its composed call is made by what comes next", async () => {
    const { a, b, bId } = await ofts("alpha", "beta");
    const composer = await put(at("beta"), "MyComposer", dapp.bridge.endpoint, b.target);
    const compose = AbiCoder.defaultAbiCoder().encode(["address"], [DAVE]);
    const asked = options.all(options.receive(30_000), options.compose(0, 200_000, 0n));
    const sent = await sendTokens(a, { id: bId, account: String(composer.target) }, COIN, { options: asked, compose });
    await assert.rejects(dapp.bridge.delivered(sent), /reverts/);
    const [failed] = (await dapp.bridge.deliveries()).filter(({ sentIn }) => sentIn === sent.hash);
    const { delivery } = await dapp.bridge.execute(failed!, { gas: 150_000n });
    assert.deepEqual([delivery.step, delivery.composed[0]?.step], ["executed", "sent"]);
    await dapp.bridge.delivered(sent);
    assert.equal(await balance(b, DAVE), COIN);
  });

  test("native drops and value: coins come with a message, once, also where it fails first", async () => {
    const { a, b, bId } = await oapps("MyOApp");
    const drops = "0x00000000000000000000000000000000000000D0";
    const asked = options.all(options.receive(200_000, 5n), options.drop(11n, drops));
    await send(b, "refuse", true);
    const sent = await sendWord(a, bId, "with coins", { options: asked });
    await assert.rejects(dapp.bridge.delivered(sent), REFUSED);
    const provider = at("beta").ethers.provider;
    assert.equal(await provider.getBalance(drops), 11n);
    await send(b, "refuse", false);
    await dapp.bridge.delivered(sent);
    assert.deepEqual([await provider.getBalance(drops), await provider.getBalance(b.target)], [11n, 5n]);
  });

  test("attack: a stranger executes a packet first, without its native drop: it is paid all the same, once", async () => {
    const { a, b, bId } = await oapps("MyOApp");
    const receiver = "0x00000000000000000000000000000000000000D1";
    const asked = options.all(options.receive(200_000), options.drop(11n, receiver));
    await dapp.bridge.hold("beta");
    const sent = await sendWord(a, bId, "mine", { options: asked });
    await dapp.hyperchains.settle();
    await dapp.hyperchains.relay();
    const stranger = (await at("beta").ethers.getSigners())[7] as unknown as Signer;
    const told = sent.logs.find(({ topics }) => topics[0] === PACKET_SENT.topicHash)!;
    const [packet] = PACKETS.decodeEventLog(PACKET_SENT, told.data) as unknown as [string];
    const library = new Contract(dapp.bridge.receiveLib, PACKETS, stranger);
    await send(library, "commitVerification", dataSlice(packet, 0, 81), keccak256(dataSlice(packet, 81)));
    const origin = [BigInt(dataSlice(packet, 9, 13)), dataSlice(packet, 13, 45), BigInt(dataSlice(packet, 1, 9))];
    const endpoint = new Contract(dapp.bridge.endpoint, PACKETS, stranger);
    await send(endpoint, "lzReceive", origin, b.target, dataSlice(packet, 81, 113), dataSlice(packet, 113), "0x");
    const { provider } = at("beta").ethers;
    assert.deepEqual([await b.getFunction("data").staticCall(), await provider.getBalance(receiver)], ["mine", 0n]);
    await assert.rejects(dapp.bridge.delivered(sent), /is executed/);
    await dapp.bridge.release("beta");
    const { delivery } = await dapp.bridge.delivered(sent);
    assert.deepEqual([delivery.step, await provider.getBalance(receiver)], ["executed", 11n]);
    await dapp.bridge.execute(delivery, { gas: 200_000n }).catch(() => undefined);
    await dapp.bridge.delivered(sent);
    assert.equal(await provider.getBalance(receiver), 11n);
  });

  test("ordered: messages of a path are executed in sequence, whatever is repeated", async () => {
    const { a, b, bId } = await oapps("MyOrderedOApp");
    const asked = { options: options.all(options.receive(200_000), options.ordered()) };
    await send(b, "refuse", true);
    const first = await sendWord(a, bId, "first", asked);
    const second = await sendWord(a, bId, "second", asked);
    await assert.rejects(dapp.bridge.delivered(first), REFUSED);
    await assert.rejects(dapp.bridge.delivered(second), /expects message 1; this is 2/);
    await send(b, "refuse", false);
    await dapp.bridge.delivered(first);
    await dapp.bridge.delivered(second);
    assert.deepEqual([await b.getFunction("data").staticCall(), await b.getFunction("received").staticCall()], ["second", 2n]);
  });

  test("skip, nilify and clear: what a receiver gives up is not executed, and what is behind it is", async () => {
    const { a, b, aId, bId } = await oapps("MyOApp");
    const endpoint = new Contract(dapp.bridge.endpoint, ENDPOINT, (await at("beta").ethers.getSigners())[0] as unknown as Signer);
    await send(endpoint, "skip", b.target, aId, word(a), 1n);
    const asked = { options: options.all(options.receive(200_000)) };
    const skipped = await sendWord(a, bId, "skipped", asked);
    await assert.rejects(dapp.bridge.delivered(skipped), /skipped/);
    await send(b, "refuse", true);
    const nilified = await sendWord(a, bId, "nilified", asked);
    await assert.rejects(dapp.bridge.delivered(nilified), REFUSED);
    const hash = await endpoint.getFunction("inboundPayloadHash").staticCall(b.target, aId, word(a), 2n);
    await send(endpoint, "nilify", b.target, aId, word(a), 2n, hash);
    await send(b, "refuse", false);
    await assert.rejects(dapp.bridge.delivered(nilified), /skipped/);
    await dapp.bridge.delivered(await sendWord(a, bId, "third", asked));
    assert.deepEqual([await b.getFunction("data").staticCall(), await b.getFunction("received").staticCall()], ["third", 1n]);
  });

  test("a receiver without its peer waits, reports the missing call, and continues after it", async () => {
    const a = await put(at("alpha"), "MyOApp", dapp.bridge.endpoint, dapp.owner);
    const b = await put(at("beta"), "MyOApp", dapp.bridge.endpoint, dapp.owner);
    await send(a, "setPeer", dapp.bridge.idOf("beta"), word(b));
    const sent = await sendWord(a, dapp.bridge.idOf("beta"), "early", { options: PLAIN });
    const missing = new RegExp(`peer not set: ${String(b.target)}.*setPeer\\(${dapp.bridge.idOf("alpha")}, ${word(a)}\\)`, "i");
    await assert.rejects(dapp.bridge.delivered(sent), missing);
    await send(b, "setPeer", dapp.bridge.idOf("alpha"), word(a));
    await dapp.bridge.delivered(sent);
    assert.equal(await b.getFunction("data").staticCall(), "early");
  });

  test("an application that names another DVN waits for it, on either side, and the report names the one that runs here", async () => {
    const { a, b, aId, bId } = await oapps("MyOApp");
    const configured = async (name: string, lib: string, oapp: Contract, eid: number, dvns: readonly string[]) => {
      const uln = [1n, dvns.length, 0, 0, dvns, []];
      const config = AbiCoder.defaultAbiCoder().encode(["tuple(uint64,uint8,uint8,uint8,address[],address[])"], [uln]);
      const endpoint = new Contract(dapp.bridge.endpoint, ENDPOINT, (await at(name).ethers.getSigners())[0] as unknown as Signer);
      await send(endpoint, "setConfig", oapp.target, lib, [{ eid, configType: 2, config }]);
    };
    await configured("beta", dapp.bridge.receiveLib, b, aId, [OTHER_DVN]);
    const sent = await sendWord(a, bId, "two minds", { options: PLAIN });
    await assert.rejects(
      dapp.bridge.delivered(sent),
      new RegExp(`DVN ${OTHER_DVN} has not verified; this devnet runs ${dapp.bridge.dvn}`),
    );
    await configured("beta", dapp.bridge.receiveLib, b, aId, [dapp.bridge.dvn]);
    await dapp.bridge.delivered(sent);
    assert.equal(await b.getFunction("data").staticCall(), "two minds");
  });

  test("waits for one message only: others that could continue, or failed, are left to the next relay", async () => {
    const { a, b, bId } = await oapps("MyOApp");
    const other = await oapps("MyOApp");
    const asked = { options: options.all(options.receive(200_000)) };
    await dapp.bridge.hold("beta");
    const others = [await sendWord(other.a, bId, "one", asked), await sendWord(other.a, bId, "two", asked)];
    const sent = await sendWord(a, bId, "alone", asked);
    await assert.rejects(dapp.bridge.delivered(sent), /is verified/);
    await dapp.bridge.release("beta");
    await dapp.bridge.delivered(sent);
    assert.equal(await b.getFunction("data").staticCall(), "alone");
    assert.equal(await other.b.getFunction("received").staticCall(), 0n);
    await dapp.hyperchains.relay();
    assert.equal(await other.b.getFunction("received").staticCall(), 2n);
    for (const each of others) await dapp.bridge.delivered(each);
    for (const options of [{ sentIn: "0x12" }, { sentIn: 1 }, { of: sent.hash }, "0x"])
      await assert.rejects(
        dapp.hyperchains.l1.provider.request({ method: "hyperchain_relay", params: [options] }),
        /"sentIn":"0x…"/,
      );
  });

  test("execution is held, released, or made with other gas; the end of all faults releases it", async () => {
    const { a, b, bId } = await oapps("MyOApp");
    await dapp.bridge.hold("beta");
    const sent = await sendWord(a, bId, "held", { options: options.all(options.receive(30_000)) });
    await assert.rejects(dapp.bridge.delivered(sent), /is verified/);
    await dapp.hyperchains.faults.clear();
    // 30,000 gas do not store a word.
    await assert.rejects(dapp.bridge.delivered(sent), /reverts/);
    const [failed] = (await dapp.bridge.deliveries()).filter(({ sentIn }) => sentIn === sent.hash);
    await dapp.bridge.execute(failed!, { gas: 200_000n });
    assert.equal(await b.getFunction("data").staticCall(), "held");
    await dapp.bridge.hold("beta");
    await dapp.bridge.release("beta");
    await dapp.bridge.delivered(await sendWord(a, bId, "released", { options: PLAIN }));
    assert.equal(await b.getFunction("data").staticCall(), "released");
  });

  test("a return to a snapshot takes a message back with all its steps, and it can be sent again", async () => {
    const { a, b, bId } = await oapps("MyOApp");
    const mark = await dapp.hyperchains.snapshot();
    await dapp.bridge.delivered(await sendWord(a, bId, "before", { options: PLAIN }));
    const known = (await dapp.bridge.deliveries()).length;
    await dapp.hyperchains.revert(mark);
    assert.equal(await b.getFunction("data").staticCall(), "");
    assert.equal((await dapp.bridge.deliveries()).length, known - 1);
    await dapp.bridge.delivered(await sendWord(a, bId, "after", { options: PLAIN }));
    assert.deepEqual([await b.getFunction("data").staticCall(), await b.getFunction("received").staticCall()], ["after", 1n]);
  });

  test("quotes refuse by name what is not brought: too much gas or value, no option for the executor, an id without a peer or a member", async () => {
    const { a, bId } = await oapps("MyOApp");
    const quote = (id: number, asked: string) => a.getFunction("quote").staticCall(id, 1, "", asked, "0x");
    await assert.rejects(quote(bId, options.all(options.receive(5_000_001))), isError("GasTooHigh"));
    await assert.rejects(quote(bId, options.all(options.receive(1, 11n * COIN))), isError("ValueTooHigh"));
    await assert.rejects(quote(bId, "0x0003"), isError("NoGas"));
    // In Hardhat's words, also where no contract of the project has the error.
    await assert.rejects(quote(bId, "0x0003"), /reverted with custom error 'NoGas\(1\)'/);
    await assert.rejects(quote(bId, "0x"), /reverted with custom error 'LZ_ULN_InvalidWorkerOptions\(0\)'/);
    await assert.rejects(
      send(a, "send", bId, 1, "unpaid", PLAIN, "0x", { value: 1n, gasLimit: 1_000_000n }),
      /reverted with custom error 'LZ_InsufficientFee\(\d+, 1, 0, 0\)'/,
    );
    await assert.rejects(quote(999, PLAIN), isError("NoPeer"));
    await send(a, "setPeer", 999, word(a));
    await assert.rejects(quote(999, PLAIN), isError("LZ_DefaultSendLibUnavailable"));
    await assert.rejects(dapp.bridge.delivered(await send(a, "refuse", false)), /sent no message/);
  });

  async function oapps(name: string) {
    const a = await put(at("alpha"), name, dapp.bridge.endpoint, dapp.owner);
    const b = await put(at("beta"), name, dapp.bridge.endpoint, dapp.owner);
    return pair(dapp.hyperchains, ["alpha", "beta"], [a, b]);
  }
});
