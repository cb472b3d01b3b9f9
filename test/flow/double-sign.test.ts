import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  AbiCoder,
  Contract,
  ContractFactory,
  keccak256,
  type ContractTransactionResponse,
  type HDNodeWallet,
  type InterfaceAbi,
} from "ethers";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { DevnetChain } from "../../src/ecosystem/devnet/devnet.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { BATCH_COMMITMENT_TYPES, quorumDomain } from "../../src/ground/protocol/quorum.ts";
import { contractErrorOf } from "../../src/chain/settlement/errors/contract-error.ts";
import { commitInCall } from "./support/commit-in-call.ts";
import { ALICE, BOB, clientOf, dependencies, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const [LYING, HONEST] = [271n, 272n];
const UNBONDING = 86_400n;
/** Development accounts that no part of the devnet uses. */
const [REPORTER, STAKER] = [12, 13];
const coder = AbiCoder.defaultAbiCoder();

/** A word that L1 was shown, with a signature. */
interface ShownWord {
  readonly word: {
    readonly commitment: string;
    readonly batchNumber: bigint;
    readonly revertCount: bigint;
    readonly validFrom: bigint;
    readonly validUntil: bigint;
  };
  readonly signature: string;
}

describe("D5: validators of a devnet with a stake", () => {
  let devnet: FlowDevnet;
  let registry: Contract;
  let equivocation: Contract;
  before(async () => {
    devnet = await startFlowDevnet([LYING, HONEST], { ...UNPROVEN, fundedAccounts: [ALICE] });
    registry = await deployed("StakeRegistry", UNBONDING);
    const { factory, settings } = devnet.ecosystem.addresses;
    equivocation = await deployed("Equivocation", factory, settings, UNBONDING - 3_600n, 3_600n);
    for (const { chainId } of devnet.chains) await enlist(chainId);
  });
  after(() => devnet?.close());

  const wallet = (place: number): HDNodeWallet => devnet.accounts.wallet(place).connect(devnet.l1.provider);
  const chain = (chainId: bigint): DevnetChain => devnet.chains.find((each) => each.chainId === chainId)!;
  /** A chain's only validator is its operator. */
  const validator = (chainId: bigint): HDNodeWallet => wallet(chainId === LYING ? 20 : 21);
  async function deployed(name: string, ...args: readonly unknown[]): Promise<Contract> {
    const { abi, bytecode } = await dependencies.artifacts(name);
    const contract = await new ContractFactory(abi as InterfaceAbi, bytecode, wallet(STAKER)).deploy(...args);
    return new Contract(await (await contract.waitForDeployment()).getAddress(), abi as InterfaceAbi, wallet(STAKER));
  }
  const send = async (contract: Contract, name: string, ...args: readonly unknown[]): Promise<void> => {
    const response = (await contract.getFunction(name)(...args)) as ContractTransactionResponse;
    await response.wait();
  };
  const dataOf = (chainId: bigint): string => coder.encode(["uint256"], [chainId]);
  const serviceOf = async (chainId: bigint): Promise<string> =>
    keccak256(coder.encode(["address", "bytes"], [await equivocation.getAddress(), dataOf(chainId)]));
  const now = async (): Promise<bigint> => BigInt((await devnet.l1.provider.getBlock("latest"))!.timestamp);

  /** One coin more, and half of all for the validator's key. */
  async function enlist(chainId: bigint): Promise<void> {
    await send(registry, "deposit", { value: ETHER });
    const key = validator(chainId);
    assert.equal(chain(chainId).pipeline.created.configuration.validators[0], lowerCaseAddress(key.address));
    const domain = {
      ...{ name: "HyperchainStake", version: "1", chainId: devnet.l1.chainId },
      verifyingContract: await registry.getAddress(),
    };
    const fields = ["operator:address", "service:bytes32"].map((field) => field.split(":"));
    const types = { Enlistment: fields.map(([name = "", type = ""]) => ({ name, type })) };
    const signature = await key.signTypedData(domain, types, {
      operator: wallet(STAKER).address,
      service: await serviceOf(chainId),
    });
    await send(registry, "enlist", await equivocation.getAddress(), dataOf(chainId), key.address, 5_000, signature);
  }

  /** Reads from L1 the validator's signature of the batch that includes this payment. */
  async function settledWord(chainId: bigint): Promise<ShownWord> {
    const client = clientOf(chain(chainId));
    const payment = { to: devnet.accounts.wallet(BOB).address, value: 1n };
    await (await devnet.accounts.wallet(ALICE).connect(client).sendTransaction(payment)).wait();
    client.destroy();
    const batch = (await devnet.settle(chainId)).at(-1)!;
    const transaction = await devnet.l1.provider.getTransaction(batch.l1Transactions.commit!);
    const { batch: committed, approval } = commitInCall(transaction, batch.batchNumber);
    const { commitment, batchNumber } = committed;
    const { validFrom, validUntil, signatures } = approval;
    return { word: { commitment, batchNumber, revertCount: 0n, validFrom, validUntil }, signature: signatures[0]! };
  }

  async function report(chainId: bigint, first: ShownWord, second: ShownWord): Promise<void> {
    const times = [first.word, second.word];
    const from = times.map(({ validFrom }) => validFrom).reduce((a, b) => (a > b ? a : b));
    // L1's time is beyond the second word's beginning.
    const [time, until] = [(await now()) - 1n, times.map(({ validUntil }) => validUntil).reduce((a, b) => (a < b ? a : b))];
    const faultAt = [time, until].reduce((a, b) => (a < b ? a : b));
    const fault = { chainId, epoch: 0n, faultAt: faultAt < from ? from : faultAt };
    const by = equivocation.connect(wallet(REPORTER)) as Contract;
    const args = [first.word, first.signature, second.word, second.signature];
    await send(by, "reportBatches", await registry.getAddress(), fault, ...args);
  }
  const stakeOf = async (chainId: bigint): Promise<bigint> =>
    (await registry.getFunction("weightAt")(await serviceOf(chainId), validator(chainId).address, (await now()) - 1n)) as bigint;
  const refusedAs =
    (name: string) =>
    (error: unknown): boolean =>
      contractErrorOf(error)?.name === name;
  const tick = async (): Promise<void> => {
    await devnet.l1.request("evm_increaseTime", [5]);
    await devnet.l1.request("evm_mine", []);
  };

  test("an honest one is not slashed, whatever of its words are shown", async () => {
    const [first, second] = [await settledWord(HONEST), await settledWord(HONEST)];
    await tick();
    assert.equal(await stakeOf(HONEST), ETHER);
    await assert.rejects(report(HONEST, first, second), refusedAs("NumbersDiffer"));
    await assert.rejects(report(HONEST, first, first), refusedAs("SameCommitment"));
    // Numbers and commitments that it has not signed give another signer.
    const altered = { ...second, word: { ...second.word, batchNumber: first.word.batchNumber } };
    await assert.rejects(report(HONEST, first, altered), refusedAs("SignersDiffer"));
    await assert.rejects(report(LYING, first, altered), refusedAs("SignersDiffer"));
    assert.equal(await stakeOf(HONEST), ETHER);
  });

  test("one that signs another batch of a number that L1 has from it loses its share, once, and the other keeps its own", async () => {
    const shown = await settledWord(LYING);
    await tick();
    const { hyperchain: contract } = chain(LYING).pipeline.created;
    const word = { ...shown.word, commitment: wordToHex(7n) };
    const domain = quorumDomain(devnet.l1.chainId, contract);
    const signature = await validator(LYING).signTypedData(domain, BATCH_COMMITMENT_TYPES, word);
    const reporter = wallet(REPORTER).address;
    const before = await devnet.l1.provider.getBalance(reporter);
    await report(LYING, shown, { word, signature });
    const gained = (await devnet.l1.provider.getBalance(reporter)) - before;
    // A tenth of a coin, less the gas.
    assert.ok(gained > (ETHER * 99n) / 1_000n && gained < ETHER / 10n, `${gained}`);
    assert.equal(await devnet.l1.provider.getBalance(await registry.getAddress()), ETHER);
    await assert.rejects(report(LYING, { word, signature }, shown), refusedAs("AlreadySlashed"));
    await tick();
    assert.equal(await stakeOf(LYING), 0n);
    // Half of the rest, as agreed at its enlistment.
    assert.equal(await stakeOf(HONEST), ETHER / 2n);
    // The chain continues: a stake is not a vote.
    await settledWord(LYING);
    assert.deepEqual(devnet.faults, []);
  });
});
