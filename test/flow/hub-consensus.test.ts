import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, Interface, type JsonRpcProvider, type Signer } from "ethers";
import { hubAbi } from "../../src/ground/abi/hub.ts";
import { encodeProposal, headerOf } from "../../src/chain/consensus/proposals.ts";
import { FINALIZE } from "../../src/chain/consensus/votes.ts";
import { AggregatorKeys } from "../../src/ecosystem/devnet/hubs/aggregator-keys.ts";
import type {
  HubBlockInfo,
  HubInfo,
  LandedHubBlock,
  ScheduledAggregators,
} from "../../src/ecosystem/devnet/view/books/hub-info.ts";
import { hubCertificate, hubVoteDomain, type HubCertificate } from "../../src/ecosystem/hub/hub-certificate.ts";
import { fromHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { encodeHubHeader, hashHubContents, type HubHeader } from "../../src/ground/protocol/hub-header.ts";
import { systemClock, type Clock } from "../../src/ground/runtime/clock.ts";
import { VoteKeys } from "../../src/ecosystem/sequencing/local/vote-keys.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { callByContract } from "./support/call-by-contract.ts";
import { ALICE, clientOf, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const MEMBER = 271n;
/** Accounts of the hub's second set: the first one leaves, and the fifth one joins. */
const SECOND_SET = [1, 2, 3, 4];
const [LEAVER, JOINER] = [0, 4];
const POLL_MS = 100;
const NOTHING = wordToHex(0n);
const messenger = new Interface(["function sendToL1(bytes)"]);
const errors = new Interface(["error EpochNotCounted(uint64 current, uint64 actual)", "error SignerRefused(address signer)"]);

/* L1 takes markers of blocks: who signs them does not depend on proofs. */
describe("a hub whose aggregators change on L1", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let l1: JsonRpcProvider;
  let keys: AggregatorKeys;
  /** Time that the ecosystem shows while it is held. */
  let heldMs: number | undefined;
  const clock: Clock = {
    nowMs: () => heldMs ?? systemClock.nowMs(),
    after: (delayMs, call) => systemClock.after(delayMs, call),
  };
  before(async () => {
    devnet = await startFlowDevnet(
      [{ chainId: MEMBER, name: "alpha", execution: "proven", pace: { aggregatorSeconds: 80_000 }, facts: { from: [] } }],
      {
        ...UNPROVEN,
        stake: { unbondingSeconds: 100_000 },
        hubs: { main: { members: ["alpha"], aggregators: 4, landing: { maxAgeSeconds: 3_600 } } },
        pollIntervalMs: POLL_MS,
      },
      { clock },
    );
    client = clientOf(devnet.chains[0]!);
    l1 = clientOf(devnet.l1);
    keys = new AggregatorKeys(0, devnet.accounts);
  });
  after(async () => {
    client.destroy();
    l1.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const look = (): Promise<HubInfo> => client.send("hyperchain_getHub", ["main"]) as Promise<HubInfo>;
  const addressOf = (account: number): Hex => keys.wallet(account).address.toLowerCase() as Hex;
  const contract = async (account = 0) => new Contract((await look()).address, hubAbi, keys.wallet(account).connect(l1));
  const head = async () => (await (await contract()).getFunction("head")()) as HubHeader;

  async function land(message = "0x11") {
    const signer = devnet.accounts.wallet(ALICE).connect(client);
    // After a block of another life the hub takes other batches with messages alone (`FactUnknown`).
    const data = messenger.encodeFunctionData("sendToL1", [message]);
    await (await signer.sendTransaction({ to: PREDEPLOYS.L1Messenger, data })).wait();
    return (await client.send("hyperchain_landHub", ["main"])) as LandedHubBlock;
  }

  /** Certificate of a landing's transaction. */
  async function certificateOf(hash: string): Promise<HubCertificate> {
    const { data } = (await l1.getTransaction(hash))!;
    const [, , , certificate] = new Interface(hubAbi).decodeFunctionData("land", data).toArray(true) as [0, 0, 0, unknown[]];
    const [epoch, life, decisions, signedAt, signatures] = certificate as [bigint, Hex, [bigint, Hex, Hex][], bigint[], Hex[]];
    return {
      ...{ epoch, life, signedAt, signatures },
      decisions: decisions.map(([turn, parent, content]) => ({ turn, parent, content })),
    };
  }

  /** Accounts that signed a certificate. */
  async function signersOf({ epoch, life, decisions, signedAt, signatures }: HubCertificate): Promise<readonly number[]> {
    const domain = hubVoteDomain((await l1.getNetwork()).chainId, (await look()).address, life);
    const accounts = Array.from({ length: 5 }, (_, account) => ({ address: addressOf(account) }));
    const voters = new VoteKeys(accounts, domain, Number(epoch));
    const { turn, parent, content } = decisions.at(-1)!;
    const { id, view } = headerOf(encodeProposal({ view: Number(turn), parent }, fromHex(content)))!;
    return signatures.map((signature, i) => {
      const vote = { kind: FINALIZE, epoch: Number(epoch), view, id, signedAt: Number(signedAt[i]), signature } as const;
      return voters.indexOf(voters.signerOf(vote)!)!;
    });
  }

  /** Votes of the leaver and the three that were members with it. */
  async function signedByOldSet(header: HubHeader, epoch: number): Promise<HubCertificate> {
    const life = NOTHING;
    const addresses = keys.addresses(4);
    const nodeKeys = addresses.map((address) => ({ address, privateKey: keys.keyOf(address) }));
    const domain = hubVoteDomain((await l1.getNetwork()).chainId, (await look()).address, life);
    const voters = new VoteKeys(nodeKeys, domain, epoch);
    const bytes = encodeProposal({ view: 7, parent: NOTHING }, encodeHubHeader(header));
    const { id, view } = headerOf(bytes)!;
    const byLeaver = addresses.indexOf(addressOf(LEAVER));
    const indexes = [byLeaver, ...[0, 1, 2].filter((index) => index !== byLeaver).slice(0, 2)];
    const votes = indexes.map((voter) => ({ ...voters.sign(voter, { kind: FINALIZE, epoch, view, id }, 1), voter }));
    return hubCertificate(
      header,
      { proposals: [bytes], certificate: { kind: FINALIZE, view, id, votes } },
      { epoch, life, addresses },
    )!;
  }

  async function pass(seconds: number): Promise<void> {
    await devnet.l1.request("evm_increaseTime", [seconds]);
    await devnet.l1.request("evm_mine", []);
  }

  test("the next block after the notice is signed by the new set, and the newcomer has L1's state", async () => {
    const first = await land();
    const old = await certificateOf(first.transactionHash);
    assert.equal(old.epoch, 0n);
    const next = SECOND_SET.map(addressOf);
    const scheduled = (await client.send("hyperchain_scheduleAggregators", ["main", SECOND_SET])) as ScheduledAggregators;
    assert.deepEqual([scheduled.epoch, scheduled.aggregators.map(({ address }) => address)], [1, next]);
    const before = await look();
    assert.deepEqual([before.epoch, before.scheduled], [0, scheduled], "before the notice");
    await pass(3_601);
    const { number, transactionHash } = await land();
    const certificate = await certificateOf(transactionHash);
    assert.deepEqual([certificate.epoch, number, (await head()).number], [1n, 2, 2n]);
    const signers = await signersOf(certificate);
    assert.ok(signers.length >= 3 && signers.every((account) => SECOND_SET.includes(account)), signers.join());
    assert.notEqual(certificate.life, old.life);
    const { epoch, aggregators, state, scheduled: later } = await look();
    assert.equal(later, undefined);
    assert.deepEqual([epoch, aggregators.map(({ address }) => address)], [1, next]);
    assert.equal(aggregators.find(({ address }) => address === addressOf(JOINER))?.isRunning, true);
    assert.equal(state, (await head()).state);
  });

  test("all members of the new set have each block, and the newcomer's key has a stake", async () => {
    await land();
    const joiner = async () => (await look()).aggregators.find(({ address }) => address === addressOf(JOINER))!;
    while ((await joiner()).block < 3 || (await joiner()).stakeWei !== `${ETHER}`)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    assert.equal((await head()).number, 3n);
  });

  test("attack: the old set signs the next block, with the old epoch and with the new one: L1 takes neither", async () => {
    await pass(3_601);
    const hubContract = await contract(LEAVER);
    const parent = (await hubContract.getFunction("headHash")()) as Hex;
    const { number, state } = await head();
    const header = { number: number + 1n, parent, state, contents: hashHubContents([], NOTHING) };
    const proof = { digest: NOTHING, evidence: NOTHING, proof: "0x" };
    const reasonAgainst = async (epoch: number): Promise<string> => {
      const certificate = await signedByOldSet(header, epoch);
      const refused = hubContract.getFunction("land").staticCall(header, [], proof, certificate);
      return refused.then(
        () => "taken",
        ({ data }: { readonly data: string }) => data,
      );
    };
    assert.equal(await reasonAgainst(0), errors.encodeErrorResult("EpochNotCounted", [1, 0]));
    assert.equal(await reasonAgainst(1), errors.encodeErrorResult("SignerRefused", [addressOf(LEAVER)]));
  });

  /** A stranger lands a block of a life before L1's return, and the next landing has this message. */
  async function continueFromStranger(
    message: string,
    landIt = async (stranger: Signer, to: string, data: string): Promise<unknown> =>
      (await stranger.sendTransaction({ to, data })).wait(),
  ): Promise<readonly [undone: LandedHubBlock, next: LandedHubBlock]> {
    const id = await devnet.snapshot();
    const undone = await land();
    const { to, data } = (await l1.getTransaction(undone.transactionHash))!;
    assert.equal(await devnet.revert(id), true);
    const stranger = devnet.accounts.wallet(ALICE).connect(l1);
    await landIt(stranger, to!, data);
    assert.equal((await look()).block, undone.number - 1, "the hub lacks the block");
    const next = await land(message);
    assert.deepEqual([next.number, next.parent], [undone.number + 1, undone.hash]);
    assert.equal((await look()).state, (await head()).state);
    const adopted = (await client.send("hyperchain_getHubBlock", ["main", undone.number])) as HubBlockInfo;
    assert.deepEqual([adopted.hash, adopted.state], [undone.hash, undone.state]);
    const identities = ({ batches }: HubBlockInfo) => batches.map(({ batchNumber, commitment }) => [batchNumber, commitment]);
    assert.deepEqual(identities(adopted), identities(undone));
    const { receipts } = await devnet.chains[0]!.pipeline.settled(BigInt(next.batches[0]!.batchNumber));
    assert.equal(receipts.prove, undefined, "L1 takes the hub's proof");
    assert.equal((await land()).number, next.number + 1);
    return [undone, next];
  }

  test("attack: a stranger lands a block of a life before L1's return: the hub continues from it", async () => {
    const [undone, next] = await continueFromStranger("0x22");
    assert.deepEqual([next.batches[0]?.batchNumber, next.batches.length], [undone.batches[0]?.batchNumber, 1]);
    assert.notEqual(next.batches[0]?.stateRoot, undone.batches[0]?.stateRoot);
  });

  test("attack: a stranger's contract lands a block whose batch the member makes again: the next block also has it, and L1 takes it", async () => {
    heldMs = systemClock.nowMs();
    const [undone, next] = await continueFromStranger("0x11", callByContract);
    heldMs = undefined;
    assert.deepEqual(next.batches[0]?.batchNumber, undone.batches[0]?.batchNumber);
    assert.equal(next.batches[0]?.stateRoot, undone.batches[0]?.stateRoot, "the same batch");
  });
});
