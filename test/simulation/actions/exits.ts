import { AssetMessageKind, encodeAssetMessage } from "../../../src/ground/protocol/asset-message.ts";
import { proveHolding } from "../../../src/chain/state/holding-proof.ts";
import { proveUndelivered } from "../../../src/chain/state/undelivered-proof.ts";
import { toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../../src/ecosystem/relayer/atomic-flows-address.ts";
import type { L2Chain } from "../l2/l2-chain.ts";
import { ownerOf } from "../l2/plan.ts";
import { endOf, type TransferRecord } from "../l2/records.ts";
import { addressOf, ETH, ZERO_ADDRESS } from "../model/aliases.ts";
import { exitOpensAt, MARK_INTERVAL } from "../model/exits.ts";
import type { HoldingProof, UndeliveredTransfer } from "../model/state-exit.ts";
import type { LeafPath } from "../model/state-tree.ts";
import { callOf, running, stopped, type Action, type Intent, type Situation } from "./action.ts";

function activate(situation: Situation): Intent | undefined {
  const l2 = situation.random.pick(running(situation).filter(({ chain }) => exitOpensAt(chain) < situation.now));
  if (l2 === undefined) return undefined;
  const call = callOf(l2.chain.address, "activateExit");
  return l2.leavesAt > situation.now ? { call } : { call, party: "chain without an operator" };
}

function activateEarly(situation: Situation): Intent | undefined {
  const l2 = situation.random.pick(running(situation).filter(({ chain }) => exitOpensAt(chain) >= situation.now));
  return l2 === undefined ? undefined : { call: callOf(l2.chain.address, "activateExit") };
}

/** A mark of a chain, running or stopped. */
function markOf({ random, world, now }: Situation, isDue: boolean): Intent | undefined {
  const chain = random.pick(world.allChains().filter(({ recordedAt }) => recordedAt.value + MARK_INTERVAL <= now === isDue));
  return chain === undefined ? undefined : { call: callOf(world.addresses.roots, "mark", chain.id) };
}

/** An operation of the chain's queue, whatever became of it. */
function refundOperation(situation: Situation, from: readonly L2Chain[]): Intent | undefined {
  const { random } = situation;
  const l2 = random.pick(from.filter(({ chain }) => chain.operationsQueued.value > 0n));
  if (l2 === undefined) return undefined;
  const { chain } = l2;
  const first = random.oneIn(4) ? 0n : chain.operationsExecuted.value;
  if (first >= chain.operationsQueued.value) return undefined;
  const index = random.between(first, chain.operationsQueued.value - 1n);
  return { call: callOf(chain.address, "refundOperation", chain.queue.get(index)!.operation) };
}

function refundExecuted(situation: Situation): Intent | undefined {
  const l2 = situation.random.pick(stopped(situation).filter(({ chain }) => chain.operationsExecuted.value > 0n));
  if (l2 === undefined) return undefined;
  const { chain } = l2;
  const index = situation.random.between(0n, chain.operationsExecuted.value - 1n);
  return { call: callOf(chain.address, "refundOperation", chain.queue.get(index)!.operation) };
}

function refundUnknown(situation: Situation): Intent | undefined {
  const intent = refundOperation(situation, situation.records.chains);
  if (intent === undefined) return undefined;
  const [operation] = intent.call.args as [{ reserved: readonly bigint[]; nonce: bigint }];
  const [mint = 0n, ...rest] = operation.reserved;
  const changed = situation.random.oneIn(2)
    ? { ...operation, reserved: [mint + 1n, ...rest] }
    : { ...operation, nonce: operation.nonce + 100n };
  return { call: { ...intent.call, args: [changed] } };
}

function refundDeposit(situation: Situation): Intent | undefined {
  const { records, random } = situation;
  const deposits = records.deposits.filter(({ chainId, index }) => {
    const chain = records.l2(chainId)?.chain;
    return chain?.exited.value === true && (index >= chain.operationsExecuted.value || random.oneIn(5));
  });
  const found = random.pick(deposits);
  if (found === undefined) return undefined;
  const { depositor, token, amount } = found;
  const claimed = random.oneIn(8) ? amount + 1n : amount;
  return {
    call: callOf(records.l2(found.chainId)!.chain.address, "refundDeposit", found.index, { depositor, token, amount: claimed }),
  };
}

/** Holdings of an account in the last state of a stopped chain. */
export function holdingsOf(
  { world }: Pick<Situation, "world">,
  l2: Pick<L2Chain, "chain" | "holdings" | "tree">,
): { token: Hex; account: Hex; owner: Hex; amount: bigint; proof: HoldingProof }[] {
  const { baseToken } = l2.chain.configuration;
  return [...l2.holdings].flatMap(([name, held]) => {
    const [token, account] = name.split(",") as [Hex, Hex];
    // What flows hold has no account on L1: it is paid leg by leg.
    const found =
      held === 0n || account === ATOMIC_FLOWS_ADDRESS
        ? undefined
        : proveHolding(l2.tree, { settlementChainId: world.l1ChainId, baseToken, token, account });
    return found === undefined ? [] : [{ token, account, owner: ownerOf(world, account), ...found }];
  });
}

type ClaimArguments = [chainId: bigint, token: Hex, amount: bigint, recipient: Hex, proof: HoldingProof];

function claimOf(
  situation: Situation,
  chains: readonly L2Chain[],
  change: (args: ClaimArguments, situation: Situation) => void,
): Intent | undefined {
  const { random, scene, world } = situation;
  const l2 = random.pick(chains.filter(({ holdings }) => holdings.size > 0));
  if (l2 === undefined) return undefined;
  const all = holdingsOf(situation, l2);
  const open = all.filter(({ account, token, amount }) => world.claimed.get(l2.chain.id, account, token) < amount);
  const holding = random.pick(open.length > 0 && !random.oneIn(4) ? open : all);
  if (holding === undefined) return undefined;
  const { token, amount, owner, proof } = holding;
  const left = amount - world.claimed.get(l2.chain.id, holding.account, token);
  const part = left <= 0n || random.oneIn(3) ? amount : random.between(1n, left);
  const recipient = random.choose(owner, ...scene.accounts.users, ...scene.parties);
  const named = token === ZERO_ADDRESS && random.oneIn(2) ? ETH : token;
  const args: ClaimArguments = [l2.chain.id, named, part, recipient, proof];
  change(args, situation);
  return { call: callOf(world.addresses.stateExit, "claimHolding", ...args), by: owner };
}

const nothing = (): void => {};
const claim = (situation: Situation): Intent | undefined => claimOf(situation, stopped(situation), nothing);

type Change = (args: ClaimArguments, situation: Situation) => void;

const changePath = (args: ClaimArguments, change: (path: LeafPath) => Partial<LeafPath>): void => {
  const { value, path } = args[4];
  args[4] = { value, path: { ...path, ...change(path) } };
};

/** One thing wrong with a claim, by the error that it is for. */
const REFUSED: Record<string, Change> = {
  "StateExit.UnknownChain": (args) => (args[0] = 77n),
  "StateExit.ZeroRecipient": (args) => (args[3] = ZERO_ADDRESS),
  "StateExit.NothingToClaim": (args) => (args[2] = 0n),
  "StateExit.ClaimTooLarge": (args, { random }) => (args[2] += random.between(1n << 100n, 1n << 101n)),
  "StateExit.StateRootMismatch": (args, { random, scene }) => {
    if (random.oneIn(2)) args[4] = { ...args[4], value: args[4].value + 1n };
    else args[1] = args[1] === scene.tokens.calm ? scene.tokens.base : scene.tokens.calm;
  },
  "StateTree.LeafCountTooLarge": (args) => changePath(args, () => ({ leafCount: 2 ** 29 + 1 })),
  "StateTree.LeafIndexTooLarge": (args) => changePath(args, ({ leafCount }) => ({ index: leafCount })),
  "StateTree.DigestNotCanonical": (args, { random }) =>
    changePath(args, ({ siblings }) => {
      const at = random.index(siblings.length);
      return { siblings: siblings.map((sibling, i) => (i === at ? wordToHex((1n << 256n) - 1n) : sibling)) };
    }),
};

function refusedClaim([error, change]: readonly [string, Change]): Action {
  return {
    name: `claim with ${error}`,
    aims: [error],
    weight: 0,
    make: (situation) => claimOf(situation, stopped(situation), change),
  };
}

/** A claim on a chain that still runs. */
const claimEarly = (situation: Situation): Intent | undefined => claimOf(situation, running(situation), nothing);

/** The refund of a transfer, as its sender would ask for it. */
function refundOf(
  situation: Situation,
  { body, messageHash, ...place }: TransferRecord,
  l2: L2Chain | undefined,
): UndeliveredTransfer {
  const { sourceChainId, batchNumber, messageIndex, merkleProof } = place;
  const known = l2 === undefined ? undefined : proveUndelivered(l2.tree, sourceChainId, messageHash);
  const other = proveUndelivered(situation.records.chains[0]!.tree, 1n, messageHash)!;
  const { low, path } = known ?? other;
  return { sourceChainId, batchNumber, messageIndex, merkleProof, message: toHex(body), low, path };
}

type RefundChange = (sent: UndeliveredTransfer, situation: Situation) => Partial<UndeliveredTransfer>;

function refundTransfer(
  situation: Situation,
  where: (record: TransferRecord, l2: L2Chain | undefined) => boolean,
  change: RefundChange,
  recipient?: Hex,
): Intent | undefined {
  const { records, random, world, scene } = situation;
  const record = random.pick(records.transfers.filter((candidate) => where(candidate, records.l2(endOf(candidate)))));
  if (record === undefined) return undefined;
  const sent = refundOf(situation, record, records.l2(endOf(record)));
  const { sender, recipient: receiver } = record.transfer;
  const owner = ownerOf(world, sender === PREDEPLOYS.InteropHandler ? receiver : sender);
  const to = recipient ?? random.choose(owner, ...scene.accounts.users);
  // Accounts that hold what a chain issues itself have no key on L1.
  const isImpossible = record.transfer.originChainId !== world.l1ChainId;
  return {
    isImpossible,
    call: callOf(world.addresses.stateExit, "refundTransfer", { ...sent, ...change(sent, situation) }, to),
    by: owner,
  };
}

const isOfL1 =
  ({ world }: Situation) =>
  ({ transfer }: TransferRecord): boolean =>
    transfer.originChainId === world.l1ChainId;
const isStopped =
  (situation: Situation) =>
  (record: TransferRecord, l2: L2Chain | undefined): boolean =>
    isOfL1(situation)(record) && l2?.chain.exited.value === true;
const same: RefundChange = () => ({});

/** Refunds an operation that a stopped chain did not take, or a transfer that L1 refused and the chain did not refund. */
function refund(situation: Situation, isRefused: boolean): Intent | undefined {
  return refundTransfer(situation, (record, l2) => isStopped(situation)(record, l2) && record.isRefused === isRefused, same);
}

const REFUSED_REFUNDS: Record<string, (situation: Situation) => Intent | undefined> = {
  "StateExit.ZeroRecipient": (situation) => refundTransfer(situation, isOfL1(situation), same, ZERO_ADDRESS),
  "StateExit.NotATransfer": (situation) =>
    refundTransfer(
      situation,
      () => true,
      ({ message }) => ({ message: situation.random.oneIn(2) ? "0x1234" : (`0x0101${message.slice(6)}` as Hex) }),
    ),
  "StateExit.AssetNotOnL1": (situation) => refundTransfer(situation, (record) => !isOfL1(situation)(record), same),
  "StateExit.NotTheOwner": (situation) => {
    const intent = refundTransfer(situation, isOfL1(situation), same);
    return intent === undefined ? undefined : { call: intent.call };
  },
  "StateExit.MessageNotIncluded": (situation) =>
    refundTransfer(situation, isOfL1(situation), ({ messageIndex, batchNumber }) =>
      situation.random.oneIn(2) ? { messageIndex: messageIndex + 1n } : { batchNumber: batchNumber + 50n },
    ),
  "StateExit.UnknownChain": (situation) => claimOf(situation, stopped(situation), (args) => (args[0] = 77n)),
  "StateExit.ChainNotExited": (situation) =>
    refundTransfer(situation, (record, l2) => isOfL1(situation)(record) && l2?.chain.exited.value === false, same),
  "StateTree.KeyNotBetween": (situation) =>
    refundTransfer(situation, isStopped(situation), ({ low, path }) =>
      situation.random.oneIn(2)
        ? { path: { ...path, nextKey: wordToHex(1n) } }
        : { low: { ...low, key: `0x${"7f000000".repeat(8)}` } },
    ),
  "StateTree.LeafKindUnknown": (situation) =>
    refundTransfer(situation, isStopped(situation), ({ low }) => ({ low: { ...low, kind: 4 + situation.random.index(200) } })),
  "StateTree.DigestNotCanonical": (situation) =>
    refundTransfer(situation, isStopped(situation), ({ path }) => ({ path: { ...path, nextKey: wordToHex((1n << 256n) - 1n) } })),
  "StateExit.StateRootMismatch": (situation) =>
    refundTransfer(situation, isStopped(situation), ({ low }) => ({ low: { ...low, value: low.value + 1n } })),
  "StateExit.TransferAlreadyRefunded": (situation) =>
    refundTransfer(
      situation,
      ({ sourceChainId, messageHash }) => situation.world.refundedTransfers.get(sourceChainId, messageHash) === true,
      same,
    ),
  "ChainFactory.LogProofLength": (situation) =>
    refundTransfer(situation, isOfL1(situation), ({ merkleProof }) => ({ merkleProof: merkleProof.slice(1) })),
  "ChainFactory.LogProofMetadata": (situation) =>
    refundTransfer(situation, isOfL1(situation), ({ merkleProof }) => ({
      merkleProof: [wordToHex(1n), ...merkleProof.slice(1)],
    })),
  "ChainFactory.LogIndexTooLarge": (situation) =>
    refundTransfer(situation, isOfL1(situation), ({ messageIndex }) => ({ messageIndex: messageIndex + (1n << 14n) })),
};

/** An account of the protocol itself asks, with the rights that only a key could give it. */
function claimReserved(situation: Situation): Intent | undefined {
  const intent = claimOf(situation, stopped(situation), nothing);
  return intent === undefined
    ? undefined
    : { call: intent.call, by: addressOf(situation.random.between(1n, 0xfffffn)), isImpossible: true };
}

/** A transfer that no chain of the simulation could have sent, shown all the same. */
function refundForged(situation: Situation): Intent | undefined {
  const { world, scene, random } = situation;
  const target = random.pick(stopped(situation));
  if (target === undefined) return undefined;
  const thief = random.pick(scene.accounts.users)!;
  const body = encodeAssetMessage({
    kind: AssetMessageKind.hyperbridgeSend,
    destinationChainId: target.chain.id,
    originChainId: world.l1ChainId,
    originToken: ZERO_ADDRESS,
    amount: 1n,
    recipient: thief,
    sender: thief,
    nonce: random.between(0n, 1n << 64n),
  });
  const place = refundTransfer(situation, isOfL1(situation), () => ({ message: toHex(body) }));
  return place === undefined ? undefined : { ...place, by: thief };
}

export const exitActions: readonly Action[] = [
  {
    name: "activate an exit",
    aims: ["ChainContract.activateExit ok", "party chain without an operator"],
    weight: 1,
    make: activate,
  },
  { name: "activate an exit early", aims: ["ChainContract.ExitNotOpen"], weight: 0.2, make: activateEarly },
  {
    name: "refund an operation",
    aims: ["ChainContract.refundOperation ok", "SharedBridge.refundBaseToken ok"],
    weight: 1,
    make: (situation) => refundOperation(situation, stopped(situation)),
  },
  { name: "refund an executed operation", aims: ["ChainContract.OperationExecuted"], weight: 0, make: refundExecuted },
  {
    name: "refund an operation early",
    aims: ["ChainContract.ChainNotExited"],
    weight: 0,
    make: (situation) => refundOperation(situation, running(situation)),
  },
  { name: "refund an unknown operation", aims: ["ChainContract.OperationUnknown"], weight: 0, make: refundUnknown },
  {
    name: "refund a deposit",
    aims: [
      "ChainContract.refundDeposit ok",
      "SharedBridge.refundTokenDeposit ok",
      "SharedBridge.DepositUnknown",
      "SharedBridge.DepositAlreadyRefunded",
    ],
    weight: 1,
    make: refundDeposit,
  },
  { name: "claim a holding", aims: ["StateExit.claimHolding ok", "SharedBridge.payHolding ok"], weight: 2, make: claim },
  { name: "claim a holding early", aims: ["StateExit.ChainNotExited"], weight: 0, make: claimEarly },
  { name: "claim as the protocol", aims: ["StateExit.ReservedAccount"], weight: 0, make: claimReserved },
  ...Object.entries(REFUSED).map(refusedClaim),
  {
    name: "refund a transfer",
    aims: ["StateExit.refundTransfer ok", "SharedBridge.payTransit ok"],
    weight: 1,
    make: (situation) => refund(situation, false),
  },
  { name: "mark a chain", aims: ["TransactionRootRegistry.mark ok"], weight: 0.3, make: (situation) => markOf(situation, true) },
  {
    name: "mark a chain too early",
    aims: ["ChainContract.MarkTooEarly"],
    weight: 0,
    make: (situation) => markOf(situation, false),
  },
  {
    name: "mark a chain that does not exist",
    aims: ["TransactionRootRegistry.UnknownChain"],
    weight: 0,
    make: ({ world }) => ({ call: callOf(world.addresses.roots, "mark", 77n) }),
  },
  {
    name: "refund a refused transfer",
    aims: ["SharedBridge.payHolding ok", "StateExit.refundTransfer ok"],
    weight: 0.5,
    make: (situation) => refund(situation, true),
  },
  { name: "refund a forged transfer", aims: ["StateExit.MessageNotIncluded"], weight: 0.1, make: refundForged },
  ...Object.entries(REFUSED_REFUNDS).map(([error, make]): Action => {
    // Claims reach these too, at a fifth of the price.
    const isDear = error === "StateExit.StateRootMismatch" || error === "StateTree.DigestNotCanonical";
    return { name: `refund a transfer with ${error}`, aims: isDear ? [] : [error], weight: isDear ? 0.1 : 0, make };
  }),
];
