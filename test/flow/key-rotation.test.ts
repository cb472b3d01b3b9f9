import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, ContractFactory } from "ethers";
import hre from "hardhat";
import { chainSettingsAbi } from "../../src/ground/abi/chain-settings.ts";
import { createNoProver } from "../../src/ecosystem/devnet/chains/no-prover.ts";
import { ACCOUNT_NUMBERS, lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { ContinuationError } from "../../src/ecosystem/devnet/reconstruction/continuation-error.ts";
import { continueChain } from "../../src/ecosystem/devnet/reconstruction/continue-chain.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { byNight } from "../support/nightly.ts";
import { dependencies, PROVEN_BY_NIGHT } from "./support/devnet.ts";
import { CHAIN_ID, RebuiltRollup, RUNNING } from "./support/rebuilt-rollup.ts";
import { Upgrades } from "./support/upgrades.ts";

/** A development account that signs for no chain at first. */
const NEXT_VALIDATOR = 7;

describe(`a chain whose validators and policy change with notice, ${byNight("with real proofs", "without proofs")}`, () => {
  let rollup: RebuiltRollup;
  let policy: Hex;
  let notice: bigint;
  before(async () => {
    rollup = await RebuiltRollup.start(39, [], PROVEN_BY_NIGHT);
  });
  after(() => rollup.close());

  const chain = () => rollup.devnet.chains[0]!;
  const settings = () => new Contract(rollup.devnet.ecosystem.addresses.settings, chainSettingsAbi, rollup.operator());
  const validator = (number: number): Hex => lowerCaseAddress(rollup.devnet.accounts.wallet(number).address);
  const counts = async (number: number): Promise<boolean> =>
    (await settings().getFunction("isValidator")(CHAIN_ID, validator(number))) as boolean;
  const quorum = () => rollup.devnet.info().chains[0]!;

  test("continues under its first terms until the next ones apply, which it shows meanwhile", async () => {
    await rollup.work();
    await rollup.settle();
    const { abi, bytecode } = await hre.artifacts.readArtifact("RollupCalldataPolicy");
    const deployed = await (await new ContractFactory(abi, bytecode, rollup.operator()).deploy()).waitForDeployment();
    policy = lowerCaseAddress(await deployed.getAddress());
    const terms = {
      quorum: { threshold: 1n, validators: [validator(NEXT_VALIDATOR)] },
      standby: { threshold: 0n, validators: [] },
      dataAvailabilityPolicy: policy,
      transactionFilterer: `0x${"00".repeat(20)}`,
      isGoverned: true,
      takesReplacements: false,
      requiresSecondCheck: false,
    };
    notice = (await settings().getFunction("upgradeNotice")(CHAIN_ID)) as bigint;
    await (await settings().getFunction("scheduleTerms")(CHAIN_ID, terms)).wait();
    await chain().pipeline.pollL1();
    const { members, threshold, effectiveAt } = quorum().nextQuorum!;
    assert.deepEqual([members, threshold], [[validator(NEXT_VALIDATOR)], 1]);
    const { nextAt } = (await settings().getFunction("epochsOf")(CHAIN_ID)) as unknown as { nextAt: bigint };
    assert.equal(BigInt(effectiveAt), nextAt);
    assert.deepEqual(quorum().quorum.members, [validator(ACCOUNT_NUMBERS.firstOperator)]);
    await rollup.work();
    await rollup.settle();
  });

  test("is signed by the next validator from then on, once it has its key, under the next policy", async () => {
    const { admit } = chain().pipeline.signers;
    await new Upgrades(rollup.devnet).pass(notice);
    assert.deepEqual(await Promise.all([ACCOUNT_NUMBERS.firstOperator, NEXT_VALIDATOR].map(counts)), [false, true]);
    await admit(rollup.devnet.accounts.wallet(NEXT_VALIDATOR));
    await rollup.work();
    await rollup.settle();
    assert.deepEqual(quorum().quorum.members, [validator(NEXT_VALIDATOR)]);
    assert.equal(quorum().nextQuorum, undefined);
  });

  test("is rebuilt by a fresh node over both epochs, from L1 alone, and continued by a current validator alone", async () => {
    const rebuilt = await rollup.rebuild();
    assert.equal(rebuilt.batches.length, 3);
    assert.equal(rebuilt.stateRoot, rebuilt.onL1.executedStateRoot);
    assert.deepEqual(rebuilt.contract.terms, {
      threshold: 1n,
      validators: [validator(NEXT_VALIDATOR)],
      dataAvailabilityPolicy: policy,
    });
    const others = {
      l1: rollup.devnet.l1.provider,
      connect: dependencies.connectChain,
      clock: systemClock,
      prover: createNoProver(),
      onStop: (error: unknown): void => void rollup.devnet.faults.push(error),
    };
    await assert.rejects(continueChain(rebuilt, RUNNING, { ...others, operator: rollup.operator() }), (error) => {
      assert.ok(error instanceof ContinuationError);
      assert.equal(error.code, "NotAValidator");
      return true;
    });
    const operator = rollup.devnet.accounts.wallet(NEXT_VALIDATOR).connect(rollup.devnet.l1.provider);
    const continued = await continueChain(rebuilt, RUNNING, { ...others, operator });
    await continued.close();
  });
});
