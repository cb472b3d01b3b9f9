import assert from "node:assert/strict";
import { AbiCoder, getAddress, keccak256 } from "ethers";
import { interoperable } from "../../l2/support/bundles.ts";
import {
  ETH_BRIDGE,
  hashOf,
  INBOX,
  MESSENGER,
  payloadOf,
  TOKEN_BRIDGE,
  type PlacedMessage,
  type SuperchainNetwork,
  type ToldMessage,
} from "./superchain-network.ts";

/** This chain, and two others. */
export const [HERE, A, C] = [272n, 271n, 273n];
const CENTER = "0x000000000000000000000000000000000001000d";
const [ALICE, BOB, CAROL] = [
  "0x00000000000000000000000000000000000a11ce",
  "0x0000000000000000000000000000000000000b0b",
  `0x${"c0".repeat(20)}`,
];
const NO_ONE = `0x${"00".repeat(20)}`;
/** Signature of the messenger's function: the center has another one of that name. */
const SEND = "sendMessage(uint256,address,bytes)";
const coder = AbiCoder.defaultAbiCoder();

/** A rule of the contracts, which holds or throws. */
interface SuperchainRule {
  readonly title: string;
  check(network: SuperchainNetwork): Promise<void>;
}

const recordOf = (payload: string): string =>
  coder.encode(["uint256", "uint256", "bytes32"], [7n, 1_800_000_000n, keccak256(payload)]);
/** Bridges tell each other their calls so. */
const told = (n: SuperchainNetwork, bridge: string, name: string, args: readonly unknown[], nonce = 0n): ToldMessage => ({
  ...{ destination: HERE, target: bridge, nonce, sender: bridge },
  message: n.known.encodeFunctionData(name, [...args]),
});
const toProbe = (n: SuperchainNetwork, probe: unknown, change: Partial<ToldMessage> = {}): ToldMessage => ({
  ...{ destination: HERE, target: String(probe), nonce: 0n, sender: ALICE, message: n.known.encodeFunctionData("note") },
  ...change,
});
/** Places a transfer whose coins have arrived. */
async function backed(n: SuperchainNetwork, to: string, amount: bigint, source = A): Promise<PlacedMessage> {
  const transfer = coder.encode(["address", "address", "uint256"], [ALICE, to, amount]);
  await n.hand(ETH_BRIDGE, [source, ETH_BRIDGE], transfer, amount);
  const placed = n.placed(source, told(n, ETH_BRIDGE, "relayETH", [ALICE, to, amount]));
  await n.prove(placed);
  return placed;
}
const lower = (address: unknown): string => String(address).toLowerCase();

/** Rules, each checked separately on fresh contracts. */
export const SUPERCHAIN_RULES: readonly SuperchainRule[] = [
  {
    title: "the inbox accepts only the interop center, and through it only the messenger of another chain",
    async check(n) {
      const record = recordOf("0x12");
      const direct = n.send(INBOX, "receiveMessage", [`0x${"00".repeat(32)}`, interoperable(A, MESSENGER), record]);
      await n.refuses(direct, "NotTheCenter", [getAddress(CENTER), await n.signer.getAddress()]);
      await n.refuses(n.hand(INBOX, [A, ALICE], record), "NotTheMessenger", [MESSENGER, getAddress(ALICE)]);
      await n.refuses(n.hand(INBOX, [A, MESSENGER], record, 1n), "ValueNotTaken", [1n]);
      for (const wrong of [record.slice(0, -2), `${record}00`, `${record}${"00".repeat(32)}`, "0x"]) {
        const length = BigInt(wrong.length / 2 - 1);
        await n.refuses(n.hand(INBOX, [A, MESSENGER], wrong), "NotARecord", [96n, length]);
      }
      const [proven] = n.events(await n.hand(INBOX, [A, MESSENGER], record), "MessageProven");
      assert.equal(proven!["sourceChainId"], A);
      assert.equal(await n.ask(INBOX, "isProven", proven!["record"]), true);
    },
  },
  {
    title:
      "the inbox says yes to what its chain has proven, with its list, for any index of the log and for nothing else that differs",
    async check(n) {
      const placed = n.placed(A, toProbe(n, BOB));
      const { id, payload } = placed;
      const validate = (given: PlacedMessage, overrides: object = n.listed(given)) =>
        n.send(INBOX, "validateMessage", [given.id, keccak256(given.payload)], overrides);
      await n.refuses(validate(placed), "NotProven");
      await n.prove(placed);
      await n.refuses(validate(placed, {}), "NotInAccessList");
      const [executing] = n.events(await validate(placed), "ExecutingMessage");
      assert.equal(executing!["msgHash"], keccak256(payload));
      await validate({ id: { ...id, logIndex: 4n }, payload });
      for (const change of [{ chainId: C }, { blockNumber: 8n }, { timestamp: 1n }, { origin: ETH_BRIDGE }])
        await n.refuses(validate({ id: { ...id, ...change }, payload }), "NotProven");
      await n.refuses(validate({ id, payload: `${payload}00` }), "NotProven");
      // Another message's list is not this one's.
      await n.refuses(validate(placed, n.listed({ id: { ...id, logIndex: 9n }, payload })), "NotInAccessList");
    },
  },
  {
    title: "checksums are those of Optimism's own package, and numbers that have no room in one are refused",
    async check(n) {
      // Out of @eth-optimism/viem 0.4.13: encodeAccessList(id, payload).
      const big = {
        origin: MESSENGER,
        blockNumber: 2n ** 64n - 1n,
        logIndex: 2n ** 32n - 1n,
        timestamp: 1_751_000_000n,
        chainId: 901n,
      };
      const far = { ...big, blockNumber: 7n, logIndex: 0n, chainId: 2n ** 255n + 5n };
      for (const [id, payload, expected] of [
        [big, "0x1234", "0x03e7221546b929ab253bf916314b418bd25ae6061e9d8cf42208716c87c2c640"],
        [far, "0x", "0x03a30b1ff6d2ff8f2bc5b974c13e5c1e363aedf55576b5d056d2a948c19c4f01"],
      ] as const)
        assert.equal(await n.ask(INBOX, "calculateChecksum", id, keccak256(payload)), expected);
      for (const [change, error] of [
        [{ blockNumber: 2n ** 64n }, "BlockNumberTooHigh"],
        [{ logIndex: 2n ** 32n }, "LogIndexTooHigh"],
        [{ timestamp: 2n ** 64n }, "TimestampTooHigh"],
      ] as const)
        await n.refuses(n.ask(INBOX, "calculateChecksum", { ...big, ...change }, keccak256("0x")), error);
    },
  },
  {
    title: "a message is numbered, named as the specification says, told in an event and passed to the destination's inbox",
    async check(n) {
      // Out of @eth-optimism/viem 0.4.13: hashCrossDomainMessage.
      const known = { destination: 272n, nonce: 3n, sender: "0x00000000000000000000000000000000000000aa", message: "0x1234" };
      const named = hashOf(A, { ...known, target: "0x00000000000000000000000000000000000000bb" });
      assert.equal(named, "0x465c7707c7062a66fe0b57acd557003c4759f9f2a3aa0dd67c6f942e8a29ba6f");
      const sender = await n.signer.getAddress();
      for (const nonce of [0n, 1n]) {
        assert.equal(await n.ask(MESSENGER, "messageNonce"), nonce);
        const receipt = await n.send(MESSENGER, SEND, [A, BOB, "0x1234"]);
        const message = { destination: A, target: BOB, nonce, sender, message: "0x1234" };
        assert.equal(await n.ask(MESSENGER, "sentMessages", nonce), hashOf(HERE, message));
        const [event] = n.events(receipt, "SentMessage");
        assert.deepEqual([...event!], [A, getAddress(BOB), nonce, sender, "0x1234"]);
        const [passed, ...more] = n.sentByCenter(receipt);
        assert.deepEqual(more, []);
        assert.deepEqual([lower(passed!.from), passed!.recipient], [MESSENGER, interoperable(A, INBOX)]);
        const block = (await receipt.getBlock())!;
        const record = [BigInt(receipt.blockNumber), BigInt(block.timestamp), keccak256(payloadOf(message))];
        assert.equal(passed!.payload, coder.encode(["uint256", "uint256", "bytes32"], record));
        assert.equal(passed!.attributes.length, 1);
      }
    },
  },
  {
    title: "nothing is sent to this chain, to the messenger, or to the interop center",
    async check(n) {
      const refused = (destination: bigint, target: string, error: string) =>
        n.refuses(n.send(MESSENGER, SEND, [destination, target, "0x"]), error);
      await refused(HERE, BOB, "MessageDestinationSameChain");
      await refused(A, MESSENGER, "MessageTargetL2ToL2CrossDomainMessenger");
      await refused(A, CENTER, "MessageTargetInteropCenter");
      assert.equal(await n.ask(MESSENGER, "messageNonce"), 0n);
    },
  },
  {
    title: "a sent message is reported verbatim, and nothing else is reported",
    async check(n) {
      const sender = await n.signer.getAddress();
      const first = await n.send(MESSENGER, SEND, [A, BOB, "0x1234"]);
      const parts = [A, 0n, sender, BOB, "0x1234"];
      const again = await n.send(MESSENGER, "resendMessage", parts);
      assert.deepEqual([...n.events(again, "SentMessage")[0]!], [...n.events(first, "SentMessage")[0]!]);
      assert.equal(n.sentByCenter(again).length, 1);
      assert.equal(await n.ask(MESSENGER, "messageNonce"), 1n);
      for (const [place, other] of [C, 1n, ALICE, ALICE, "0x1235"].entries())
        await n.refuses(n.send(MESSENGER, "resendMessage", parts.with(place, other as never)), "InvalidMessage");
    },
  },
  {
    title: "a relay calls the target once with the message's sender and source, its value, and what the event says of the answer",
    async check(n) {
      const probe = await n.deploy("SuperchainTestProbe");
      const message = toProbe(n, probe.target);
      const placed = n.placed(A, message);
      await n.refuses(n.relay(placed), "NotProven");
      await n.prove(placed);
      const receipt = await n.relay(placed, { value: 5n });
      const seen = (await n.ask(probe.target, "seen", 0n)) as readonly unknown[];
      assert.deepEqual([...seen], [MESSENGER, getAddress(ALICE), A, 5n, getAddress(ALICE), A]);
      const [event] = n.events(receipt, "RelayedMessage");
      const answered = keccak256(coder.encode(["uint256"], [1n]));
      assert.deepEqual([...event!], [A, 0n, hashOf(A, message), answered]);
      assert.equal(await n.ask(MESSENGER, "successfulMessages", hashOf(A, message)), true);
      await n.refuses(n.relay(placed), "MessageAlreadyRelayed");
      // Told again at another place it is the same message.
      const again = n.placed(A, message, { blockNumber: 99n });
      await n.prove(again);
      await n.refuses(n.relay(again), "MessageAlreadyRelayed");
      assert.equal(await n.ask(probe.target, "times"), 1n);
    },
  },
  {
    title:
      "the same number, sender and target from two chains are two messages, and one chain's proof is invalid for the other's",
    async check(n) {
      const probe = await n.deploy("SuperchainTestProbe");
      const [ofA, ofC] = [n.placed(A, toProbe(n, probe.target)), n.placed(C, toProbe(n, probe.target))];
      await n.prove(ofA);
      await n.refuses(n.relay(ofC), "NotProven");
      await n.relay(ofA);
      await n.prove(ofC);
      await n.relay(ofC);
      assert.equal(await n.ask(probe.target, "times"), 2n);
      assert.deepEqual([((await n.ask(probe.target, "seen", 1n)) as readonly unknown[])[2]], [C]);
    },
  },
  {
    title:
      "attack: another contract's log, another event, a short one, another destination, and forbidden targets are not relayed",
    async check(n) {
      const probe = await n.deploy("SuperchainTestProbe");
      const good = n.placed(A, toProbe(n, probe.target));
      const forged = { id: { ...good.id, origin: lower(probe.target) as `0x${string}` }, payload: good.payload };
      await n.refuses(n.relay(forged), "IdOriginNotL2ToL2CrossDomainMessenger");
      const relayed = async (payload: string, error: string): Promise<void> => {
        const placed = { id: good.id, payload };
        await n.prove(placed);
        await n.refuses(n.relay(placed), error);
      };
      await relayed(`0x${"11".repeat(32)}${good.payload.slice(66)}`, "EventPayloadNotSentMessage");
      await relayed(good.payload.slice(0, 2 + 2 * 127), "EventPayloadNotSentMessage");
      await relayed("0x", "EventPayloadNotSentMessage");
      await relayed(payloadOf(toProbe(n, probe.target, { destination: C })), "MessageDestinationNotRelayChain");
      await relayed(payloadOf(toProbe(n, MESSENGER)), "MessageTargetL2ToL2CrossDomainMessenger");
      // A lying chain has the messenger speak to the center, which would pass any record on in its name.
      const record = n.known.encodeFunctionData("sendMessage(bytes,bytes,bytes[])", [
        interoperable(C, INBOX),
        recordOf("0x12"),
        [],
      ]);
      await relayed(payloadOf(toProbe(n, CENTER, { message: record })), "MessageTargetInteropCenter");
      assert.equal(await n.ask(probe.target, "times"), 0n);
    },
  },
  {
    title:
      "attack: a relay inside a relay is refused, also of another message, and two in a row are not; outside nothing is pending",
    async check(n) {
      const probe = await n.deploy("SuperchainTestProbe");
      const [first, second] = [n.placed(A, toProbe(n, probe.target)), n.placed(C, toProbe(n, probe.target))];
      await n.prove(first);
      await n.prove(second);
      const call = ({ id, payload }: PlacedMessage) => n.known.encodeFunctionData("relayMessage", [id, payload]);
      const lists = [first, second].flatMap((placed) => (n.listed(placed) as { accessList: object[] }).accessList);
      const both = { type: 1, accessList: lists };
      await n.send(probe.target, "reenter", [MESSENGER, call(second)]);
      await n.refuses(n.relay(first, both), "ReentrantCall");
      await n.send(probe.target, "reenter", [NO_ONE, "0x"]);
      await n.send(
        probe.target,
        "inTurn",
        [
          [MESSENGER, MESSENGER],
          [call(first), call(second)],
        ],
        both,
      );
      assert.equal(await n.ask(probe.target, "times"), 2n);
      for (const name of ["crossDomainMessageSender", "crossDomainMessageSource", "crossDomainMessageContext"]) {
        await n.refuses(n.ask(MESSENGER, name), "NotEntered");
        const third = n.placed(A, toProbe(n, probe.target, { nonce: BigInt(name.length) }));
        await n.prove(third);
        const after = [
          [MESSENGER, MESSENGER],
          [call(third), n.known.encodeFunctionData(name)],
        ];
        await n.refuses(n.send(probe.target, "inTurn", after, n.listed(third)), "NotEntered");
      }
    },
  },
  {
    title: "a target that reverts undoes its relay with its own error, and the message can be relayed later, once",
    async check(n) {
      const probe = await n.deploy("SuperchainTestProbe");
      const placed = n.placed(A, toProbe(n, probe.target));
      await n.prove(placed);
      await n.send(probe.target, "refuse", [true]);
      await n.refuses(n.relay(placed, { value: 3n }), "Refused", [0n]);
      assert.equal(await n.ask(MESSENGER, "successfulMessages", hashOf(A, toProbe(n, probe.target))), false);
      await n.send(probe.target, "refuse", [false]);
      await n.relay(placed);
      await n.refuses(n.relay(placed), "MessageAlreadyRelayed");
    },
  },
  {
    title: "coins are sent with a separate message, whose value returns to the sender if they cannot be taken",
    async check(n) {
      const me = await n.signer.getAddress();
      await n.refuses(n.send(ETH_BRIDGE, "sendETH", [NO_ONE, A], { value: 1n }), "ZeroAddress");
      const receipt = await n.send(ETH_BRIDGE, "sendETH", [BOB, A], { value: 9n });
      const [coins, record, ...more] = n.sentByCenter(receipt);
      assert.deepEqual([more, record!.value], [[], 0n]);
      assert.deepEqual([lower(coins!.from), coins!.recipient, coins!.value], [ETH_BRIDGE, interoperable(A, ETH_BRIDGE), 9n]);
      assert.equal(coins!.payload, coder.encode(["address", "address", "uint256"], [me, BOB, 9n]));
      const attribute = (name: string, type: string, value: unknown) =>
        keccak256(Buffer.from(`${name}(${type})`)).slice(0, 10) + coder.encode([type], [value]).slice(2);
      assert.ok(coins!.attributes.includes(attribute("interopCallValue", "uint256", 9n)));
      assert.ok(coins!.attributes.some((each) => each.endsWith(me.slice(2).toLowerCase())));
      const [message] = n.events(receipt, "SentMessage");
      assert.deepEqual([lower(message!["target"]), lower(message!["sender"])], [ETH_BRIDGE, ETH_BRIDGE]);
      assert.equal(message!["message"], n.known.encodeFunctionData("relayETH", [me, BOB, 9n]));
      assert.deepEqual([...n.events(receipt, "SendETH")[0]!], [me, getAddress(BOB), 9n, A]);
      assert.equal(await n.balance(ETH_BRIDGE), 0n);
    },
  },
  {
    title: "the bridge of coins takes them from its own kind by the center, with exactly the reported value",
    async check(n) {
      const transfer = coder.encode(["address", "address", "uint256"], [ALICE, BOB, 9n]);
      const named = keccak256(coder.encode(["uint256", "address", "address", "uint256"], [A, ALICE, BOB, 9n]));
      const direct = n.send(ETH_BRIDGE, "receiveMessage", [`0x${"00".repeat(32)}`, interoperable(A, ETH_BRIDGE), transfer], {
        value: 9n,
      });
      await n.refuses(direct, "NotTheCenter");
      await n.refuses(n.hand(ETH_BRIDGE, [A, ALICE], transfer, 9n), "NotTheBridge", [ETH_BRIDGE, getAddress(ALICE)]);
      for (const value of [8n, 10n, 0n])
        await n.refuses(n.hand(ETH_BRIDGE, [A, ETH_BRIDGE], transfer, value), "WrongValue", [9n, value]);
      await n.hand(ETH_BRIDGE, [A, ETH_BRIDGE], transfer, 9n);
      assert.equal(await n.ask(ETH_BRIDGE, "backed", named), 1n);
    },
  },
  {
    title:
      "coins are paid by a relay of the bridge's own message, once for each time that they came, and from their source alone",
    async check(n) {
      const relayed = await backed(n, BOB, 9n);
      const receipt = await n.relay(relayed);
      assert.deepEqual([...n.events(receipt, "RelayETH")[0]!], [getAddress(ALICE), getAddress(BOB), 9n, A]);
      assert.deepEqual([await n.balance(BOB), await n.balance(ETH_BRIDGE)], [9n, 0n]);
      // What others sent is not paid out.
      await n.hand(ETH_BRIDGE, [A, ETH_BRIDGE], coder.encode(["address", "address", "uint256"], [ALICE, CAROL, 50n]), 50n);
      const unbacked = async (placed: PlacedMessage): Promise<void> => {
        await n.prove(placed);
        await n.refuses(n.relay(placed), "NotBacked");
      };
      await unbacked(n.placed(A, told(n, ETH_BRIDGE, "relayETH", [ALICE, BOB, 9n], 1n)));
      await unbacked(n.placed(A, told(n, ETH_BRIDGE, "relayETH", [ALICE, BOB, 50n], 2n)));
      await unbacked(n.placed(A, told(n, ETH_BRIDGE, "relayETH", [BOB, CAROL, 50n], 3n)));
      await unbacked(n.placed(C, told(n, ETH_BRIDGE, "relayETH", [ALICE, CAROL, 50n], 4n)));
      assert.equal(await n.balance(ETH_BRIDGE), 50n);
    },
  },
  {
    title: "attack: a stranger calls relayETH, or sends the bridge a message that is not the bridge's: nothing is paid",
    async check(n) {
      await backed(n, BOB, 9n);
      await n.refuses(n.send(ETH_BRIDGE, "relayETH", [ALICE, BOB, 9n]), "Unauthorized");
      const forged = n.placed(A, { ...told(n, ETH_BRIDGE, "relayETH", [ALICE, BOB, 9n], 5n), sender: ALICE });
      await n.prove(forged);
      await n.refuses(n.relay(forged), "InvalidCrossDomainSender");
      assert.equal(await n.balance(BOB), 0n);
    },
  },
  {
    title: "attack: a recipient of coins that relays again while it is paid is paid once, and one that refuses is paid later",
    async check(n) {
      const probe = await n.deploy("SuperchainTestProbe");
      const to = lower(probe.target);
      const placed = await backed(n, to, 9n);
      await n.hand(ETH_BRIDGE, [A, ETH_BRIDGE], coder.encode(["address", "address", "uint256"], [ALICE, to, 9n]), 9n);
      const { id, payload } = placed;
      await n.send(to, "reenter", [MESSENGER, n.known.encodeFunctionData("relayMessage", [id, payload])]);
      await n.refuses(n.relay(placed), "PaymentFailed", [getAddress(to), 9n]);
      await n.send(to, "reenter", [ETH_BRIDGE, n.known.encodeFunctionData("relayETH", [ALICE, to, 9n])]);
      await n.refuses(n.relay(placed), "PaymentFailed");
      await n.send(to, "reenter", [NO_ONE, "0x"]);
      await n.send(to, "refuse", [true]);
      await n.refuses(n.relay(placed), "PaymentFailed");
      assert.equal(await n.balance(to), 0n);
      await n.send(to, "refuse", [false]);
      await n.relay(placed);
      assert.deepEqual([await n.balance(to), await n.balance(ETH_BRIDGE)], [9n, 9n]);
    },
  },
  {
    title: "tokens are burnt where they are sent from, and told to the bridge at the same address",
    async check(n) {
      const me = await n.signer.getAddress();
      const token = (await n.deploy("SuperchainTestToken", me, 100n)).target;
      await n.refuses(n.send(TOKEN_BRIDGE, "sendERC20", [token, NO_ONE, 7n, A]), "ZeroAddress");
      for (const no of [BOB, INBOX, CENTER])
        await n.refuses(n.send(TOKEN_BRIDGE, "sendERC20", [no, BOB, 7n, A]), "InvalidERC7802");
      // ERC-165, what supports everything, and ERC-7802 (as it defines its id): each set lacks one thing.
      for (const claimed of [["0x01ffc9a7"], ["0x33331994"], ["0x01ffc9a7", "0x33331994", "0xffffffff"]]) {
        const probe = (await n.deploy("SuperchainTestProbe")).target;
        await n.send(probe, "support", [claimed]);
        await n.refuses(n.send(TOKEN_BRIDGE, "sendERC20", [probe, BOB, 7n, A]), "InvalidERC7802");
      }
      const receipt = await n.send(TOKEN_BRIDGE, "sendERC20", [token, BOB, 7n, A]);
      assert.deepEqual([await n.ask(token, "totalSupply"), await n.ask(token, "balanceOf", me)], [93n, 93n]);
      const [message] = n.events(receipt, "SentMessage");
      assert.deepEqual([lower(message!["target"]), lower(message!["sender"])], [TOKEN_BRIDGE, TOKEN_BRIDGE]);
      assert.equal(message!["message"], n.known.encodeFunctionData("relayERC20", [token, me, BOB, 7n]));
      assert.deepEqual([...n.events(receipt, "SendERC20")[0]!], [token, me, getAddress(BOB), 7n, A]);
      await n.refuses(n.send(TOKEN_BRIDGE, "sendERC20", [token, BOB, 94n, A]), "ERC20InsufficientBalance");
    },
  },
  {
    title: "tokens are minted by a relay of the bridge's own message alone, once",
    async check(n) {
      const me = await n.signer.getAddress();
      const token = (await n.deploy("SuperchainTestToken", me, 0n)).target;
      await n.refuses(n.send(TOKEN_BRIDGE, "relayERC20", [token, me, BOB, 7n]), "Unauthorized");
      const message = told(n, TOKEN_BRIDGE, "relayERC20", [token, ALICE, BOB, 7n]);
      const forged = n.placed(A, { ...message, sender: ALICE });
      await n.prove(forged);
      await n.refuses(n.relay(forged), "InvalidCrossDomainSender");
      const placed = n.placed(A, message);
      await n.prove(placed);
      const receipt = await n.relay(placed);
      assert.deepEqual([...n.events(receipt, "RelayERC20")[0]!], [token, getAddress(ALICE), getAddress(BOB), 7n, A]);
      await n.refuses(n.relay(placed), "MessageAlreadyRelayed");
      assert.deepEqual([await n.ask(token, "totalSupply"), await n.ask(token, "balanceOf", BOB)], [7n, 7n]);
    },
  },
];
