import type { Provider } from "ethers";
import { bundleResult, revertedCall } from "../../../ecosystem/client/messages/bundle-result.ts";
import { bridge, topicOf } from "../../../ecosystem/client/sending/contract-interfaces.ts";
import {
  callsOf,
  failedUserCall,
  repeatCall,
  solidityLines,
  type AskRemote,
} from "../../../ecosystem/client/sending/remote-failure.ts";
import { findChain, type Ecosystem } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import { ecosystemOf } from "../../../ecosystem/client/ecosystem/settlement-base.ts";
import { revertReason } from "../../../ecosystem/client/sending/revert-reason.ts";
import { hopsOf } from "../../../ecosystem/client/messages/paid-claim.ts";
import { finalizeWithdrawal, findWithdrawal, viewL1 } from "../../../ecosystem/client/messages/withdraw.ts";
import type { L1View, MessagePlace } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { DEFAULT_BLOCKS_PER_PAGE, readLogs } from "../../../chain/settlement-layer/reader/log-pages.ts";
import type { MessageInfo } from "../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { layerName } from "../../../ecosystem/devnet/view/books/layer-name.ts";
import type { JourneyStep } from "../../../ground/protocol/cross-chain-message.ts";
import { wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { CrossingKind, CrossingName, CrossingState } from "./crossing.ts";
import type { EcosystemLink } from "./link.ts";
import { MessageError, type MessageStep } from "../api/message.ts";

/** Between two chains: the relayer brings it. */
export function crossChainMessage(name: CrossingName, link: EcosystemLink): CrossingKind {
  return {
    arrival: "executed",
    async look() {
      const asked = [name.hash, name.sourceChainId, { fresh: true }];
      const info = await link.request<MessageInfo | null>("hyperchain_message", asked);
      if (info === null) return { steps: [initiated(name)], waitingFor: "the ecosystem has not seen it yet" };
      return { steps: info.steps as readonly MessageStep[], waitingFor: info.waitingFor, refusal: info.refusal };
    },
    async advance(step) {
      await link.request("hyperchain_settle", [name.sourceChainId]);
      await link.request("hyperchain_relay");
      if (step !== "importSettled") return;
      await link.request("hyperchain_settle", [name.destinationChainId]);
      await link.request("hyperchain_relay");
    },
    async checkOutcome(executed) {
      if (name.type === "bundle") await checkBundle(name, executed, link);
    },
  };
}

async function checkBundle(name: CrossingName, executed: MessageStep, link: EcosystemLink): Promise<void> {
  const receipt = await link.client(executed.chainId).getTransactionReceipt(executed.transactionHash);
  const outcome = receipt === null ? undefined : bundleResult(name.hash, receipt);
  if (receipt === null || outcome === undefined || outcome.success) return;
  const data = outcome.result;
  const { name: chain, provider } = link.member(executed.chainId);
  const ask: AskRemote = (method, params) => provider.request({ method, params: [...params] });
  const cause = await callError(ask, executed.transactionHash, receipt.blockNumber);
  const reason = revertReason(data, await link.names());
  const error = new MessageError("CallFailed", revertedCall(chain, reason, outcome), { data, reason, cause });
  throw withSolidityLines(error, cause);
}

/** The error of the user's contract there, whose stack trace names its lines; undefined where none can be had. */
async function callError(ask: AskRemote, transactionHash: Hex, blockNumber: number): Promise<Error | undefined> {
  try {
    const call = failedUserCall(await callsOf(ask, transactionHash));
    return call === undefined ? undefined : await repeatCall(ask, call, blockNumber);
  } catch {
    // A member that runs elsewhere traces less; what the call reverted with is known without it.
    return undefined;
  }
}

/** The contracts' lines come before those of the test, as in the errors of Hardhat's own networks. */
function withSolidityLines(error: MessageError, cause: Error | undefined): MessageError {
  const lines = solidityLines(cause);
  const [, own = ""] = (error.stack ?? "").split(error.message, 2);
  if (lines.length > 0) error.stack = [`${error.name}: ${error.message}`, ...lines.map((line) => `    ${line}`)].join("\n") + own;
  return error;
}

/** On one member: it has arrived with its transaction, and none of the steps between members is left to do. */
export function payment(name: CrossingName): CrossingKind {
  const steps = (["initiated", "delivered", "executed"] as const).map((step) => ({ ...initiated(name), step }));
  return {
    arrival: "executed",
    look: () => Promise.resolve({ steps }),
    advance: () => Promise.resolve(),
    checkOutcome: () => Promise.resolve(),
  };
}

/** From L1 to a chain: the chain takes it over from its priority queue. */
export function deposit(name: CrossingName, link: EcosystemLink): CrossingKind {
  return {
    arrival: "executed",
    async look() {
      const receipt = await link.client(name.destinationChainId).getTransactionReceipt(name.hash);
      const arrived = { chainId: name.destinationChainId, transactionHash: name.hash };
      const from: MessageStep = initiated(name);
      if (receipt === null)
        return {
          steps: [from],
          waitingFor: `${link.member(name.destinationChainId).name} looks at ${layerName(name.destinationChainId)}`,
        };
      return { steps: [from, { step: "delivered", ...arrived }, { step: "executed", ...arrived }], waitingFor: undefined };
    },
    async advance() {
      await link.request("hyperchain_relay");
    },
    async checkOutcome(executed) {
      const receipt = await link.client(executed.chainId).getTransactionReceipt(executed.transactionHash);
      if (receipt?.status === 0) {
        throw new MessageError(
          "CallFailed",
          `what L1 queued arrived on ${link.member(executed.chainId).name} and failed there: base token is with the refund's recipient there, a token can be had back on L1`,
        );
      }
    },
  };
}

/** From a chain to L1: once the batch is executed, the bridge pays a withdrawal when any account claims it for its recipient. */
export function messageToL1(name: CrossingName, link: EcosystemLink): CrossingKind {
  const info = ecosystemOf(link.info, findChain(link.info, name.sourceChainId));
  const l1 = link.client(info.l1.chainId);
  const withdrawal = { chain: name.sourceChainId, messageHash: name.hash };
  let claim: Hex | undefined;

  async function look(): Promise<CrossingState> {
    // Read again, because the ecosystem may have returned to an earlier state.
    const view = viewL1(info, l1);
    await view.poll();
    const steps: MessageStep[] = [initiated(name)];
    const { state, place } =
      name.type === "withdrawal" ? await findWithdrawal(info, withdrawal, view, l1) : plainMessage(name, view);
    const batch = place?.batch;
    const step = (done: JourneyStep, transactionHash: Hex): void =>
      void steps.push({ step: done, chainId: info.l1.chainId, transactionHash });
    if (batch?.proven !== undefined) step("settled", batch.proven.transactionHash);
    if (batch?.executed === undefined || place === undefined)
      return { steps, waitingFor: `its batch is sealed, proven and executed on ${layerName(name.sourceChainId)}` };
    step("inTransactionRoot", batch.executed.transactionHash);
    if (name.type !== "withdrawal") return { steps };
    if (state !== "paid") return { steps, waitingFor: `an account claims it on ${layerName(name.sourceChainId)}` };
    const paidBy = claim ?? (await claimTransaction(info, l1, place)) ?? batch.executed.transactionHash;
    for (const done of ["delivered", "executed"] as const) step(done, paidBy);
    return { steps };
  }

  return {
    // Nothing acts on a plain message, but contracts on L1 can be shown it.
    arrival: name.type === "withdrawal" ? "executed" : "inTransactionRoot",
    look,
    async advance(step) {
      await link.request("hyperchain_settle", [name.sourceChainId]);
      if (name.type !== "withdrawal" || step === "settled" || step === "inTransactionRoot") return;
      const hops = await hopsOf(link.client(name.sourceChainId), name.hash);
      const finalized = await finalizeWithdrawal(info, { ...withdrawal, hops }, await link.signer(info.l1.chainId, undefined));
      if (finalized.state === "paid") claim = finalized.l1TransactionHash;
    },
    checkOutcome: () => Promise.resolve(),
  };
}

/** A message that asks nothing of L1: the first that is executed, where the same was sent several times. */
function plainMessage(
  { sourceChainId, sender, hash }: CrossingName,
  view: L1View,
): { readonly state: undefined; readonly place: MessagePlace | undefined } {
  const places = sender === undefined ? [] : view.messages(BigInt(sourceChainId), sender, hash);
  return { state: undefined, place: places.find(({ batch }) => batch.executed !== undefined) ?? places[0] };
}

/** The transaction that had the bridge pay a withdrawal, by any sender. */
async function claimTransaction(
  { l1: { contracts } }: Ecosystem,
  l1: Provider,
  { batch, index }: MessagePlace,
): Promise<Hex | undefined> {
  const topics = [
    topicOf(bridge, "WithdrawalClaimed"),
    wordToHex(batch.chainId),
    wordToHex(batch.batchNumber),
    wordToHex(BigInt(index)),
  ];
  const [claimed] = await readLogs(
    l1,
    { address: contracts.bridge, topics, fromBlock: 0, toBlock: await l1.getBlockNumber() },
    DEFAULT_BLOCKS_PER_PAGE,
  );
  return claimed?.transactionHash as Hex | undefined;
}

function initiated(name: CrossingName): MessageStep {
  return { step: "initiated", chainId: name.sourceChainId, transactionHash: name.transactionHash };
}
