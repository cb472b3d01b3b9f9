import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  AbiCoder,
  concat,
  keccak256,
  toBeHex,
  zeroPadValue,
  type Contract,
  type ContractTransactionReceipt,
  type Signer,
} from "ethers";
import hre from "hardhat";
import { attribute, interoperable } from "../l2/support/bundles.ts";
import { assertReverts } from "../l2/support/revert-reason.ts";
import { deployBy } from "./support/contracts.ts";

const [B, C] = [272n, 273n];
const [EID_A, EID_B, EID_C] = [40231n, 40245n, 40300n];
const PEER = "0x00000000000000000000000000000000000000Be";
const MOST_CONFIRMATIONS = 2n ** 64n - 1n;

/** A packet's header as LayerZero's PacketV1Codec lays it out. */
function headerOf(srcEid: bigint, dstEid: bigint, nonce = 1n): string {
  const account = zeroPadValue("0x1234", 32);
  return concat(["0x01", toBeHex(nonce, 8), toBeHex(srcEid, 4), account, toBeHex(dstEid, 4), account]);
}

const record = (header: string, hash: string): string => AbiCoder.defaultAbiCoder().encode(["bytes", "bytes32"], [header, hash]);
const HASH = keccak256("0xabcd");

describe("C14 the DVN of LayerZero's packets, on chain A with B and C as remotes", () => {
  let connection: Awaited<ReturnType<typeof hre.network.create>>;
  let operator: Signer;
  let stranger: Signer;
  let center: Contract;
  let otherGateway: Contract;
  let library: Contract;
  let dvn: Contract;
  before(async () => {
    connection = await hre.network.create("local");
    [operator, stranger] = (await connection.ethers.getSigners()) as unknown as [Signer, Signer];
    [center, otherGateway] = [await deployed("BridgeTestGateway"), await deployed("BridgeTestGateway")];
    library = await deployed("BridgeTestLibrary");
    dvn = await deployed("ProvenDvn", await operator.getAddress(), library.target, library.target);
    for (const [chain, id] of [
      [B, EID_B],
      [C, EID_C],
    ]) {
      await send(dvn, "setRemote", chain, { id, peer: PEER, gateway: chain === B ? center.target : otherGateway.target });
    }
    await send(dvn, "open", B);
  });
  after(() => connection.close());

  const deployed = (name: string, ...args: unknown[]): Promise<Contract> => deployBy(operator, name, ...args);

  const send = async (contract: Contract, name: string, ...args: unknown[]): Promise<ContractTransactionReceipt> =>
    (await (await contract.getFunction(name).send(...args)).wait()) as ContractTransactionReceipt;
  const job = (dstEid: bigint) => ({
    ...{ dstEid, packetHeader: headerOf(EID_A, dstEid), payloadHash: HASH },
    ...{ confirmations: 1n, sender: PEER },
  });
  const verified = (header: string): Promise<unknown> =>
    library.getFunction("verified").staticCall(keccak256(header), HASH, dvn.target);
  const refuses = (sending: Promise<unknown>, error: string, ...args: unknown[]): Promise<void> =>
    assertReverts(sending, "ProvenDvn", error, args);

  test("passes a packet's header and hash on to the peer, with the gas that recording takes, for a fee", async () => {
    const receipt = await send(library, "assign", dvn.target, job(EID_B));
    const [sent] = receipt.logs.map((log) => center.interface.parseLog(log)?.args).filter((args) => args !== undefined);
    assert.deepEqual([...sent!].slice(0, 3), [dvn.target, interoperable(B, PEER), record(headerOf(EID_A, EID_B), HASH)]);
    assert.equal(sent![3], attribute("gasLimit", 300_000n));
    const fee = await dvn.getFunction("getFee").staticCall(EID_B, 1, PEER, "0x");
    assert.equal(fee, 500_000n * 10n ** 9n);
    assert.equal(await library.getFunction("fees").staticCall(dvn.target), fee);
  });

  test("tells the library what a peer has recorded, with confirmations that meet any demand", async () => {
    const header = headerOf(EID_B, EID_A);
    await send(center, "hand", dvn.target, interoperable(B, PEER), record(header, HASH));
    assert.equal(await verified(header), MOST_CONFIRMATIONS);
  });

  test("a stranger calls assignJob: refused", async () => {
    const call = dvn.connect(stranger) as Contract;
    const [expected, caller] = [library.target, await stranger.getAddress()];
    await refuses(call.getFunction("assignJob").staticCall(job(EID_B), "0x"), "NotTheSendLibrary", expected, caller);
  });

  test("a lying chain attests another chain's message: refused by the number in the header", async () => {
    const header = headerOf(EID_C, EID_A, 7n);
    const handing = center.getFunction("hand").staticCall(dvn.target, interoperable(B, PEER), record(header, HASH));
    await refuses(handing, "WrongId", EID_B, EID_C);
    // Nor in the other chain's name: each chain is heard by its own gateway.
    const posing = center.getFunction("hand").staticCall(dvn.target, interoperable(C, PEER), record(header, HASH));
    await refuses(posing, "NotAGateway", otherGateway.target, center.target);
  });

  test("a lying chain takes a third chain's id first: what it recorded blocks nothing", async () => {
    const header = headerOf(EID_C, EID_A, 8n);
    const lie = center.getFunction("hand").send(dvn.target, interoperable(B, PEER), record(header, HASH));
    await assert.rejects(lie);
    await send(otherGateway, "hand", dvn.target, interoperable(C, PEER), record(header, HASH));
    assert.equal(await verified(header), MOST_CONFIRMATIONS);
  });

  test("a stranger poses as the gateway, or by its interop account as the peer: refused", async () => {
    const header = headerOf(EID_B, EID_A, 9n);
    const posing = (dvn.connect(stranger) as Contract).getFunction("receiveMessage");
    const caller = await stranger.getAddress();
    const call = posing.staticCall(`0x${"00".repeat(32)}`, interoperable(B, PEER), record(header, HASH));
    await refuses(call, "NotAGateway", center.target, caller);
    const account = "0x00000000000000000000000000000000000000AA";
    const handing = center.getFunction("hand").staticCall(dvn.target, interoperable(B, account), record(header, HASH));
    await refuses(handing, "NotThePeer", PEER, account);
    // A chain outside the remotes has no gateway, and none is address zero.
    const unknown = center.getFunction("hand").staticCall(dvn.target, interoperable(999n, account), record(header, HASH));
    await refuses(unknown, "NotAGateway", `0x${"00".repeat(20)}`, center.target);
    assert.equal(await verified(header), 0n);
  });

  test("refuses a record without a header, and one with coins", async () => {
    const short = record(`${headerOf(EID_B, EID_A).slice(0, -2)}`, HASH);
    await refuses(center.getFunction("hand").staticCall(dvn.target, interoperable(B, PEER), short), "NotAHeader", 81n, 80n);
    const paid = record(headerOf(EID_B, EID_A), HASH);
    const handing = center.getFunction("hand").staticCall(dvn.target, interoperable(B, PEER), paid, { value: 1n });
    await refuses(handing, "ValueNotTaken", 1n);
  });

  test("others withdraw fees, or name remotes: refused", async () => {
    const call = dvn.connect(stranger) as Contract;
    const [owner, caller] = [await operator.getAddress(), await stranger.getAddress()];
    const remote = { id: 1n, peer: PEER, gateway: center.target };
    for (const [name, ...args] of [
      ["withdrawFee", caller, 1n],
      ["setPrice", 0n],
      ["open", C],
      ["setRemote", 999n, remote],
    ] as const)
      await refuses(call.getFunction(name).staticCall(...args), "NotTheOperator", owner, caller);
  });

  test("its operator withdraws what the library owes", async () => {
    const to = "0x00000000000000000000000000000000000000fe";
    await (await operator.sendTransaction({ to: library.target, value: 10n ** 15n })).wait();
    await send(dvn, "withdrawFee", to, 10n ** 14n);
    assert.equal(await operator.provider!.getBalance(to), 10n ** 14n);
  });

  test("equal ids, a remote that is named twice or incomplete, and one that is not open: refused", async () => {
    const call = (...args: unknown[]) => dvn.getFunction("setRemote").staticCall(...args);
    const remote = { id: EID_B, peer: PEER, gateway: center.target };
    await refuses(call(274n, remote), "IdTaken", EID_B, B);
    await refuses(call(B, { ...remote, id: 5n }), "RemoteKnown", B);
    await refuses(call(274n, { ...remote, id: 0n }), "IncompleteRemote", 274n);
    await refuses(call(0n, { ...remote, id: 5n }), "IncompleteRemote", 0n);
    await refuses(dvn.getFunction("open").staticCall(274n), "IncompleteRemote", 274n);
    await refuses(dvn.getFunction("getFee").staticCall(EID_C, 1, PEER, "0x"), "NotOpen", EID_C);
    await refuses(dvn.getFunction("getFee").staticCall(77n, 1, PEER, "0x"), "NoRemote", 77n);
    await assert.rejects(library.getFunction("assign").send(dvn.target, job(EID_C)));
  });
});
