import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import type { BatchInputs, InputBlock, InputTransaction } from "../../src/chain/verification/batch-inputs.ts";
import type { BatchRefusalCode } from "../../src/chain/verification/refusal.ts";
import { priorityOperation } from "../../src/chain/predeploys/priority-operation.ts";
import { bootloaderCall } from "../../src/chain/predeploys/system-transactions.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { startMemberProcess } from "../../src/ecosystem/devnet/quorum-member/member-process.ts";
import { QuorumMemberError } from "../../src/ecosystem/devnet/quorum-member/messages.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { ApprovalTerms } from "../../src/ground/protocol/quorum.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { createL1Watcher } from "../../src/chain/settlement-layer/reader/l1-watcher.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { commitInCall } from "./support/commit-in-call.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { transferOf } from "./support/interop.ts";

const [A, B] = [271n, 272n];
const hyperchain = new Interface(hyperchainAbi);
const messenger = new Interface(["function payout(address,uint256)", "function importRoot(uint256,bytes32)"]);

describe("A1 F1: a quorum of 2 of 3, in separate processes, that verifies every batch by running it", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];

  before(async () => {
    devnet = await startFlowDevnet([{ chainId: A, quorum: { members: 3, threshold: 2 } }, B], {
      relayer: true,
      ...(IS_NIGHTLY ? {} : UNPROVEN),
    });
    clients = devnet.chains.map(clientOf);
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
  });

  const chain = () => devnet.chains[0]!;
  const alice = (place: number) => devnet.accounts.wallet(ALICE).connect(clients[place]!);
  const bob = () => devnet.accounts.wallet(BOB).address;
  const pay = async (): Promise<void> => {
    await (await alice(0).sendTransaction({ to: bob(), value: 1n })).wait();
  };
  /** Until now: what every member signs that agrees with the batch. */
  const terms = async (): Promise<ApprovalTerms> => {
    const data = hyperchain.encodeFunctionData("revertCount");
    const revertCount = BigInt(await devnet.l1.provider.call({ to: chain().pipeline.created.hyperchain, data }));
    return { revertCount, validFrom: 0n, validUntil: BigInt((await devnet.l1.provider.getBlock("latest"))!.timestamp) };
  };
  const signersOf = async (transactionHash: string): Promise<number> => {
    const transaction = await devnet.l1.provider.getTransaction(transactionHash);
    return commitInCall(transaction).approval.signatures.length;
  };

  test("its contract knows three validators that are not the operator, each with a process", () => {
    const [info] = devnet.info().chains;
    assert.equal(info!.quorum.members.length, 3);
    assert.equal(info!.quorum.threshold, 2);
    assert.ok(!info!.quorum.members.includes(info!.operator));
    assert.equal(new Set(chain().pipeline.signers.memberPids).size, 3);
    assert.ok(!chain().pipeline.signers.memberPids.includes(process.pid));
  });

  test("deposits, transactions, messages and imports are run again and signed, and L1 takes the batches", async () => {
    await pay();
    // A creation, and a transaction that fails: the members must see the same.
    await (await alice(0).sendTransaction({ data: "0x600160005560016000f3" })).wait();
    await (
      await alice(0).sendTransaction({ to: PREDEPLOYS.L2AssetRouter, data: "0xdeadbeef", gasLimit: 100_000n })
    )
      .wait()
      .catch(() => undefined);
    await (await alice(0).sendTransaction(transferOf(B, ETHER, bob()))).wait();
    // Operations of L1 that fail, and that no engine may run: code that ends within a PUSH20.
    const onL1 = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    for (const data of ["0x12345678", "0x73"] as const) {
      const to = data === "0x73" ? (`0x${"00".repeat(20)}` as const) : PREDEPLOYS.L1Messenger;
      await requestFromL1(devnet.ecosystem.addresses.factory, { chainId: A, to, valueWei: 0n, data }, onL1);
    }
    assert.equal((await devnet.relay()).priorityOps, 2);
    const [first] = await devnet.settle(A);
    assert.equal(await signersOf(first!.l1Transactions.commit!), 2);

    await devnet.relay();
    await (await alice(1).sendTransaction(transferOf(A, ETHER / 2n, bob()))).wait();
    await devnet.settle(B);
    // Imports B's root, and delivers.
    await devnet.relay();
    const [second] = await devnet.settle(A);
    assert.equal(second?.batchNumber, 1);
    if (IS_NIGHTLY) assert.ok((second?.proof?.bytes ?? 0) > 40_000);
    assert.equal(await clients[0]!.getBalance(bob()), 1n + ETHER / 2n);
  });

  describe("a member that is shown a tampered batch", { skip: !IS_NIGHTLY }, () => {
    let batch: FormedBatch;
    let inputs: BatchInputs;

    before(async () => {
      await pay();
      const sealed = await chain().pipeline.chain.seal();
      batch = sealed!;
      await chain().pipeline.settled(batch.outputs.batchNumber);
      inputs = await chain().pipeline.inputs(batch.outputs.batchNumber);
      assert.deepEqual(
        inputs.blocks.map(({ transactions }) => transactions.map(({ kind }) => kind)),
        [["unsigned"], ["signed"], ["unsigned"]],
      );
    });

    /** Lets a further member, which has followed the chain so far, refuse it, return to its state, and sign the honest one. */
    const refused = async (tampered: BatchInputs, code: BatchRefusalCode, commitment: Hex = batch.commitment): Promise<void> => {
      const member = await startMemberProcess({ clock: systemClock });
      try {
        await member.request("configure", chain().pipeline.signers.memberSetup);
        for (let n = 0n; n < tampered.batchNumber; n++) await member.request("follow", await chain().pipeline.inputs(n));
        const { commitment: honest, protocolVersion } = batch;
        const request = { inputs: tampered, commitment: honest, protocolVersion, terms: await terms() };
        await assert.rejects(member.request("signBatch", { ...request, commitment }), (error) => {
          assert.ok(error instanceof QuorumMemberError, String(error));
          assert.equal(error.code, code, error.message);
          return true;
        });
        const signature = await member.request("signBatch", { ...request, inputs });
        assert.match(signature, /^0x[0-9a-f]{130}$/);
      } finally {
        await member.close();
      }
    };
    const withBlocks = (change: (blocks: InputBlock[]) => void): BatchInputs => {
      const blocks = inputs.blocks.map((block) => ({ ...block, transactions: [...block.transactions] }));
      change(blocks);
      return { ...inputs, blocks };
    };

    test("refuses another commitment than its inputs lead to", async () => {
      await refused(inputs, "CommitmentMismatch", `0x${"5a".repeat(32)}`);
    });

    test("refuses another payment than the batch holds, one that its sender cannot make, and one without a signature", async () => {
      const paying = async (value: bigint): Promise<InputTransaction> => {
        const wallet = devnet.accounts.wallet(BOB);
        const raw = await wallet.signTransaction({
          to: devnet.accounts.wallet(ALICE).address,
          value,
          chainId: A,
          nonce: 0,
          gasLimit: 21_000n,
          gasPrice: 1_000_000n,
          type: 0,
        });
        return { kind: "signed", raw: raw as Hex };
      };
      const instead = (transaction: InputTransaction) =>
        withBlocks((blocks) => void (blocks[1] = { ...blocks[1]!, transactions: [transaction] }));
      await refused(instead(await paying(1n)), "CommitmentMismatch");
      await refused(instead(await paying(1_000n * ETHER)), "TransactionInvalid");
      const { raw } = inputs.blocks[1]!.transactions[0] as Extract<InputTransaction, { kind: "signed" }>;
      // Another signature is another account's, which has nothing.
      const otherEnd = raw.endsWith("ff") ? "fe" : "ff";
      await refused(instead({ kind: "signed", raw: `${raw.slice(0, -2)}${otherEnd}` as Hex }), "TransactionInvalid");
    });

    test("attack 2: refuses money out of nothing", async () => {
      const mint = bootloaderCall(PREDEPLOYS.L2BaseToken, messenger.encodeFunctionData("payout", [bob(), 1_000n * ETHER]));
      await refused(
        withBlocks((blocks) => {
          const { environment } = blocks[1]!;
          const nonce = unsignedNonce(blocks[0]!.transactions[0]!) + 1n;
          blocks[1] = { ...blocks[1]!, environment, transactions: [{ kind: "unsigned", ...mint, nonce }] };
        }),
        "OperationUnknown",
      );
    });

    test("refuses a root that L1 never had", async () => {
      const forged = bootloaderCall(
        PREDEPLOYS.ImportedRoots,
        messenger.encodeFunctionData("importRoot", [1n, `0x${"66".repeat(32)}`]),
      );
      await refused(
        withBlocks((blocks) => {
          const nonce = unsignedNonce(blocks[0]!.transactions[0]!) + 1n;
          blocks[1] = { ...blocks[1]!, transactions: [{ kind: "unsigned", ...forged, nonce }] };
        }),
        "ImportedRootUnknown",
      );
    });

    test("refuses to leave out an operation that could run", async () => {
      const honest = await chain().pipeline.inputs(0n);
      const { addresses, fromBlock } = devnet.ecosystem;
      const { hyperchain: contract, configuration } = chain().pipeline.created;
      const { events } = await createL1Watcher(
        { hyperchains: [contract], registry: addresses.roots, fromBlock },
        { provider: devnet.l1.provider, confirmations: 1 },
      ).poll();
      const [first] = events.flatMap((event) => (event.type === "priorityOperation" ? [event.operation] : []));
      const steps = priorityOperation(first!, configuration.admin);
      const own = honest.blocks.findIndex(
        ({ transactions: [only] }) => only?.kind === "unsigned" && only.from === steps.operation.from,
      );
      // Nothing is paid out to what does not run.
      const place = own - steps.payout.length;
      const operation = honest.blocks[place];
      const [byBootloader] = honest.blocks[steps.payout.length > 0 ? place : own + 1]!.transactions;
      assert.equal(operation?.transactions.length, 1);
      const nonce = unsignedNonce(byBootloader!);
      const transactions = steps
        .conclusion({ ran: false, success: false, gasUsed: steps.operation.gasLimit })
        .map((request, i) => ({ kind: "unsigned", ...request, nonce: nonce + BigInt(i) }) as const);
      const blocks = honest.blocks.toSpliced(place, own + 2 - place, { ...operation, transactions });
      const member = await startMemberProcess({ clock: systemClock });
      try {
        await member.request("configure", chain().pipeline.signers.memberSetup);
        await assert.rejects(member.request("follow", { ...honest, blocks }), { code: "OperationLeftOut" });
        await member.request("follow", honest);
      } finally {
        await member.close();
      }
    });

    test("refuses fees to another account, blocks out of order, and a batch without its end", async () => {
      await refused(
        withBlocks(
          (blocks) =>
            void (blocks[1] = { ...blocks[1]!, environment: { ...blocks[1]!.environment, coinbase: `0x${"99".repeat(20)}` } }),
        ),
        "BlockMismatch",
      );
      await refused(
        withBlocks((blocks) => void blocks.splice(1, 1)),
        "BlockMismatch",
      );
      await refused(
        withBlocks((blocks) => void blocks.pop()),
        "SystemTransactionMismatch",
      );
    });
  });

  test("with one dead member the chain continues; with two it stops and names both", async () => {
    const [first, second] = chain().pipeline.signers.memberPids;
    process.kill(first!, "SIGKILL");
    await pay();
    const [batch] = await devnet.settle(A);
    assert.equal(await signersOf(batch!.l1Transactions.commit!), 2);
    assert.deepEqual(devnet.faults, []);

    process.kill(second!, "SIGKILL");
    await pay();
    await assert.rejects(devnet.settle(A), (error) => {
      assert.ok(error instanceof SettlementError, String(error));
      assert.equal(error.code, "QuorumUnreachable");
      assert.match(error.message, /2 of 3 must sign; refused: (0x[0-9a-f]{40}: MemberDied: [^;]*(; )?){2}$/);
      return true;
    });
    assert.equal(devnet.faults.length, 1);
    assert.match(devnet.info().chains[0]!.name, /271/);
    assert.match((await devnet.status()).chains[0]!.fault ?? "", /MemberDied/);
  });
});

function unsignedNonce(transaction: InputTransaction): bigint {
  assert.equal(transaction.kind, "unsigned");
  return transaction.kind === "unsigned" ? transaction.nonce : 0n;
}
