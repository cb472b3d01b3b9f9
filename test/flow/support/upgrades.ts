import assert from "node:assert/strict";
import { Contract, ContractFactory, type HDNodeWallet } from "ethers";
import hre from "hardhat";
import { senderOn, type Sender } from "../../../src/ecosystem/client/sending/submit.ts";
import {
  addVersion,
  readUpgrades,
  readVersion,
  scheduleUpgrade,
  type ChainUpgrades,
} from "../../../src/ecosystem/client/governing/upgrade.ts";
import { ACCOUNT_NUMBERS } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import type { Devnet } from "../../../src/ecosystem/devnet/devnet.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { isProvenVersion, noProofVersionOf } from "../../../src/ground/protocol/no-proof.ts";
import { nextGeneration, PROVEN_VERSION } from "../../../src/ground/protocol/protocol-version.ts";

/** L1's newest block can be some seconds ahead of the clock. */
const MARGIN_SECONDS = 60n;

/** Upgrades of a devnet's first chain, by governance and by the chain's admin. */
export class Upgrades {
  readonly #devnet: Devnet;

  constructor(devnet: Devnet) {
    this.#devnet = devnet;
  }

  read(): Promise<ChainUpgrades> {
    return readUpgrades(this.#devnet.chains[0]!.pipeline.created.hyperchain, this.#devnet.l1.provider);
  }

  /** Adds the version behind the present one, which differs in its verifier: another contract of the same kind. */
  async addNext(): Promise<bigint> {
    const { version, verifiers } = await this.read();
    const present = (await readVersion(verifiers, version, this.#devnet.l1.provider))!;
    const governor = this.#wallet(ACCOUNT_NUMBERS.deployer);
    const isProven = isProvenVersion(version);
    const { abi, bytecode } = await hre.artifacts.readArtifact(isProven ? "StateTransitionVerifier" : "NoProofVerifier");
    const args: unknown[] = isProven ? [await new Contract(present.verifier, abi, governor).getFunction("stark")()] : [];
    const deployed = await new ContractFactory(abi, bytecode, governor).deploy(...args);
    await deployed.waitForDeployment();
    const verifier = (await deployed.getAddress()).toLowerCase() as Hex;
    const next = nextGeneration(version);
    await addVersion(verifiers, next, { ...present, verifier }, await this.#sender(governor));
    return next;
  }

  /** Adds a version with the contents of the present one and the key of other programs. */
  async addForeign(version: bigint): Promise<void> {
    const { version: current, verifiers } = await this.read();
    const present = (await readVersion(verifiers, current, this.#devnet.l1.provider))!;
    const governor = this.#wallet(ACCOUNT_NUMBERS.deployer);
    const { abi, bytecode } = await hre.artifacts.readArtifact("NoProofAggregate");
    const verifier = await new ContractFactory(abi, bytecode, governor).deploy();
    const artifact = await hre.artifacts.readArtifact("ProofAggregator");
    const { factory } = this.#devnet.ecosystem.addresses;
    const deployed = await new ContractFactory(artifact.abi, artifact.bytecode, governor).deploy(factory, verifier, version);
    const aggregator = (await deployed.getAddress()).toLowerCase() as Hex;
    const content = { ...present, secondVerifier: `0x${"00".repeat(20)}` as Hex, aggregator, executionKey: wordToHex(7n) };
    await addVersion(verifiers, version, content, await this.#sender(governor));
  }

  /** Version of proven chains that the contracts were deployed with. */
  async proven(): Promise<bigint> {
    const { version, verifiers } = await this.read();
    const next = isProvenVersion(version) ? PROVEN_VERSION : noProofVersionOf(PROVEN_VERSION);
    assert.ok(await readVersion(verifiers, next, this.#devnet.l1.provider));
    return next;
  }

  /** Resolves with the notice, in seconds. */
  async schedule(version: bigint): Promise<bigint> {
    const upgrades = await this.read();
    await scheduleUpgrade(upgrades, version, await this.#sender(this.#wallet(ACCOUNT_NUMBERS.firstOperator)));
    return upgrades.noticeSeconds;
  }

  /** Moves the ecosystem's time past a notice, and lets the chain look at L1. */
  async pass(noticeSeconds: bigint): Promise<void> {
    const { l1, chains } = this.#devnet;
    const [chain] = chains;
    await chain!.provider.request({ method: "evm_increaseTime", params: [Number(noticeSeconds + MARGIN_SECONDS)] });
    await l1.request("evm_mine", []);
    await chain!.pipeline.pollL1();
  }

  #wallet(number: number): HDNodeWallet {
    return this.#devnet.accounts.wallet(number).connect(this.#devnet.l1.provider);
  }

  #sender(wallet: HDNodeWallet): Promise<Sender> {
    return senderOn(wallet, { name: "L1", chainId: Number(this.#devnet.l1.chainId) });
  }
}
