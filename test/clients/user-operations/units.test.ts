import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createPublicClient, defineChain, http } from "viem";
import { createBundlerClient } from "viem/account-abstraction";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import type { JsonRpcProvider } from "ethers";
import { toSimpleAccount } from "../../../fixtures/sponsored-call/simple-account.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { gasOfUnits } from "../../../src/ground/protocol/native-budget.ts";
import { ALICE, clientOf, ETHER, settleNow, startFlowDevnet, UNPROVEN, type FlowDevnet } from "../../flow/support/devnet.ts";
import { PATIENT } from "../../support/patient.ts";
import { deploy, deployEntryPoint, packageContract } from "./support/entry-points.ts";

const CHAIN_ID = 271n;
/** Hashes 20,000 bytes as often as its call data says: 148 permutations, so 90,428 units for 3,780 gas (docs/native.md). */
const HASHER: Hex = `0x${"4a".repeat(20)}`;
const HASHES: Hex = "0x5f355b614e205f205060019003806002570000";
/** Units that decide what the transaction is charged, and more than one transaction may take. */
const [DEAR, TOO_DEAR] = [12n, 20n];

describe("user operations on a proven chain, which take more to prove than the EVM's gas pays for", () => {
  let devnet: FlowDevnet;
  let provider: JsonRpcProvider;
  let clients: ReturnType<typeof connect>;
  let account: Awaited<ReturnType<typeof toSimpleAccount>>;

  before(async () => {
    const proven = { chainId: CHAIN_ID, execution: "proven", import: { [HASHER]: { nonce: "1", code: HASHES } } } as const;
    devnet = await startFlowDevnet([proven], { ...UNPROVEN, singletons: true });
    const [chain] = devnet.chains;
    assert.ok(chain !== undefined);
    provider = clientOf(chain);
    clients = connect(chain.url);
    const signer = devnet.accounts.wallet(ALICE).connect(provider);
    const entryPoint = await deployEntryPoint("0.8", signer);
    const factory = await deploy(packageContract("0.8", "SimpleAccountFactory"), signer, entryPoint);
    const owner = privateKeyToAccount(generatePrivateKey());
    account = await toSimpleAccount({
      ...{ client: clients.client, owner, factory },
      entryPoint: { address: entryPoint, version: "0.8" },
    });
    await (await signer.sendTransaction({ to: account.address, value: ETHER })).wait();
  });
  after(async () => {
    provider.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  function connect(url: string) {
    const chain = defineChain({
      ...{ id: Number(CHAIN_ID), name: "Hyperchain", rpcUrls: { default: { http: [url] } } },
      nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    });
    const client = createPublicClient({ chain, transport: http(url, PATIENT), pollingInterval: 20, cacheTime: 0 });
    return { client, bundler: createBundlerClient({ client, chain, transport: http(url, PATIENT), pollingInterval: 20 }) };
  }

  const hashing = (times: bigint) => ({ account, calls: [{ to: HASHER, data: wordToHex(times) }] }) as const;
  /** Returns the units of the operation's payment and of its transaction's charge. */
  async function sent(operation: Parameters<(typeof clients)["bundler"]["sendUserOperation"]>[0]) {
    const hash = await clients.bundler.sendUserOperation(operation);
    const { success, actualGasUsed, receipt } = await clients.bundler.getUserOperationReceipt({ hash });
    const shown = await provider.send("eth_getTransactionReceipt", [receipt.transactionHash]);
    return { success, paid: actualGasUsed, charged: BigInt(shown.gasUsed), units: Number(shown.nativeUnits) };
  }

  it("an account is created, and pays for a call by the EVM's gas, where that is more", async () => {
    const { success, paid, charged, units } = await sent(hashing(1n));
    assert.equal(success, true);
    assert.ok(charged > gasOfUnits(units), `${charged} gas, ${units} units`);
    assert.ok(paid >= charged, `${paid} paid, ${charged} charged`);
  });

  it("estimated limits pay for the units, which preVerificationGas has beyond the EVM's gas", async () => {
    const cheap = await clients.bundler.estimateUserOperationGas(hashing(1n));
    const dear = await clients.bundler.estimateUserOperationGas(hashing(DEAR));
    const { success, paid, charged, units } = await sent({ ...hashing(DEAR), ...dear });
    assert.deepEqual([success, charged], [true, gasOfUnits(units)], "the units decide");
    assert.ok(paid >= charged, `${paid} paid, ${charged} charged`);
    const more = dear.preVerificationGas - cheap.preVerificationGas;
    assert.ok(more > 0n && more < charged / 2n, `${more} more, ${charged} charged`);
  });

  it("attack: an operation that pays for the EVM's gas alone is refused, and the operator's block has nothing of it", async () => {
    const { preVerificationGas } = await clients.bundler.estimateUserOperationGas(hashing(1n));
    const before = await clients.client.getBlockNumber();
    await assert.rejects(
      clients.bundler.sendUserOperation({ ...hashing(DEAR), preVerificationGas }),
      /preVerificationGas is \d+, and \d+ pay for the \d+ units/,
    );
    assert.equal(await clients.client.getBlockNumber(), before);
  });

  it("attack: one that takes more than a transaction may is refused by name when it is estimated and when it is sent", async () => {
    const limits = { ...(await clients.bundler.estimateUserOperationGas(hashing(DEAR))), callGasLimit: 1_000_000n };
    const name = /more than 1300000 units to prove/;
    await assert.rejects(clients.bundler.estimateUserOperationGas(hashing(TOO_DEAR)), name);
    const sending = clients.bundler.sendUserOperation({ ...hashing(TOO_DEAR), ...limits, preVerificationGas: 1_000_000n });
    await assert.rejects(sending, name);
  });

  it("batches with such operations settle", async () => {
    await settleNow(devnet.chains[0]!);
  });
});
