import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider, type TransactionReceipt } from "ethers";
import { l2BaseTokenAbi } from "../../src/ground/abi/l2-base-token.ts";
import { messenger } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { readVersion } from "../../src/ecosystem/client/governing/upgrade.ts";
import { finalizeWithdrawal } from "../../src/ecosystem/client/messages/withdraw.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { fromHex, keccak, type Hex } from "../../src/ground/protocol/hex.ts";
import { noProofVersionOf } from "../../src/ground/protocol/no-proof.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { PROVEN_VERSION, TRUSTED_VERSION, isProvenOnL1 } from "../../src/ground/protocol/protocol-version.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { SYSTEM_CONTEXT_CODE } from "../machine/support/context-code.ts";
import { ALICE, clientOf, ETHER, settleNow, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";
import { moveOn, relayerOf, transferOf } from "./support/interop.ts";

const [A, B] = [271n, 272n];
const FRIEND: Hex = `0x${"f2".repeat(20)}`;
const baseToken = new Interface(l2BaseTokenAbi);

/** Adds one to its first slot. */
const COUNT: Hex = "0x5f546001015f5500";
const COUNTER: Hex = `0x${"c0".repeat(20)}`;
/** In a proven chain's genesis, and in any anvil's state. */
const CREATE2_DEPLOYER: Hex = "0x4e59b44847b379578588920ca78fbf26c0b4956c";
const DEPLOYER_CODE: Hex =
  "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";
const IMPORTED = {
  [COUNTER]: { nonce: "1", code: COUNT, storage: { "0x0": "0x29" } },
  [CREATE2_DEPLOYER]: { nonce: "1", code: DEPLOYER_CODE },
};

describe("a proven chain and a trusted chain of one ecosystem", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let relayer: Relayer;

  before(async () => {
    const proven = { chainId: A, execution: "proven", import: IMPORTED } as const;
    devnet = await startFlowDevnet([proven, { chainId: B }], { ...UNPROVEN, singletons: true });
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const alice = (place: number) => devnet.accounts.wallet(ALICE).connect(clients[place]!);
  const send = async (place: number, request: { to: string; data: string; value?: bigint }): Promise<TransactionReceipt> => {
    const receipt = await (await alice(place).sendTransaction(request)).wait();
    assert.equal(receipt?.status, 1);
    return receipt;
  };
  const withdrawal = { to: PREDEPLOYS.L2BaseToken, data: baseToken.encodeFunctionData("withdraw", [FRIEND]), value: ETHER };

  test("the registry has both versions, with one reader", async () => {
    const { verifiers, reader } = devnet.ecosystem.addresses;
    for (const version of [TRUSTED_VERSION, PROVEN_VERSION]) {
      const content = await readVersion(verifiers, noProofVersionOf(version), devnet.l1.provider);
      assert.equal(content?.reader, reader);
      assert.equal(await readVersion(verifiers, version, devnet.l1.provider), undefined, "no proven version");
    }
  });

  test("begin with one genesis: the system context exists without a first batch", async () => {
    const [proven, trusted] = devnet.chains;
    const { configuration } = proven!.pipeline.created;
    assert.equal(configuration.protocolVersion, noProofVersionOf(PROVEN_VERSION));
    assert.equal(trusted!.pipeline.created.configuration.protocolVersion, noProofVersionOf(TRUSTED_VERSION));
    for (const client of clients) assert.equal(await client.getCode(PREDEPLOYS.SystemContext), SYSTEM_CONTEXT_CODE);
  });

  test("has the accounts of its genesis", async () => {
    const { configuration, hyperchain } = devnet.chains[0]!.pipeline.created;
    assert.equal(configuration.importBatches, 1n);
    await send(0, { to: COUNTER, data: "0x" });
    assert.equal(BigInt(await clients[0]!.getStorage(COUNTER, 0)), 42n);
    const { batch } = await settleNow(devnet.chains[0]!);
    const rebuilt = await reconstruct({ l1: devnet.l1.provider, hyperchain, genesis: await genesisOf() });
    assert.equal(rebuilt.stateRoot, digestToHex(batch.newStateRoot));
    assert.deepEqual(rebuilt.state.falseDigests(), []);
    for (const [address, code] of [
      [COUNTER, COUNT],
      [CREATE2_DEPLOYER, DEPLOYER_CODE],
    ]) {
      const found = rebuilt.state.accounts().find((each) => each.address === address);
      assert.equal(found?.code, code);
    }
  });

  test("both send each other money, and both pay withdrawals out on L1", async () => {
    await send(0, transferOf(B, 2n * ETHER, FRIEND));
    await send(1, transferOf(A, ETHER, FRIEND));
    const withdrawals = [await send(0, withdrawal), await send(1, withdrawal)];
    await moveOn(devnet, relayer);
    assert.deepEqual([await clients[0]!.getBalance(FRIEND), await clients[1]!.getBalance(FRIEND)], [ETHER, 2n * ETHER]);
    const collector = devnet.accounts.wallet(0).connect(devnet.l1.provider);
    for (const [place, { logs }] of withdrawals.entries()) {
      const sent = logs.find(({ address }) => lowerCaseAddress(address) === PREDEPLOYS.L1Messenger);
      const messageHash = keccak(fromHex(String(messenger.parseLog(sent!)!.args["message"]) as Hex));
      const chain = place === 0 ? A : B;
      const { state } = await finalizeWithdrawal(devnet.info(), { chain, messageHash }, collector, relayer.l1View);
      assert.equal(state, "paid");
    }
    assert.equal(await devnet.l1.provider.getBalance(FRIEND), 2n * ETHER);
  });

  test("anyone rebuilds either from L1 alone, by the genesis", async () => {
    const genesis = await genesisOf();
    for (const [place, chain] of devnet.chains.entries()) {
      await send(place, withdrawal);
      const { batch } = await settleNow(chain);
      const { hyperchain } = chain.pipeline.created;
      const rebuilt = await reconstruct({ l1: devnet.l1.provider, hyperchain, genesis });
      assert.equal(rebuilt.stateRoot, digestToHex(batch.newStateRoot));
      const isProven = new Set(rebuilt.batches.map(({ stored }) => isProvenOnL1(stored.protocolVersion)));
      assert.deepEqual([...isProven], [place === 0]);
    }
  });
});
