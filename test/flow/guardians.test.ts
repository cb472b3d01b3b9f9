import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Contract, ContractFactory, JsonRpcProvider, Wallet } from "ethers";
import hre from "hardhat";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import { RebuiltState } from "../../src/chain/reconstruction/rebuilt-state.ts";
import { ACCOUNT_NUMBERS } from "../../src/devnet/accounts/accounts.ts";
import { ChainContractReader } from "../../src/devnet/chain-on-l1/chain-contract.ts";
import { judgeBatch, type GuardedBatch } from "../../src/devnet/guardian/guarded-batch.ts";
import { RemoteGuardian } from "../../src/devnet/guardian/guardian-client.ts";
import type { GuardedChainStart } from "../../src/devnet/guardian/guardian-messages.ts";
import { startGuardian, type GuardianProcess } from "../../src/devnet/guardian/guardian-process.ts";
import { collectFromGuardians } from "../../src/devnet/guardian/network-quorum.ts";
import { publishingChain, reconstruct } from "../../src/devnet/reconstruction/reconstruct.ts";
import { digestToHex } from "../../src/protocol/digest.ts";
import { keccak, wordToHex, type Hex } from "../../src/protocol/hex.ts";
import { versionParts } from "../../src/protocol/protocol-version.ts";
import { hashPubdata } from "../../src/protocol/pubdata.ts";
import { ENLISTMENT_TYPES, stakeDomain } from "../../src/protocol/stake.ts";
import { SettlementError } from "../../src/settlement/errors/settlement-error.ts";
import { ALICE, clientOf, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";

const MEMBERS = 4;
const UNBONDING = 100_000n;
const VALID_UNTIL = 2n ** 63n;
const CHAINS = [271n, 272n] as const;
const BOB_ADDRESS: Hex = `0x${"b0".repeat(20)}`;

/** Fields of a formed batch that a guardian receives. */
function guarded(formed: FormedBatch): GuardedBatch {
  const { protocolVersion, outputs, canonicalTxHashes, previousCommitment, preCommitment, pubdata } = formed;
  const newStateRoot = digestToHex(formed.newStateRoot);
  return { protocolVersion, outputs, canonicalTxHashes, previousCommitment, preCommitment, newStateRoot, pubdata };
}

/** A network of founders with a coin each on the ecosystem's L1, whose processes store both chains. */
class Network {
  readonly devnet: FlowDevnet;
  readonly l1: JsonRpcProvider;
  readonly chains: readonly GuardedChainStart[];
  readonly folder: string;
  readonly keys: readonly Wallet[];
  readonly processes: GuardianProcess[] = [];
  readonly admin: Wallet;
  contract: Contract | undefined;

  constructor(devnet: FlowDevnet, l1: JsonRpcProvider, chains: readonly GuardedChainStart[], folder: string) {
    this.devnet = devnet;
    this.l1 = l1;
    this.chains = chains;
    this.folder = folder;
    this.keys = Array.from({ length: MEMBERS }, (_, i) => new Wallet(wordToHex(BigInt(1_000 + i)), l1));
    this.admin = new Wallet(wordToHex(999n), l1);
  }

  get address(): Hex {
    return String(this.contract!.target).toLowerCase() as Hex;
  }

  async deploy(): Promise<void> {
    const { l1: provider } = this;
    const { chainId } = this.devnet.l1;
    for (const { address } of [this.admin, ...this.keys])
      await provider.send("hardhat_setBalance", [address, "0x56bc75e2d63100000"]);
    const deploy = async (name: string, ...args: readonly unknown[]): Promise<Contract> => {
      const { abi, bytecode } = await hre.artifacts.readArtifact(name);
      const contract = await new ContractFactory(abi, bytecode, this.admin).deploy(...args);
      await contract.waitForDeployment();
      return new Contract(await contract.getAddress(), abi, this.admin);
    };
    const registry = await deploy("StakeRegistry", UNBONDING);
    const times = { enterDelay: 1_000n, retention: UNBONDING };
    const weights = { shareBps: 6_667n, minStake: ETHER, minTotal: 2n * ETHER };
    this.contract = await deploy("GuardianNetwork", registry.target, { admin: this.admin.address, ...weights, ...times });
    const service = (await this.contract.getFunction("service")()) as Hex;
    const send = async (contract: Contract, by: Wallet, name: string, ...args: readonly unknown[]): Promise<void> => {
      const response = (await (contract.connect(by) as Contract).getFunction(name)(...args)) as { wait(): Promise<unknown> };
      await response.wait();
    };
    for (const [i, key] of this.keys.entries()) {
      this.processes.push(await this.start(i, 0));
      await send(registry, key, "deposit", { value: ETHER });
      const domain = { ...stakeDomain(chainId, String(registry.target) as Hex) };
      const signature = await key.signTypedData(domain, ENLISTMENT_TYPES, { operator: key.address, service });
      await send(registry, key, "enlist", this.address, "0x", key.address, 10_000n, signature);
      await send(this.contract, this.admin, "admit", key.address, this.processes[i]!.url);
      await provider.send("evm_increaseTime", [2]);
      await provider.send("evm_mine", []);
      await send(this.contract, key, "join", key.address, this.processes[i]!.url);
    }
    await send(this.contract, this.admin, "start");
    await provider.send("evm_increaseTime", [2]);
    await provider.send("evm_mine", []);
  }

  /** Starts the process of a member, which continues from its folder. */
  start(i: number, port: number): Promise<GuardianProcess> {
    const { address, chains } = this;
    const place = { folder: join(this.folder, String(i)), l1Url: this.devnet.l1.url, port };
    return startGuardian({ ...place, key: this.keys[i]!.privateKey as Hex, network: address, chains });
  }

  /** The policy accepts the guardians' signatures of a batch. */
  async signs(batch: FormedBatch, place: number, earlier: readonly FormedBatch[]): Promise<void> {
    const { preCommitment, pubdata } = batch;
    const claim = { published: false, preCommitment, pubdataHash: hashPubdata(pubdata) };
    const data = await this.collect(batch, place, earlier);
    assert.equal(await this.contract!.getFunction("checkAvailability")(claim, data), keccak());
  }

  async collect(batch: FormedBatch, place: number, earlier: readonly FormedBatch[]): Promise<Hex> {
    const { l1, accounts } = this.devnet;
    const { hyperchain } = this.chains[place]!;
    return collectFromGuardians(guarded(batch), VALID_UNTIL, {
      ...{ l1: this.l1, settlementChainId: l1.chainId, network: this.address, hyperchain },
      requester: accounts.wallet(ACCOUNT_NUMBERS.firstOperator + place),
      batchOf: async (number) => guarded(earlier[Number(number)]!),
    });
  }
}

test("guardians in separate processes: quorum reached and missed, data withheld, two chains, chains rebuilt", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "guardians-"));
  const devnet = await startFlowDevnet(
    CHAINS.map((chainId) => ({ chainId, dataAvailability: "validium", openReads: true })),
    UNPROVEN,
  );
  const l1 = new JsonRpcProvider(devnet.l1.url, undefined, { staticNetwork: true, cacheTimeout: -1 });
  const clients = devnet.chains.map((chain) => clientOf(chain));
  const genesis = await genesisOf();
  const guardedChains = await Promise.all(
    devnet.chains.map(async ({ pipeline }): Promise<GuardedChainStart> => {
      const { hyperchain } = pipeline.created;
      const { configuration } = await new ChainContractReader(l1, hyperchain, await l1.getBlockNumber()).facts();
      return { hyperchain, genesis: genesis(versionParts(configuration.protocolVersion).format), fromBlock: 0 };
    }),
  );
  const network = new Network(devnet, l1, guardedChains, folder);
  try {
    await network.deploy();
    const batches: FormedBatch[][] = [[], []];
    const seal = async (place: number, to: string): Promise<FormedBatch> => {
      const alice = devnet.accounts.wallet(ALICE).connect(clients[place]!);
      await alice.sendTransaction({ to, value: 5n });
      const batch = await devnet.chains[place]!.pipeline.seal();
      batches[place]!.push(batch!);
      return batch!;
    };
    const hyperchainOf = (place: number): Hex => guardedChains[place]!.hyperchain;
    const signs = (place: number, batch: FormedBatch): Promise<void> => network.signs(batch, place, batches[place]!);

    await t.test("two chains share one network: a quorum signs for both, before L1 has a batch", async () => {
      for (const place of [0, 1]) await signs(place, await seal(place, BOB_ADDRESS));
    });

    await t.test("a minority that is killed harms nothing; half of the weight signs no batch", async () => {
      await network.processes[0]!.close();
      await signs(0, await seal(0, BOB_ADDRESS));
      await network.processes[1]!.close();
      const batch = await seal(0, BOB_ADDRESS);
      await assert.rejects(network.collect(batch, 0, batches[0]!), (error: unknown) => {
        assert.ok(error instanceof SettlementError);
        assert.equal(error.code, "QuorumUnreachable");
        assert.match(error.message, /guardians signed 50 %, needed 66.67 %; start more, or add "rollup" to anyOf/);
        return true;
      });
    });

    await t.test("a guardian that starts again continues from its folder, and receives the batches that it missed", async () => {
      const { port } = new URL(network.processes[1]!.url);
      network.processes[1] = await network.start(1, Number(port));
      await signs(0, batches[0]![2]!);
    });

    await t.test("a guardian that withholds data harms nothing: another one has them", async () => {
      const [silent, ...others] = network.processes.slice(1).map(({ url }) => new RemoteGuardian(url, hyperchainOf(0)));
      const withholding = { name: silent!.name, read: () => Promise.reject(new Error("withheld")) };
      for (const chain of devnet.chains) await devnet.settle(chain.chainId);
      const options = { l1: devnet.l1.url, hyperchain: hyperchainOf(0), genesis };
      await assert.rejects(reconstruct({ ...options, holders: [withholding] }), { code: "DataWithheld" });
      const rebuilt = await reconstruct({ ...options, holders: [withholding, ...others] });
      assert.equal(rebuilt.stateRoot, digestToHex(batches[0]!.at(-1)!.newStateRoot));
      assert.equal(rebuilt.batches.length, 3);
    });

    await t.test("a leaf dump at the executed root and later data rebuild a chain without its operator", async () => {
      const reader = new ChainContractReader(l1, hyperchainOf(0), await l1.getBlockNumber());
      const [facts, onL1] = await Promise.all([reader.facts(), reader.state()]);
      const guardian = new RemoteGuardian(network.processes[2]!.url, hyperchainOf(0));
      const { dump, nextBatch } = await guardian.leaves();
      const state = new RebuiltState(dump);
      assert.deepEqual([state.stateRoot, nextBatch], [onL1.executedStateRoot, onL1.totals.executed]);
      const unsettled = await seal(0, BOB_ADDRESS);
      await signs(0, unsettled);
      const wanted = { batchNumber: nextBatch, hash: hashPubdata(unsettled.pubdata) };
      const pubdata = await guardian.read(wanted, AbortSignal.timeout(5_000));
      assert.equal(hashPubdata(pubdata), wanted.hash);
      state.apply(
        nextBatch,
        judgeBatch({ ...guarded(unsettled), pubdata: Uint8Array.from(pubdata) }, publishingChain(facts), state),
      );
      assert.equal(state.stateRoot, digestToHex(unsettled.newStateRoot));
      const bob = state.accounts().find(({ address }) => address === BOB_ADDRESS);
      assert.equal(bob!.balanceWei, 20n);
      const empty = { batchNumber: 0n, hash: wordToHex(1n) };
      await assert.rejects(guardian.read(empty, AbortSignal.timeout(5_000)), { code: "DataUnknown" });
    });

    await t.test("requests of another form are refused, and the process serves on", async () => {
      const url = `${network.processes[2]!.url}/${hyperchainOf(0)}`;
      const post = (body: string) => fetch(`${url}/sign`, { method: "POST", body });
      for (const body of ["", "{}", "[1", '{"batch":{}}', "x".repeat(2_000_000)])
        assert.equal(
          await post(body).then(
            ({ status }) => status,
            () => 400,
          ),
          400,
        );
      for (const path of ["/data/../forms", "/data/forms", "/data/0x12", "/other"])
        assert.equal((await fetch(`${url}${path}`)).status, 400, path);
      assert.equal((await fetch(`${url}/leaves`)).status, 200);
    });
  } finally {
    for (const client of clients) client.destroy();
    l1.destroy();
    for (const process of network.processes) await process.close();
    await devnet.close();
    await rm(folder, { recursive: true });
  }
});
