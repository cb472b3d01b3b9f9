import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { AbiCoder, Contract, ContractFactory, verifyTypedData } from "ethers";
import hre from "hardhat";
import { chainSettingsAbi } from "../../src/ground/abi/chain-settings.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { SettledBatchInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { hashPubdata } from "../../src/ground/protocol/pubdata.ts";
import { availabilityDomain, DATA_AVAILABILITY_TYPES } from "../../src/ground/protocol/quorum.ts";
import { commitInCall } from "./support/commit-in-call.ts";
import { startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { Upgrades } from "./support/upgrades.ts";

const CHAIN_ID = 271n;
/** A development account that neither signs nor keeps data at first. */
const NEXT = 7;

describe("a validium whose terms name another committee with its validators", () => {
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await startFlowDevnet([{ chainId: CHAIN_ID, dataAvailability: "validium" }], UNPROVEN);
  });
  after(() => devnet.close());

  const chain = () => devnet.chains[0]!;
  const operator = () => devnet.accounts.wallet(ACCOUNT_NUMBERS.firstOperator).connect(devnet.l1.provider);
  const account = (number: number): Hex => lowerCaseAddress(devnet.accounts.wallet(number).address);

  /** Changes the policy by terms that have the next validator's key, from now on. */
  const changePolicy = async (dataAvailabilityPolicy: Hex): Promise<void> => {
    const settings = new Contract(devnet.ecosystem.addresses.settings, chainSettingsAbi, operator());
    const terms = {
      quorum: { threshold: 1n, validators: [account(NEXT)] },
      standby: { threshold: 0n, validators: [] },
      dataAvailabilityPolicy,
      transactionFilterer: `0x${"00".repeat(20)}`,
      isGoverned: true,
      takesReplacements: false,
      requiresSecondCheck: false,
    };
    const notice = (await settings.getFunction("upgradeNotice")(CHAIN_ID)) as bigint;
    await (await settings.getFunction("scheduleTerms")(CHAIN_ID, terms)).wait();
    await chain().pipeline.pollL1();
    await new Upgrades(devnet).pass(notice);
  };

  /** Which account signed, for this policy, that it has the data of the batch that settles now. */
  const keeperOfNext = async (policy: Hex): Promise<Hex> => {
    await chain().provider.request({ method: "evm_mine", params: [] });
    const batch = (await chain().pipeline.seal())!;
    const [settled] = (await devnet.settle(CHAIN_ID)) as [SettledBatchInfo];
    const transaction = await devnet.l1.provider.getTransaction(settled.l1Transactions.commit!);
    const { policyData } = commitInCall(transaction, settled.batchNumber).batch;
    const [signatures] = AbiCoder.defaultAbiCoder().decode(["bytes[]"], policyData) as unknown as [readonly string[]];
    const claim = { preCommitment: batch.preCommitment, pubdataHash: hashPubdata(batch.pubdata) };
    const domain = availabilityDomain(devnet.l1.chainId, policy);
    return lowerCaseAddress(verifyTypedData(domain, DATA_AVAILABILITY_TYPES, claim, signatures[0]!));
  };

  test("is kept by the next validator from the change on, whose key this process has got, and no longer by the operator", async () => {
    const settings = new Contract(devnet.ecosystem.addresses.settings, chainSettingsAbi, operator());
    const { dataAvailabilityPolicy: first } = (await settings.getFunction("configurationOf")(CHAIN_ID)) as unknown as {
      readonly dataAvailabilityPolicy: string;
    };
    assert.equal(await keeperOfNext(lowerCaseAddress(first)), account(ACCOUNT_NUMBERS.firstOperator));

    const { abi, bytecode } = await hre.artifacts.readArtifact("CommitteePolicy");
    const deployed = await new ContractFactory(abi, bytecode, operator()).deploy([account(NEXT)], 1n);
    const policy = lowerCaseAddress(await (await deployed.waitForDeployment()).getAddress());
    await changePolicy(policy);
    await chain().pipeline.signers.admit(devnet.accounts.wallet(NEXT));
    assert.equal(await keeperOfNext(policy), account(NEXT));
    assert.deepEqual(devnet.faults, []);
  });

  test("stops by name where its terms name a rollup's policy: it is run as a validium", async () => {
    await changePolicy(devnet.ecosystem.addresses.rollupPolicy);
    await chain().provider.request({ method: "evm_mine", params: [] });
    await chain().pipeline.seal();
    await assert.rejects(devnet.settle(CHAIN_ID), /which is no "validium" as dataAvailability says/);
    assert.match(String(chain().pipeline.fault()), /schedule terms with a policy of that kind/);
  });
});
