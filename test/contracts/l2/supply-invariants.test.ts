import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { id, type Contract, type TransactionReceipt } from "ethers";
import { AssetMessageKind, assetId, decodeAssetMessage, deliveryFee } from "../../../src/ground/protocol/asset-message.ts";
import { fromHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { createRandomness } from "../../protocol/random-batches.ts";
import { attribute, eventsOf, interoperable, messagesOf } from "./support/bundles.ts";
import { takeLists } from "./support/lists.ts";
import { ETH, L1_CHAIN_ID, L1_TOKEN, startEcosystem, type Ecosystem, type SimulatedChain } from "./support/ecosystem.ts";

const OPERATIONS = 180;
/** Selector of `BundleExpired`. */
const EXPIRED = id("BundleExpired(uint256,uint256)").slice(0, 10);
const isExpiry = (result: string): boolean => result.startsWith(EXPIRED);
const CLAIMANT = "0x00000000000000000000000000000000000c1a17";

/** Message that any account can deliver to a chain: its transaction, and true if it was sent. */
interface Delivery {
  readonly run: () => Promise<TransactionReceipt>;
  delivered: boolean;
}

describe("supplies under random operations", () => {
  let ecosystem: Ecosystem;
  let native: Contract;
  let nativeId: Hex;
  let recipients: string[];
  let callers: Contract[];
  const deliveries: Delivery[] = [];
  const deposited = new Map<Hex, bigint>();
  let [feesSent, feesPaid] = [0, 0];
  const bundleOutcomes = new Set<"executed" | "failed" | "expired">();

  before(async () => {
    // Two chains, one with ETH as its base token and one with another asset; a token created on the first.
    ecosystem = await startEcosystem([ETH, L1_TOKEN]);
    const [a] = ecosystem.chains as [SimulatedChain];
    native = (await a.ethers.deployContract("L2TestToken", [10n ** 9n, false, false], a.users[0])) as unknown as Contract;
    await a.send(native, "approve", PREDEPLOYS.L2NativeTokenVault, 10n ** 9n);
    nativeId = assetId(a.chainId, (await native.getAddress()) as Hex);
    recipients = [];
    callers = [];
    for (const chain of ecosystem.chains) {
      recipients.push(await (await chain.ethers.deployContract("InteropRecipient")).getAddress());
      callers.push((await chain.ethers.deployContract("InteropCaller", [PREDEPLOYS.InteropCenter])) as unknown as Contract);
    }
  });
  after(() => ecosystem.close());

  const random = createRandomness(20261120);
  const below = (limit: number): number => random.index(limit);
  const chainAt = (index: number): SimulatedChain => ecosystem.chains[index]!;
  const l1Assets: readonly Hex[] = [ETH, L1_TOKEN];

  /** This chain's token for an L1 asset. */
  const tokenOn = async (chain: SimulatedChain, originToken: Hex): Promise<string> =>
    (await (await chain.predeploy("L2AssetRouter")).getFunction("l2TokenAddress").staticCall(originToken)) as string;
  const supplyOf = async (chain: SimulatedChain, token: string): Promise<bigint> => {
    if (token.toLowerCase() !== PREDEPLOYS.L2BaseToken && (await chain.ethers.provider.getCode(token)) === "0x") return 0n;
    const contract = await chain.ethers.getContractAt("BridgedToken", token);
    return (await contract.getFunction("totalSupply").staticCall()) as bigint;
  };

  /** Notes what a transaction's messages let a relayer do. */
  const note = async (chain: SimulatedChain, receipt: TransactionReceipt): Promise<void> => {
    const messages = messagesOf(receipt);
    const forBundle: Hex[] = [];
    for (const { sender, body, hash } of messages) {
      const transfer = sender === PREDEPLOYS.L2AssetRouter ? decodeAssetMessage(fromHex(body)) : undefined;
      const destination = ecosystem.chains.find(({ chainId }) => chainId === transfer?.destinationChainId);
      const other = ecosystem.chains.find(({ chainId }) => chainId !== chain.chainId)!;
      const call = async (on: SimulatedChain, artifact: "L2AssetRouter" | "InteropHandler", name: string, ...args: unknown[]) => {
        const done = await on.send(await on.predeploy(artifact, on.users[4]), name, ...args);
        await note(on, done);
        return done;
      };
      if (transfer?.kind === AssetMessageKind.hyperbridgeSend && destination !== undefined) {
        if (transfer.recipient === PREDEPLOYS.InteropHandler) forBundle.push(hash);
        else {
          const run = async () => {
            const done = await call(destination, "L2AssetRouter", "deliver", ecosystem.prove(hash));
            const paid = (await eventsOf(done, "L2AssetRouter", "DeliveryPaid")).map(([, , fee]) => fee);
            assert.deepEqual(paid, deliveryFee(transfer) === 0n ? [] : [deliveryFee(transfer)]);
            feesPaid += paid.length;
            return done;
          };
          deliveries.push({ run, delivered: false });
        }
      } else if (sender === PREDEPLOYS.InteropCenter) {
        const assets = [...forBundle];
        const run = async () => {
          const proofs = assets.map((asset) => ecosystem.prove(asset));
          const done = await call(other, "InteropHandler", "executeBundle", ecosystem.prove(hash), proofs);
          for (const outcome of await eventsOf(done, "InteropHandler", "BundleExecuted"))
            bundleOutcomes.add(outcome[3] === true ? "executed" : isExpiry(outcome[4] as string) ? "expired" : "failed");
          const [event] = await eventsOf(done, "InteropHandler", "ResultSent");
          if (event !== undefined) {
            const resultHash = event[1] as Hex;
            const bring = () => call(chain, "InteropHandler", "executeCallback", body, ecosystem.prove(resultHash));
            deliveries.push({ run: bring, delivered: false });
          }
          return done;
        };
        deliveries.push({ run, delivered: false });
      }
    }
  };

  const deposit = async (): Promise<void> => {
    const [chain, originToken, amount] = [chainAt(below(2)), l1Assets[below(2)]!, BigInt(1 + below(10_000))];
    const to = below(3) === 0 ? await callers[ecosystem.chains.indexOf(chain)]!.getAddress() : chain.users[below(2)]!.address;
    await chain.deposit(to, originToken, amount);
    const asset = assetId(L1_CHAIN_ID, originToken);
    deposited.set(asset, (deposited.get(asset) ?? 0n) + amount);
  };

  /** A token the user may have, and what of it to send: more than they have now and then. */
  const choose = async (from: number): Promise<{ token: string; amount: bigint; value: bigint }> => {
    const chain = chainAt(from);
    const vault = await chain.predeploy("L2NativeTokenVault");
    const candidates = [await tokenOn(chain, ETH), await tokenOn(chain, L1_TOKEN)];
    if (below(3) === 0) candidates.push((await vault.getFunction("tokenAddress").staticCall(nativeId)) as string);
    if (below(3) === 0 && from === 0) candidates.push(await native.getAddress());
    const [token, amount] = [candidates.at(-1 - below(2))!, BigInt(1 + below(3000))];
    return { token, amount, value: token.toLowerCase() === PREDEPLOYS.L2BaseToken ? amount : 0n };
  };

  const transfer = async (): Promise<void> => {
    const from = below(2);
    const [chain, destination] = [chainAt(from), chainAt(1 - from)];
    const { token, amount, value } = await choose(from);
    const user = below(2);
    const router = await chain.predeploy("L2AssetRouter", chain.users[user]);
    const to = destination.users[below(2)]!.address;
    if (below(4) === 0) {
      await note(chain, await chain.send(router, "sendToChain", destination.chainId, token, amount, to, { value }));
      return;
    }
    const fee = BigInt(1 + below(40));
    const there = interoperable(destination.chainId, to);
    const attached = { value: value === 0n ? 0n : value + fee };
    await note(chain, await chain.send(router, "sendWithFee", there, token, amount, fee, attached));
    feesSent++;
  };

  /** Notes the lists that a closing sent, of which a relayer knows the entries by the router's events. */
  const noteLists = async (chain: SimulatedChain): Promise<void> => {
    for (const list of await takeLists(chain)) {
      const destination = ecosystem.chains.find(({ chainId }) => chainId === list.destinationChainId)!;
      const run = async () => {
        const router = await destination.predeploy("L2AssetRouter", destination.users[4]);
        return destination.send(router, "deliverList", ecosystem.prove(list.messageHash), list.number, list.entries);
      };
      deliveries.push({ run, delivered: false });
    }
  };

  const settle = async (): Promise<void> => {
    await ecosystem.settle();
    for (const chain of ecosystem.chains) await noteLists(chain);
  };

  const sendListed = async (): Promise<void> => {
    const from = below(2);
    const [chain, destination] = [chainAt(from), chainAt(1 - from)];
    const { token, amount, value } = await choose(from);
    const router = await chain.predeploy("L2AssetRouter", chain.users[below(2)]);
    const to = destination.users[below(2)]!.address;
    const fee = BigInt(below(30));
    const attached = { value: value === 0n ? 0n : value + fee };
    await chain.send(router, "sendListedWithFee", destination.chainId, token, amount, fee, to, attached);
  };

  /** Sends by the common entry point: to the own chain, to L1 or to the other chain. */
  const sendAnywhere = async (): Promise<void> => {
    const from = below(2);
    const chain = chainAt(from);
    const { token, amount, value } = await choose(from);
    const router = await chain.predeploy("L2AssetRouter", chain.users[below(2)]);
    const [chainId, to] = [
      [chain.chainId, chain.users[below(2)]!.address],
      [chainAt(1 - from).chainId, chainAt(1 - from).users[below(2)]!.address],
      [L1_CHAIN_ID, CLAIMANT],
    ][below(3)] as [bigint, string];
    await note(chain, await chain.send(router, "send", interoperable(chainId, to), token, amount, { value }));
  };

  const withdraw = async (): Promise<void> => {
    const from = below(2);
    const chain = chainAt(from);
    const { token, amount, value } = await choose(from);
    if (value > 0n) {
      await chain.send(await chain.predeploy("L2BaseToken", chain.users[0]), "withdraw", CLAIMANT, { value });
    } else {
      const router = await chain.predeploy("L2AssetRouter", chain.users[0]);
      await chain.send(router, "withdraw(address,address,uint256)", CLAIMANT, token, amount);
    }
  };

  const timeOf = async (chain: SimulatedChain): Promise<number> => (await chain.ethers.provider.getBlock("latest"))!.timestamp;

  /** Longer than bundles wait that expire. */
  const passTime = (): Promise<void> => passTimeOn(chainAt(below(2)));
  const passTimeOn = async (chain: SimulatedChain): Promise<void> => {
    await chain.ethers.provider.send("evm_setNextBlockTimestamp", [(await timeOf(chain)) + 5_000]);
    await chain.ethers.provider.send("evm_mine", []);
  };

  const sendBundle = async (): Promise<void> => {
    const from = below(2);
    const [chain, destination] = [chainAt(from), chainAt(1 - from)];
    const [callValue, reward, callbackReward] = [BigInt(below(50)), BigInt(below(20)), BigInt(below(10))];
    const { token, amount, value } = await choose(from);
    const to = interoperable(destination.chainId, recipients[1 - from]!);
    const call = (payload: string) => ({ to, data: payload, callAttributes: [attribute("interopCallValue", callValue)] });
    // The destination's base token, by its name here, or this chain's own, which fails there and comes back.
    const baseThere = await tokenOn(chain, from === 0 ? L1_TOKEN : ETH);
    const wrongToken = below(4) === 0;
    const attributes = [attribute("relayerReward", reward), attribute("callback", 100_000n, callbackReward)];
    if (!wrongToken) attributes.push(attribute("destinationBaseToken", baseThere));
    const withToken = below(2) === 0;
    if (below(3) === 0) {
      const latest = Math.max(await timeOf(chain), await timeOf(destination));
      attributes.push(attribute("expiresAt", BigInt(latest + 2_000)));
    }
    if (withToken) attributes.push(attribute("transferToken", token, amount, recipients[1 - from]));
    const attached = callbackReward + (wrongToken ? 2n * callValue + reward : 0n) + (withToken ? value : 0n);
    const calls = [call("0x01"), call(below(3) === 0 ? "0xff" : "0x02")];
    const args = [interoperable(destination.chainId), calls, attributes, { value: attached }] as const;
    // From a contract that listens to the outcome, or from an account, which cannot.
    const receipt =
      below(2) === 0
        ? await chain.send(callers[from]!, "send", ...args)
        : await chain.send(await chain.predeploy("InteropCenter", chain.users[below(2)]), "sendBundle", ...args);
    await note(chain, receipt);
  };

  const deliver = async (): Promise<void> => {
    const delivery = deliveries[below(deliveries.length)];
    if (delivery === undefined) return;
    const before = delivery.delivered;
    await delivery.run();
    assert.equal(before, false, "a message was delivered twice");
    delivery.delivered = true;
  };

  /** All batches are executed: what chains have is what L1 holds for them. */
  const checkSupplies = async (): Promise<void> => {
    const { settlement } = ecosystem;
    for (const originToken of l1Assets) {
      const asset = assetId(L1_CHAIN_ID, originToken);
      let sum = settlement.claimableOf(asset);
      for (const chain of ecosystem.chains) {
        const held = settlement.heldFor(chain.chainId, asset);
        assert.equal(await supplyOf(chain, await tokenOn(chain, originToken)), held);
        sum += held + settlement.inTransitTo(chain.chainId, asset);
      }
      assert.equal(sum, deposited.get(asset) ?? 0n);
    }
    const [a, b] = [chainAt(0), chainAt(1)];
    const locked = (await native.getFunction("balanceOf").staticCall(PREDEPLOYS.L2NativeTokenVault)) as bigint;
    const copy = (await (await b.predeploy("L2NativeTokenVault")).getFunction("tokenAddress").staticCall(nativeId)) as string;
    const elsewhere = (BigInt(copy) === 0n ? 0n : await supplyOf(b, copy)) + settlement.claimableOf(nativeId);
    assert.equal(locked, elsewhere + settlement.inTransitTo(a.chainId, nativeId) + settlement.inTransitTo(b.chainId, nativeId));
  };

  test(`are what L1 holds, after each of ${OPERATIONS} operations on two chains`, async () => {
    const done = new Map<string, number>();
    for (let i = 0; i < OPERATIONS; i++) {
      const kinds = [deposit, transfer, withdraw, sendBundle, deliver, deliver, deliver, sendAnywhere, sendListed, passTime];
      const operation = kinds[i < 20 ? 0 : below(kinds.length)]!;
      // Many operations must fail: no money, not yet settled, already delivered.
      const outcome = await operation().then(
        () => "done",
        (error: unknown) => {
          if (error instanceof assert.AssertionError) throw error;
          return "refused";
        },
      );
      const key = `${operation.name} ${outcome}`;
      done.set(key, (done.get(key) ?? 0) + 1);
      if (below(3) === 0) {
        await settle();
        await checkSupplies();
      }
    }
    for (const name of ["deposit", "transfer", "withdraw", "sendBundle", "deliver", "sendAnywhere", "sendListed"]) {
      assert.ok((done.get(`${name} done`) ?? 0) >= 5, `${name}: ${JSON.stringify([...done])}`);
    }
    assert.ok((done.get("deliver refused") ?? 0) >= 5, JSON.stringify([...done]));

    // Those that are on their way and can expire do.
    for (const chain of ecosystem.chains) await passTimeOn(chain);
    // As long as a relayer lives, everything arrives, and nothing twice.
    for (let round = 0; deliveries.some(({ delivered }) => !delivered); round++) {
      assert.ok(round < 10, "messages cause further messages endlessly");
      await settle();
      for (const delivery of deliveries.filter(({ delivered }) => !delivered)) {
        await delivery.run();
        delivery.delivered = true;
      }
    }
    await settle();
    await checkSupplies();
    assert.ok(feesSent >= 5, `${feesSent} transfers had a fee`);
    assert.equal(feesPaid, feesSent);
    assert.equal(bundleOutcomes.size, 3, `bundles must succeed, fail and expire: ${[...bundleOutcomes].join()}`);
    for (const delivery of deliveries) await assert.rejects(delivery.run());
    for (const chain of ecosystem.chains) {
      for (const asset of [...l1Assets.map((token) => assetId(L1_CHAIN_ID, token)), nativeId]) {
        assert.equal(ecosystem.settlement.inTransitTo(chain.chainId, asset), 0n);
      }
      assert.equal(await chain.ethers.provider.getBalance(PREDEPLOYS.L2AssetRouter), 0n);
      assert.equal(await chain.ethers.provider.getBalance(PREDEPLOYS.InteropCenter), 0n);
      assert.equal(await chain.ethers.provider.getBalance(PREDEPLOYS.InteropHandler), 0n);
    }
  });
});
